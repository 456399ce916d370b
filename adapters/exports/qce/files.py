"""The files of a message, and where they lie beside the export."""

from __future__ import annotations

from typing import Any

from adapters.exports.format import ExportFile
from adapters.exports.qce.chat import number, words
from archive.records import Attachment

_FOLDERS = {
    "photo": ("images",), "sticker": ("images", "emojis"), "video": ("videos",),
    "voice": ("audios", "voices"), "file": ("files",),
}  # fmt: skip
_KINDS = {"image": "photo", "audio": "voice", "voice": "voice", "video": "video", "file": "file"}
_STICKER_STYLES = frozenset((1, 2, 3, 4, 7, 9, 13))
"""Numbers QQ gives to images that were sent as stickers."""


class Files:
    """What a message's `resources` tell of its files, beside what its elements do."""

    def __init__(self, resources: Any, file: ExportFile) -> None:
        rows = [row for row in resources if isinstance(row, dict)] if resources else []
        self._rows = rows
        self._used: set[int] = set()
        self.file = file

    def told(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return all that is known of the file that an element is."""
        name = data.get("filename") or data.get("name")
        for at, row in enumerate(self._rows):
            if at not in self._used and (not name or row.get("filename") == name):
                self._used.add(at)
                return {**row, **{k: v for k, v in data.items() if v not in (None, "", 0)}}
        return data

    def left(self) -> list[Attachment]:
        """Return the files that no element named."""
        return [
            attachment_of(_KINDS.get(words(row.get("type")), "file"), row, self)
            for at, row in enumerate(self._rows)
            if at not in self._used
        ]


def resources_of(content: dict[str, Any], file: ExportFile) -> Files:
    """Read what a content lists."""
    listed = content.get("resources")
    return Files(listed if isinstance(listed, list) else (), file)


def attachment_of(kind: str, told: dict[str, Any], files: Files) -> Attachment:
    """Make the attachment; its path only where the file is there."""
    style = number(told.get("picSubType", told.get("subType")))
    if kind == "photo" and style in _STICKER_STYLES:
        kind = "sticker"
    name = words(told.get("filename")) or words(told.get("name"))
    path = _path(kind, words(told.get("localPath")), name, files.file)
    duration = number(told.get("duration"))
    return Attachment(
        kind,
        name or None,
        path=path,
        missing=None if path else "not exported",
        size=number(told.get("size")) or None,
        width=number(told.get("width")) or None,
        height=number(told.get("height")) or None,
        duration=duration or None,
    )


def _path(kind: str, written: str, name: str, file: ExportFile) -> str | None:
    bare = written.replace("\\", "/").rpartition("/")[2] or name
    folders = _FOLDERS.get(kind, ())
    tried = [written, *(f"{top}{f}/{bare}" for f in folders for top in ("resources/", ""))]
    tried += [f"../{path}" for path in tried if path]
    for path in tried if bare else ():
        if path and len(path) <= 1024 and "\0" not in path and "://" not in path:
            try:
                if file.beside(path) is not None:
                    return path
            except ValueError:
                continue
    return None
