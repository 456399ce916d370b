"""Unfolds merged records (合并转发) that exporters of WeChat write as JSON, each with names of its
own for the same fields."""

from __future__ import annotations

from typing import Any

from adapters.wechat_xml.content import DEEPEST, NOT_EXPORTED, Place
from adapters.wechat_xml.record import MOST, local_time, unfolded
from adapters.wechat_xml.xml import parse
from archive.records import Attachment, Message, Span

KINDS = {
    1: "text", 2: "photo", 3: "voice", 4: "video", 5: "link", 6: "location", 8: "file",
    16: "contact", 17: "forward", 19: "card", 22: "card", 29: "card", 36: "card", 37: "sticker",
}  # fmt: skip
"""By the number of a record's item."""
_HOLDERS = (
    "recordinfo", "recorditem", "recordxml", "datalist", "dataitems", "dataitem",
    "chatrecordlist", "chatrecords",
)  # fmt: skip
_WRAPPED = 8
"""Objects within objects around the list."""
_LARGEST = 4 * 2**20


def nested_of(value: Any, place: Place) -> tuple[Message, ...]:
    """Read the messages of a record, whichever of its shapes it has."""
    if place.depth >= DEEPEST:
        return ()
    if isinstance(value, str):
        root = parse(value) if "<" in value and len(value) <= _LARGEST else None
        return unfolded(root, place) if root is not None else ()
    return tuple(_message(item, place) for item in _items(value)[:MOST])


def _items(value: Any, depth: int = 0) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [_lower(item) for item in value if isinstance(item, dict)]
    if not isinstance(value, dict) or depth > _WRAPPED:
        return []
    told = _lower(value)
    if "sourcename" in told:
        return [told]
    for name in _HOLDERS:
        if found := _items(told.get(name), depth + 1):
            return found
    return []


def _lower(item: dict[str, Any]) -> dict[str, Any]:
    return {str(name).lower().lstrip("@"): value for name, value in item.items()}


def _message(item: dict[str, Any], place: Place) -> Message:
    number = _whole(item.get("datatype"))
    kind = KINDS.get(number or 0, "unknown") if number is not None else "text"
    title, words = _words(item.get("datatitle")), _words(item.get("datadesc"))
    sent_at, precision = _whole(item.get("srcmsgcreatetime")), 1
    if not sent_at:
        sent_at, precision = local_time(_words(item.get("sourcetime")), place.time_zone)
    attachments: tuple[Attachment, ...] = ()
    spans: tuple[Span, ...] = ()
    nested: tuple[Message, ...] = ()
    text = words or title
    if kind in ("photo", "voice", "video", "sticker"):
        size = _whole(item.get("datasize"))
        attachments, text = (Attachment(kind, missing=NOT_EXPORTED, size=size or None),), ""
    elif kind == "file":
        text = title or words
        attachments = (Attachment("file", text or None, missing=NOT_EXPORTED),)
    elif kind == "link":
        url, text = _words(item.get("link")), title or words
        spans = (Span("link", 0, len(text), url),) if url.startswith("http") and text else ()
    elif kind == "forward":
        inner = item.get("chatrecordlist") or item.get("recordxml") or item.get("recordinfo")
        nested, text = nested_of(inner, place.below()), title or words
    return Message(
        place.group_key,
        sent_at=sent_at,
        sender_name=_words(item.get("sourcename")).strip() or None,
        kind=kind,
        text=text,
        attachments=attachments,
        spans=spans,
        nested=nested,
        detail={"raw": {"datatype": item.get("datatype")}} if kind == "unknown" else {},
        precision=precision,
    )


def _words(value: Any) -> str:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _whole(value: Any) -> int | None:
    text = _words(value).strip()
    found = int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None
    return found // 1000 if found is not None and found > 10**11 else found
