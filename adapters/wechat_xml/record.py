"""Unfolds a merged record (合并转发的聊天记录) into the messages in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from adapters.wechat_xml.content import DEEPEST, NOT_EXPORTED, Content, Place
from adapters.wechat_xml.xml import number, parse, said
from archive.records import Attachment, Message, Quote, Span

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST = 10_000
"""Messages of one record that are unfolded."""
_KINDS = {
    1: "text", 2: "photo", 3: "voice", 4: "video", 5: "link", 6: "location", 8: "file",
    16: "contact", 17: "forward", 19: "card", 22: "card", 29: "card", 36: "card", 37: "sticker",
}  # fmt: skip
_local = re.compile(
    r"(\d{4})[-/年](\d{1,2})[-/月](\d{1,2})日?\s*(上午|下午)?\s*(\d{1,2}):(\d{2})(?::(\d{2}))?"
)


def unfolded(record: _Element | None, place: Place) -> tuple[Message, ...]:
    """Read a `recorditem` or `recordxml`; deeper than DEEPEST it stays folded."""
    if record is None or place.depth >= DEEPEST:
        return ()
    root = record if len(record) else parse("".join(str(t) for t in record.itertext()))
    return tuple(_messages(root, place)) if root is not None else ()


def local_time(written: str, zone: ZoneInfo) -> tuple[int | None, int]:
    """Read a local time: Unix seconds, None if it is impossible, and its unit in seconds."""
    found = _local.fullmatch(written.strip())
    if found is None:
        return None, 1
    year, month, day, half, hour, minute, second = found.groups()
    hours = int(hour) % 12 + (12 if half == "下午" else 0) if half else int(hour)
    clock = (hours, int(minute), int(second or 0), 0)
    try:
        at = datetime(int(year), int(month), int(day), *clock, zone)
        return int(at.timestamp()), 1 if second else 60
    except (ValueError, OverflowError):
        return None, 1


def _messages(root: _Element, place: Place) -> Iterator[Message]:
    items = root.findall("recordinfo/datalist/dataitem") or root.findall("datalist/dataitem")
    for item in items[:MOST]:
        kind = _KINDS.get(number(item.get("datatype")) or 0, "unknown")
        found = _content(kind, item, place)
        written = said(item, "srcMsgCreateTime")
        sent_at, precision = number(written), 1
        if not sent_at:
            sent_at, precision = local_time(said(item, "sourcetime"), place.time_zone)
        yield Message(
            place.group_key,
            sent_at=sent_at,
            sender_name=said(item, "sourcename") or None,
            kind=found.kind,
            text=found.text,
            attachments=found.attachments,
            spans=found.spans,
            quote=found.quote,
            nested=found.nested,
            detail=found.detail,
            precision=precision,
        )


def _content(kind: str, item: _Element, place: Place) -> Content:
    title, words = said(item, "datatitle"), said(item, "datadesc")
    if kind in ("photo", "voice", "video", "sticker"):
        size, duration = number(said(item, "datasize")), number(said(item, "duration"))
        return Content(kind, attachments=(
            Attachment(kind, missing=NOT_EXPORTED, size=size, duration=duration),
        ))  # fmt: skip
    if kind == "file":
        size = number(said(item, "datasize"))
        return Content(kind, title, (Attachment("file", title or None, missing=NOT_EXPORTED,
                                                size=size),))  # fmt: skip
    if kind == "link":
        url = said(item, "link") or said(item, ".//weburlitem/url")
        text = title or said(item, ".//weburlitem/title") or url
        spans = (Span("link", 0, len(text), url),) if url.startswith("http") and text else ()
        told = {"title": text, "url": url, "description": words}
        return Content(kind, text, spans=spans,
                       detail={"link": {n: v for n, v in told.items() if v}})  # fmt: skip
    if kind == "location":
        name, address = said(item, "locitem/poiname"), said(item, "locitem/label")
        told = {"name": name, "address": address}
        return Content(kind, name or address,
                       detail={"location": {n: v for n, v in told.items() if v}})  # fmt: skip
    if kind == "forward":
        return Content(kind, title, nested=unfolded(item.find("recordxml"), place.below()))
    answered = said(item, "refermsgitem/referdesc")
    detail = {"raw": {"datatype": item.get("datatype")}} if kind == "unknown" else {}
    quote = Quote(answered) if answered else None
    return Content(kind, words or title, quote=quote, detail=detail)
