"""What a message carries besides words: files, places, contacts, polls, games, invoices."""

from __future__ import annotations

from typing import Any

import msgspec

from adapters.exports.telegram_json.text import joined
from adapters.exports.telegram_json.values import (
    Undecodable,
    count,
    decode,
    dictionaries,
    storable,
    string,
)
from archive.records import Attachment, Poll

_FILE_KINDS = {
    "sticker": "sticker",
    "video_message": "video",
    "voice_message": "voice",
    "animation": "animation",
    "video_file": "video",
    "audio_file": "audio",
}
_PLACEHOLDERS = (
    (" not included. Change data exporting settings to download.)", "not exported"),
    (" exceeds maximum size. Change data exporting settings to download.)", "too large"),
    (" unavailable, please try again later)", "unavailable"),
)

# What the message carries, by the field that shows it, and the kind it makes the message.
_CARDS = {
    "contact_information": "contact",
    "poll": "poll",
    "location_information": "location",
    "place_name": "location",
    "game_title": "game",
    "invoice_information": "card",
    "todo_list": "card",
    "giveaway_information": "card",
    "giveaway_results": "card",
    "paid_stars_amount": "card",
}

# Fields that go to `Message.detail`, and the names they have there.
_DETAILS = {
    "media_type": "media_type",
    "sticker_emoji": "emoji",
    "performer": "performer",
    "title": "title",
    "media_spoiler": "spoiler",
    "self_destruct_period_seconds": "self_destruct_seconds",
    "place_name": "place",
    "address": "address",
    "live_location_period_seconds": "live_seconds",
    "contact_vcard": "vcard",
    "game_title": "game_title",
    "game_description": "game_description",
    "game_link": "game_link",
    "paid_stars_amount": "stars",
    "contact_information": "contact",
    "location_information": "location",
    "invoice_information": "invoice",
    "todo_list": "todo",
    "giveaway_information": "giveaway",
    "giveaway_results": "giveaway_results",
}
_NESTED = ("location_information", "invoice_information", "todo_list", "giveaway_information",
           "giveaway_results")  # fmt: skip
ATTACHED = frozenset((
    "photo", "photo_file_size", "file", "file_name", "file_size", "thumbnail",
    "thumbnail_file_size", "mime_type", "width", "height",
))  # fmt: skip
"""Fields that end in attachments and nowhere else."""
FIELDS = (
    ATTACHED | _DETAILS.keys() | _CARDS.keys() | {"duration_seconds", "contact_vcard_file_size"}
)
"""Every field of a row that this module reads."""


class Media(msgspec.Struct):
    """What a message carries; `kind` is None if it is only text."""

    kind: str | None = None
    attachments: tuple[Attachment, ...] = ()
    poll: Poll | None = None
    detail: dict[str, Any] = {}


def read_media(row: dict[str, Any]) -> Media:
    """Return the media of a row; no field of it need be of the right type."""
    if FIELDS.isdisjoint(row):
        return Media()
    kind, attachments = _attachments(row)
    for field, card in _CARDS.items():
        if kind is None and field in row:
            kind = card
    detail = {
        name: _nested(row[field]) if field in _NESTED else storable(row[field])
        for field, name in _DETAILS.items()
        if row.get(field) is not None
    }
    return Media(kind, attachments, read_poll(row.get("poll")), detail)


def _attachments(row: dict[str, Any]) -> tuple[str | None, tuple[Attachment, ...]]:
    files = []
    kind = None
    if "photo" in row:
        kind = "photo"
        files.append(_attachment(row, "photo", "photo", "photo_file_size"))
    if "file" in row:
        named = row.get("media_type")
        kind = _FILE_KINDS.get(named, "file") if type(named) is str else "file"
        files.append(_attachment(row, kind, "file", "file_size"))
    return kind, tuple(files)


def _attachment(row: dict[str, Any], kind: str, field: str, size: str) -> Attachment:
    path, missing, name = _path(row[field])
    is_file = field == "file"
    name = (string(row.get("file_name")) if is_file else None) or name
    if name is None and path and kind in ("file", "audio"):
        # Before 2024 the name survived only in the path.
        name = path.rpartition("/")[2] or None
    return Attachment(
        kind=kind,
        name=name,
        path=path,
        missing=missing,
        mime=string(row.get("mime_type")) if is_file else None,
        size=count(row.get(size)) or None,
        width=count(row.get("width")) or None,
        height=count(row.get("height")) or None,
        duration=count(row.get("duration_seconds")) if is_file else None,
    )


def _path(value: Any) -> tuple[str | None, str | None, str | None]:
    """Return path, why it is missing, and a name that stands before the reason."""
    path = string(value)
    if path is None:
        return None, "unavailable", None
    if path.endswith(")"):
        for placeholder, reason in _PLACEHOLDERS:
            if path.endswith(placeholder):
                before = path.removesuffix(placeholder).rpartition("(")[0]
                return None, reason, before.strip() or None
    return path, None, None


def read_poll(value: Any) -> Poll | None:
    """Return a poll; question and answers may be strings or formatted text."""
    if type(value) is not dict:
        return None
    # Which answer the exporting person chose is nobody else's business and is not kept.
    return Poll(
        question=joined(value.get("question")),
        options=tuple(
            (joined(answer.get("text")), count(answer.get("voters")) or 0)
            for answer in dictionaries(value.get("answers"))
        ),
        voters=count(value.get("total_voters")),
        closed=value.get("closed") is True,
    )


def _nested(value: Any) -> Any:
    """Return an object, which some versions write as a string that holds it."""
    if type(value) is str and value.startswith(("{", "[")):
        try:
            value, _ = decode(value.encode("utf-8", "surrogatepass"))
        except Undecodable:
            return value
    return storable(value)
