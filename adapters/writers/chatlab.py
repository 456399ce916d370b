"""Writes the ChatLab interchange format 0.0.2 as JSON lines: one group a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from archive.records import Member
from archive.views import GroupView, MessageView

VERSION = "0.0.2"
TYPES = {
    "text": 0, "photo": 1, "voice": 2, "video": 3, "file": 4, "audio": 4, "sticker": 5,
    "animation": 5, "link": 7, "location": 8, "red_packet": 20, "transfer": 21, "poke": 22,
    "call": 23, "card": 24, "forward": 26, "contact": 27, "service": 80,
}  # fmt: skip
REPLY, SYSTEM_ROW, RECALL, OTHER = 25, 80, 81, 99
NOBODY = "SYSTEM"
"""The sender of rows that nobody sent."""
UNNAMED = "anonymous"
"""The sender of everybody whose id the reader may not know."""
_PLACEHOLDERS = {
    1: "[图片]", 2: "[语音]", 3: "[视频]", 4: "[文件]", 5: "[表情]", 20: "[红包]", 21: "[转账]",
    22: "[拍一拍]", 23: "[通话]", 24: "[分享]", 26: "[聊天记录]", 27: "[名片]", 8: "[位置]",
}  # fmt: skip
_encode = msgspec.json.Encoder().encode

Placed = Callable[[str], str | None]
"""Gives the path of a stored file beside the export, by its SHA-256; None: it is not there."""


def lines(
    group: GroupView,
    members: Iterable[Member],
    messages: Iterable[MessageView],
    *,
    at: int,
    placed: Placed,
) -> Iterator[bytes]:
    """Return the header, the members and the messages of a group, oldest first."""
    yield _line(
        "header",
        chatlab={"version": VERSION, "exportedAt": at, "generator": "chendian"},
        meta={
            "name": group.title,
            "platform": group.platform,
            "type": "private" if group.kind == "private" else "group",
            "groupId": _bare(group.key),
        },
    )
    for member in members:
        yield _line("member", **_member(member))
    for message in messages:
        yield _line("message", **_message(message, placed))


def _line(kind: str, **fields: Any) -> bytes:
    return _encode({"_type": kind, **fields}) + b"\n"


def _bare(key: str) -> str:
    """Return a key without its platform."""
    return key.partition(":")[2]


def _member(member: Member) -> dict[str, Any]:
    found: dict[str, Any] = {
        "platformId": _bare(member.key),
        "accountName": member.name or member.group_name or _bare(member.key),
    }
    if member.group_name:
        found["groupNickname"] = member.group_name
    if member.other_names:
        found["aliases"] = member.other_names
    if member.role in ("owner", "admin"):
        found["roles"] = [{"id": member.role}]
    elif member.role:
        found["roles"] = [{"id": "custom", "name": member.role}]
    return found


def _message(message: MessageView, placed: Placed) -> dict[str, Any]:
    number = _type(message)
    if message.sender_key:
        sender = _bare(message.sender_key)
    else:
        sender = UNNAMED if message.sender else NOBODY
    found: dict[str, Any] = {
        "sender": sender,
        "accountName": message.sender or sender,
        "timestamp": message.sent_at,
        "type": number,
        "content": _content(message, number, placed),
        "platformMessageId": message.key.removeprefix(f"{message.group_key}:"),
    }
    answered = message.reply.key if message.reply else None
    if answered:
        found["replyToMessageId"] = answered.removeprefix(f"{message.group_key}:")
    return found


def _type(message: MessageView) -> int:
    if message.recalled:
        return RECALL
    if message.kind == "text" and message.reply:
        return REPLY
    return TYPES.get(message.kind, OTHER)


def _content(message: MessageView, number: int, placed: Placed) -> str | None:
    """Return the words; where there are none, the file's place, or what stands for it."""
    if message.recalled:
        return None
    if message.text:
        return message.text
    for attachment in message.attachments:
        if attachment.sha256 and (path := placed(attachment.sha256)):
            return path
        if attachment.name and number == TYPES["file"]:
            return attachment.name
    return message.more or _PLACEHOLDERS.get(number)
