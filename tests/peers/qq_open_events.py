"""What QQ's open platform tells a bot of: events in the form of its own documentation."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from typing import Any

BOT = "B07B07B07B07B07B07B07B07B07B07B0"
"""The bot's own openid in groups."""
NAME = "沉淀"
_CHINA = timezone(timedelta(hours=8))
_numbers = count(1)


def openid(name: str) -> str:
    """Make an openid out of a short name: 32 hexadecimal digits."""
    return name.encode().hex().upper().ljust(32, "0")[:32]


def moment(at: float) -> str:
    """Write a time as QQ does."""
    return datetime.fromtimestamp(at, UTC).astimezone(_CHINA).isoformat(timespec="seconds")


def message(
    group: str, member: str, text: str, *, name: str = "", role: str = "member", **more: Any
) -> dict[str, Any]:
    """Make what somebody says in a group, `d` of an event."""
    number = next(_numbers)
    person = openid(member)
    said = {
        "id": f"ROBOT1.0_{number:06d}.{'x' * 40}-_!",
        "content": text,
        "timestamp": moment(more.pop("at", time.time())),
        "author": {
            "id": person,
            "member_openid": person,
            "union_openid": person,
            "username": name or member,
            "member_role": role,
            "bot": more.pop("bot", False),
        },
        "group_id": openid(group),
        "group_openid": openid(group),
        "message_type": 0,
        "message_scene": {"source": "default", "ext": [f"msg_idx=REFIDX_{number:06d}=="]},
    }
    return said | more


def mention_of_bot() -> dict[str, Any]:
    """Make the entry of `mentions` for the bot."""
    return {"scope": "single", "bot": True, "id": BOT, "is_you": True, "member_openid": BOT,
            "username": NAME}  # fmt: skip


def answering(said: dict[str, Any], other: dict[str, Any], *, author: bool = True) -> None:
    """Let a message quote another one, which QQ gives an index and its words, and no id."""
    index = other["message_scene"]["ext"][0].removeprefix("msg_idx=")
    said["message_type"] = 103
    said["message_scene"]["ext"].insert(0, f"ref_msg_idx={index}")
    told = {"content": other["content"], "message_type": 0, "msg_idx": index}
    if author:
        wanted = ("id", "member_openid", "username", "bot")
        told["author"] = {key: other["author"][key] for key in wanted}
    said["msg_elements"] = [told]
    said["message_reference"] = {"message_id": ""}


def alone(person: str, text: str, *, name: str = "", at: float | None = None) -> dict[str, Any]:
    """Make what somebody says to the bot alone."""
    who = openid(person)
    return {
        "id": f"ROBOT1.0_{next(_numbers):06d}.{'c' * 40}!",
        "content": text,
        "timestamp": moment(at or time.time()),
        "author": {"id": who, "user_openid": who, "union_openid": who, "username": name or person},
        "message_type": 0,
    }


def about_group(group: str, by: str) -> dict[str, Any]:
    """Make `d` of GROUP_ADD_ROBOT and its like."""
    return {"group_openid": openid(group), "op_member_openid": openid(by),
            "timestamp": int(time.time())}  # fmt: skip
