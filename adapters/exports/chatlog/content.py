"""What the type, the content and the parts of a JSON message say."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from adapters.exports.wechat_records import nested_of
from adapters.exports.wechat_words import MEDIA, linked, worded
from adapters.notices import action_of
from adapters.wechat_xml.content import DEEPEST, NOT_EXPORTED, Content, Place
from adapters.wechat_xml.message import APP_KINDS, KINDS, QUOTED
from archive.records import Attachment, Quote

_APP = 49
_SHOWN = {
    "photo": "[图片]", "voice": "[语音]", "video": "[视频]", "sticker": "[表情]",
    "location": "[位置]", "contact": "[名片]", "call": "[通话]", "forward": "[聊天记录]",
    "card": "[小程序]", "red_packet": "[红包]",
}  # fmt: skip


def content_of(row: dict[str, Any], place: Place) -> Content:
    """Read a message."""
    local_type, sub_type = whole(row.get("type")), whole(row.get("subType")) or 0
    content = words(row.get("content"))
    inner = row.get("contents")
    parts: dict[str, Any] = inner if isinstance(inner, dict) else {}
    told = {name: value for name, value in parts.items() if name != "host"}
    kind = APP_KINDS.get(sub_type) if local_type == _APP else KINDS.get(local_type or 0)
    if kind is None:
        raw = {"type": local_type, "sub_type": sub_type, **({"contents": told} if told else {})}
        return Content("unknown", content, detail={"raw": raw})
    title, url = words(told.get("title")), words(told.get("url"))
    if kind in MEDIA:
        detail = {"contents": told} if told else {}
        return Content(kind, "", (Attachment(kind, missing=NOT_EXPORTED),), detail=detail)
    if kind == "file":
        name = title or content
        return Content(kind, name, (Attachment("file", name or None, missing=NOT_EXPORTED),))
    if kind == "forward":
        return Content(kind, title or content, nested=nested_of(told.get("recordInfo"), place))
    if kind in ("link", "card"):
        return linked(kind, title or content, url, words(told.get("desc")))
    if kind == "service":
        return Content(kind, content, service=action_of(content))
    found = worded(content) if kind in ("transfer", "red_packet") else Content(kind, content)
    found.kind = kind
    found.quote = _quote(told.get("refer"), place)
    return found


def _quote(refer: Any, place: Place) -> Quote | None:
    if not isinstance(refer, dict) or place.depth >= DEEPEST:
        return None
    inner = content_of(refer, place.below())
    text = inner.text or _SHOWN.get(inner.kind, "")
    name = words(refer.get("senderName")) or words(refer.get("sender"))
    return Quote(text[:QUOTED], name or None, seconds(refer.get("time")))


def seconds(written: Any) -> int | None:
    """Read a time with its offset, as RFC 3339 writes it."""
    text = words(written).strip()
    if not 19 < len(text) < 40:
        return None
    try:
        at = datetime.fromisoformat(text)
        return int(at.timestamp()) if at.tzinfo and at.year > 1 else None
    except (ValueError, OverflowError):
        return None


def words(value: Any) -> str:
    """Return a text as it is, and nothing for anything else."""
    return value if isinstance(value, str) else ""


def whole(value: Any) -> int | None:
    """Return a whole number."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number and abs(value) < 1 << 53 else None
