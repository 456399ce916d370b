"""Who is who in an update: keys of chats and people as exports write them, and who spoke."""

from __future__ import annotations

from typing import Any

import msgspec

from adapters.telegram.values import dictionary, integer, string
from archive.records import Member

_ROLES = {"creator": "owner", "administrator": "admin", "member": "member"}
_NESTED = ("reply_to_message", "pinned_message", "external_reply", "message")
_DEEPEST = 8


class Speaker(msgspec.Struct, frozen=True):
    """Whoever a message is said by, as the group sees them."""

    key: str | None = None
    name: str | None = None
    username: str | None = None
    is_bot: bool = False
    role: str | None = None
    """`admin` where the message itself says it; an owner may be behind it too."""


def key_of(peer: Any) -> str | None:
    """Return the key of a user or chat: `telegram:` and the Bot API's number."""
    number = integer(dictionary(peer).get("id"))
    return None if number is None else f"telegram:{number}"


def number_of(key: str) -> int | None:
    """Return the Bot API's number in a key of Telegram."""
    platform, _, number = key.partition(":")
    try:
        return int(number) if platform == "telegram" else None
    except ValueError:
        return None


def name_of(peer: Any) -> str | None:
    """Return how a user or chat is called."""
    peer = dictionary(peer)
    if title := string(peer.get("title")):
        return title
    parts = (string(peer.get("first_name")), string(peer.get("last_name")))
    return " ".join(part for part in parts if part) or None


def is_private(chat: dict[str, Any]) -> bool:
    """Tell a conversation with one person from a group or channel."""
    kind = chat.get("type")
    if kind in ("group", "supergroup", "channel"):
        return False
    return kind == "private" or (integer(chat.get("id")) or 0) > 0


def group_key(chat: Any) -> str | None:
    """Return the key of a group or channel; None for anything else."""
    chat = dictionary(chat)
    return None if is_private(chat) else key_of(chat)


def speaker(message: dict[str, Any]) -> Speaker:
    """Return who said a message; anonymous admins and channels speak as their chat."""
    chat = dictionary(message.get("chat"))
    behind = message.get("sender_chat")
    if behind is None and "from" not in message and chat.get("type") == "channel":
        behind = chat
    if key := key_of(behind):
        # `from` is then a placeholder bot for clients that know no sender_chat
        peer = dictionary(behind)
        role = "admin" if key == key_of(chat) else None
        return Speaker(key, name_of(peer), string(peer.get("username")), role=role)
    return person(message.get("from"))


def person(user: Any) -> Speaker:
    """Return a user as a speaker."""
    user = dictionary(user)
    is_bot = user.get("is_bot") is True
    return Speaker(key_of(user), name_of(user), string(user.get("username")), is_bot)


def member(
    group: str | None, user: Any, role: str | None = None, at: int | None = None
) -> Member | None:
    """Return what is told of a user in a group; None without an id."""
    known = person(user)
    if known.key is None:
        return None
    return Member(
        known.key, known.name, known.username, group_key=group, role=role, is_bot=known.is_bot,
        at=at,
    )  # fmt: skip


def role_in(told: dict[str, Any]) -> str:
    """Return the role a ChatMember has: owner, admin, member or left."""
    status = told.get("status")
    if status == "restricted":
        return "member" if told.get("is_member") is True else "left"
    return _ROLES.get(status, "left") if type(status) is str else "left"


def quoted(message: dict[str, Any], depth: int = 0) -> set[str]:
    """Return the keys of all whose words a message carries besides its own sender's."""
    found = set()
    origin = dictionary(message.get("forward_origin")) or dictionary(message.get("origin"))
    for field in ("sender_user", "sender_chat", "chat"):
        found.add(key_of(origin.get(field)))
    for field in _NESTED if depth < _DEEPEST else ():
        if inner := dictionary(message.get(field)):
            found.add(speaker(inner).key)
            found |= quoted(inner, depth + 1)
    return {key for key in found if key is not None}
