"""The photo, voice, video or file of a segment as an attachment, and where its bytes can be had."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from adapters.qq_onebot.keys import number, word
from archive.records import Attachment

Asked = Literal["image", "record", "file", "video"]

_KINDS: dict[str, tuple[str, Asked]] = {
    "image": ("photo", "image"),
    "bface": ("sticker", "image"),
    "mface": ("sticker", "image"),
    "marketface": ("sticker", "image"),
    "record": ("voice", "record"),
    "video": ("video", "video"),
    "file": ("file", "file"),
    "onlinefile": ("file", "file"),
}
_STICKERS = ("[动画表情]", "[表情]")
_STICKER_STYLES = frozenset((1, 2, 3, 4, 7, 9, 13))
"""`sub_type` of an image that was sent as a sticker: 表情包, 热图, 斗图, 智图, 贴图 …"""


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the bytes of a file can be had; travels as JSON in `Attachment.source`."""

    url: str | None = None
    """A link with a key that expires within hours or days."""
    asked: Asked = "file"
    """Which API gives the file anew: get_image, get_record, get_file."""
    file: str | None = None
    """The name the gateway has for it."""
    file_id: str | None = None
    group_id: str | None = None
    """With `file_id`: a file of the group, for get_group_file_url."""
    busid: int | None = None


def source_of(written: str) -> Source:
    """Read what `Attachment.source` says. Raises msgspec.MsgspecError."""
    return msgspec.json.decode(written, type=Source)


def attachment_of(kind: str, data: dict[str, Any], group_id: str | None) -> Attachment:
    """Make the attachment of a segment of one of the kinds that have bytes."""
    shown, asked = _KINDS[kind]
    if kind == "image" and _is_sticker(data):
        shown = "sticker"
    named = (
        data.get("name") or data.get("fileName") or (data.get("file") if shown == "file" else None)
    )
    length = number(data.get("duration") or data.get("time"))
    file_id = _text(data.get("file_id")) or _text(data.get("id"))
    return _attachment(
        shown,
        _text(named),
        number(data.get("file_size") or data.get("fileSize") or data.get("size")),
        Source(
            url=_link(data.get("url")) or _link(data.get("file")),
            asked=asked,
            file=_text(data.get("file")),
            file_id=file_id,
            group_id=group_id if shown == "file" and file_id else None,
            busid=number(data.get("busid")),
        ),
        duration=length,
    )


def uploaded(file: dict[str, Any], group_id: str | None) -> Attachment:
    """Make the attachment of the notice that a file was uploaded to the group."""
    source = Source(
        url=_link(file.get("url")),
        file_id=_text(file.get("id")),
        group_id=group_id,
        busid=number(file.get("busid")),
    )
    return _attachment("file", _text(file.get("name")), number(file.get("size")), source)


def _attachment(
    kind: str, name: str | None, size: int | None, source: Source, duration: int | None = None
) -> Attachment:
    reachable = source.url or source.file or source.file_id
    return Attachment(
        kind,
        name,
        missing=None if reachable else "unavailable",
        size=size if size is not None and size >= 0 else None,
        duration=duration if duration and duration > 0 else None,
        source=msgspec.json.encode(source).decode() if reachable else None,
    )


def _is_sticker(data: dict[str, Any]) -> bool:
    """Tell a sticker from a photo: NapCat marks it by number, by its words, or as bought."""
    if data.get("emoji_id") or data.get("summary") in _STICKERS:
        return True
    return number(data.get("sub_type", data.get("subType"))) in _STICKER_STYLES


def _link(value: Any) -> str | None:
    return value if isinstance(value, str) and value.startswith(("http://", "https://")) else None


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        # an attachment's source is JSON, and JSON has no lone surrogates
        return value.encode("utf-8", "replace").decode() or None
    return word(value)
