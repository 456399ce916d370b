"""OneBot events written for tests, as new NapCat tells them."""

from __future__ import annotations

from typing import Any

from onebot_door import GROUP, raw

from adapters.qq_onebot.records import records_of
from archive.records import Message

AT = 1760000000


def event(*segments: dict[str, Any] | str, **more: Any) -> dict[str, Any]:
    """Make a message as new NapCat tells it."""
    message = [
        {"type": "text", "data": {"text": part}} if isinstance(part, str) else part
        for part in segments
    ]
    return {
        "self_id": 10001, "user_id": 20003, "time": 1760000000, "message_id": 555,
        "message_seq": 555, "real_id": 555, "real_seq": "308447", "message_type": "group",
        "sender": {"user_id": 20003, "nickname": "小明", "card": "明哥", "role": "admin"},
        "raw_message": "", "sub_type": "normal", "message": message, "message_format": "array",
        "post_type": "message", "group_id": GROUP, **more,
    }  # fmt: skip


def segment(kind: str, **data: Any) -> dict[str, Any]:
    """Make a segment."""
    return {"type": kind, "data": data}


def message(told: dict[str, Any], **known: Any) -> Message:
    """Return the message that an event becomes."""
    (found,) = [r for r in records_of(raw(told, **known)) if isinstance(r, Message)]
    return found


def notice(kind: str, **more: Any) -> dict[str, Any]:
    """Make a notice about 20003."""
    told = {"time": AT, "self_id": 10001, "post_type": "notice", "notice_type": kind}
    return {**told, "group_id": GROUP, "user_id": 20003, **more}


def upload(name: str = "报告.pdf", size: int = 3, at: int = AT) -> dict[str, Any]:
    """Make the notice that a file was uploaded."""
    return notice(
        "group_upload", time=at, file={"id": "f-9", "name": name, "size": size, "busid": 102}
    )
