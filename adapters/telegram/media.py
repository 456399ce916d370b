"""Files a message carries, as attachments this bot can fetch: the largest size, no thumbnails."""

from __future__ import annotations

from typing import Any

import msgspec

from adapters.telegram.values import count, dictionaries, dictionary, string
from archive.records import Attachment

TOO_LARGE = "too large for the Bot API"
"""Why a file is missing that the Bot API does not hand out."""

# The first field present decides: an animation comes with a document that says the same.
_FILES = {
    "animation": ("animation", "animation"),
    "video": ("video", "video_file"),
    "video_note": ("video", "video_message"),
    "voice": ("voice", "voice_message"),
    "audio": ("audio", "audio_file"),
    "sticker": ("sticker", "sticker"),
    "document": ("file", None),
}
"""Field of a message: kind of the message, and `media_type` as exports write it."""
_LARGEST_SIDE = 1 << 20

FIELDS = frozenset((*_FILES, "photo", "live_photo", "paid_media", "has_media_spoiler"))
"""Every field of a message that this module reads."""


class Media(msgspec.Struct, frozen=True):
    """What files make of a message; `kind` is None where there are none."""

    kind: str | None = None
    attachments: tuple[Attachment, ...] = ()
    detail: dict[str, Any] = {}


def read_media(message: dict[str, Any], largest: int) -> Media:
    """Return the files of a message; those over `largest` bytes are named, but not fetched."""
    media = _read(message, largest)
    if media.kind and message.get("has_media_spoiler") is True:
        return msgspec.structs.replace(media, detail={**media.detail, "spoiler": True})
    return media


def _read(message: dict[str, Any], largest: int) -> Media:
    if "paid_media" in message:
        return _paid(dictionary(message["paid_media"]), largest)
    if "live_photo" in message:
        return Media("photo", _live_photo(message, largest), {"live": True})
    if "photo" in message:
        return Media("photo", photo(message["photo"], largest))
    for field, (kind, named) in _FILES.items():
        if field in message:
            file = dictionary(message[field])
            detail = _detail(field, file)
            if named:
                detail["media_type"] = named
            return Media(kind, (_attachment(kind, file, largest),), detail)
    return Media()


def photo(sizes: Any, largest: int) -> tuple[Attachment, ...]:
    """Return the largest of a photo's sizes as an attachment."""
    known = dictionaries(sizes)
    best = max(known, key=_area, default={})
    return (_attachment("photo", best, largest),)


def _area(size: dict[str, Any]) -> tuple[int, int]:
    width, height = count(size.get("width")) or 0, count(size.get("height")) or 0
    return width * height, count(size.get("file_size")) or 0


def _live_photo(message: dict[str, Any], largest: int) -> tuple[Attachment, ...]:
    moving = dictionary(message["live_photo"])
    still = moving.get("photo") or message.get("photo")
    film = _attachment("video", moving, largest)
    return (*photo(still, largest), film) if still else (film,)


def _attachment(kind: str, file: dict[str, Any], largest: int) -> Attachment:
    size = count(file.get("file_size")) or None
    source = string(file.get("file_id"))
    missing = None if source else "unavailable"
    if size is not None and size > largest:
        source, missing = None, TOO_LARGE
    # a round video is a square of this side
    side = _side(file.get("length"))
    return Attachment(
        kind=kind,
        name=string(file.get("file_name")),
        missing=missing,
        mime=string(file.get("mime_type")) or _mime(kind, file),
        size=size,
        width=_side(file.get("width")) or side,
        height=_side(file.get("height")) or side,
        duration=count(file.get("duration")),
        source=source,
    )


def _side(value: Any) -> int | None:
    side = count(value) or 0
    return side if 0 < side < _LARGEST_SIDE else None


def _mime(kind: str, file: dict[str, Any]) -> str | None:
    if kind != "sticker":
        return None
    if file.get("is_video") is True:
        return "video/webm"
    return "application/x-tgsticker" if file.get("is_animated") is True else "image/webp"


def _detail(field: str, file: dict[str, Any]) -> dict[str, Any]:
    names = {
        "sticker": (("emoji", "emoji"), ("set_name", "sticker_set")),
        "audio": (("performer", "performer"), ("title", "title")),
    }.get(field, ())
    return {name: file[key] for key, name in names if string(file.get(key))}


def _paid(paid: dict[str, Any], largest: int) -> Media:
    attachments: list[Attachment] = []
    for item in dictionaries(paid.get("paid_media")):
        kind = item.get("type")
        if kind == "photo":
            attachments += photo(item.get("photo"), largest)
        elif kind in ("video", "live_photo"):
            attachments.append(_attachment("video", dictionary(item.get(kind)), largest))
        else:
            shown = "video" if count(item.get("duration")) else "photo"
            attachments.append(_attachment(shown, item, largest))
    stars = count(paid.get("star_count"))
    return Media("card", tuple(attachments), {} if stars is None else {"stars": stars})
