"""Finds the exports in a file, a folder or a ZIP, and reads them one after another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from adapters.exports import FORMATS, WITHIN
from adapters.exports.format import ExportError, ExportFile, Format, Options
from adapters.exports.tree import Folder, Meter, Tree, TreeFile
from adapters.exports.zipped import Zip
from archive.records import AnyRecord

__all__ = ["Export", "Meter", "find_exports"]

ACCEPTED = "zip, json, jsonl, html, csv, txt, mht, sqlite only"
SUFFIXES = (
    ".json", ".jsonl", ".ndjson", ".html", ".htm", ".csv", ".txt", ".mht", ".mhtml",
    ".sqlite", ".db",
)  # fmt: skip
"""What is looked at in a folder or a ZIP; the rest is media."""
MEDIA_FOLDERS = frozenset(
    [
        *("photos", "video_files", "voice_messages", "round_video_messages", "stickers", "files"),
        *("profile_pictures", "stories", "image", "images", "video", "videos", "voice", "voices"),
        *("audio", "emoji", "file", "avatar", "avatars", "media", "css", "js"),
    ]
)
"""Not searched beside an export: what was shared in the chat is not part of its history."""
MAX_DEPTH = 32
HEAD = 65536

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_PACKED = (
    (0, b"Rar!"), (0, b"7z\xbc\xaf"), (0, b"\x1f\x8b"), (0, b"BZh"), (0, b"\xfd7zXZ"),
    (0, b"\x28\xb5\x2f\xfd"), (0, b"MZ"), (0, b"\x7fELF"), (257, b"ustar"), (0, b"%PDF"),
)  # fmt: skip


class Export(msgspec.Struct, frozen=True):
    """One file that a format claims."""

    file: ExportFile
    format: Format

    @property
    def label(self) -> str:
        """What a person is shown: `export.zip/2018-11/messages.html`."""
        return self.file.label

    @property
    def media(self) -> ExportFile:
        """What finds the files that belong to messages."""
        within = WITHIN.get(self.format.NAME)
        return within(self.file) if within else self.file

    def read(self, options: Options) -> Iterator[AnyRecord]:
        """Read the records as a stream. Raises ExportError when nothing can be read."""
        return self.format.read(self.file, options)


class _Damaged:
    """Stands for the format of a file that cannot even be looked at; the others go on."""

    NAME = "unreadable"

    def __init__(self, error: ExportError) -> None:
        self.error = error

    def sniff(self, file: ExportFile, head: bytes) -> bool:
        return False

    def read(self, file: ExportFile, options: Options) -> Iterator[AnyRecord]:
        raise self.error


def find_exports(path: Path, meter: Meter | None = None) -> list[Export]:
    """Find what can be read, in natural order; raises ExportError when that is nothing.

    A folder is searched to the bottom, links and hidden files left out, the ZIPs in it as well; a
    ZIP within a ZIP is not opened.
    """
    meter = meter or Meter()
    label = path.name or str(path)
    if not path.exists():
        raise ExportError(f"no such file or folder: {path}.", "check the path")
    if path.is_dir():
        found = _search(Folder(path, label, meter), path)
    elif not path.is_file():
        raise ExportError(f"not a file: {path}.", ACCEPTED)
    elif _head(path).startswith(_ZIP):
        found = _search(Zip(path, label, meter))
    else:
        return [_explicit(path, meter)]
    if not found:
        raise ExportError(f"there is no export this program knows in {path}.", ACCEPTED)
    damaged = [export.format for export in found if isinstance(export.format, _Damaged)]
    if len(damaged) == len(found):
        raise damaged[0].error
    return found


def _explicit(path: Path, meter: Meter) -> Export:
    head = _head(path)
    if any(head[at:].startswith(magic) for at, magic in _PACKED):
        raise ExportError(f"not an export this program knows: {path}.", ACCEPTED)
    real = path.resolve()
    folder = Folder(real.parent, real.parent.name, meter)
    file = folder.find(real.name)
    found = file and _claim(file)
    if not file or not found:
        if first := file and _first_page(folder, file):
            raise ExportError(
                f"{path.name} goes on where {first} ends.",
                "import that one: they are read together",
            )
        raise ExportError(f"not an export this program knows: {path}.", ACCEPTED)
    _expect(folder, file, folder.listing("")[1])
    return found


def _search(tree: Tree, root: Path | None = None) -> list[Export]:
    found: list[Export] = []
    waiting = [("", False)]
    while waiting:
        folder, in_export = waiting.pop()
        folders, files = tree.listing(folder)
        claimed = _claim_all(tree, files)
        found += claimed
        for file in files:
            if root and file.name.lower().endswith(".zip"):
                found += _search(Zip(root / file.name, file.label, tree.meter))
        in_export = in_export or bool(claimed)
        if folder.count("/") < MAX_DEPTH:
            inner = [n for n in folders if not (in_export and n.lower() in MEDIA_FOLDERS)]
            waiting += [(f"{folder}/{n}".lstrip("/"), in_export) for n in reversed(inner)]
    return found


def _claim_all(tree: Tree, files: list[TreeFile]) -> list[Export]:
    texts = [file for file in files if file.name.lower().endswith(SUFFIXES)]
    claimed = []
    for file in texts:
        try:
            export = _claim(file)
        except ExportError as error:
            claimed.append(Export(file, _Damaged(error)))
            continue
        if export:
            claimed.append(export)
            _expect(tree, file, texts)
    return claimed


def _expect(tree: Tree, file: TreeFile, beside: list[TreeFile]) -> None:
    # pages that continue a claimed one, messages2.html, are read with it
    name = re.sub(r"[0-9]+", "", file.name)
    tree.meter.expect(file)
    if file.name.endswith("manifest.json"):
        beside = [*beside, *_parts(tree, file.name.rpartition("/")[0])]
    for other in beside:
        if re.sub(r"[0-9]+", "", other.name) == name or other.name.endswith(".jsonl"):
            tree.meter.expect(other)


def _first_page(folder: Folder, file: TreeFile) -> str | None:
    """Name the file beside one that is claimed, and is called alike but for its numbers."""
    alike = re.sub(r"[0-9]+", "", file.name)
    for other in folder.listing("")[1]:
        if re.sub(r"[0-9]+", "", other.name) == alike and other.name != file.name and _claim(other):
            return other.name
    return None


def _parts(tree: Tree, folder: str) -> list[TreeFile]:
    """Return the parts that a manifest names, which no format claims for themselves."""
    if "chunks" not in tree.listing(folder)[0]:
        return []
    return tree.listing(f"{folder}/chunks".lstrip("/"))[1]


def _claim(file: TreeFile) -> Export | None:
    head = file.head(HEAD)
    for form in FORMATS:
        if form.sniff(file, head):
            return Export(file, form)
    return None


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as handle:
            return handle.read(512)
    except OSError as error:
        raise ExportError(
            f"cannot read {path}: {error.strerror}.", "check its permissions"
        ) from error
