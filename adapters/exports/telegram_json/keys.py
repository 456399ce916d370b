"""Telegram's ids as the keys a bot would give: users 42, basic groups -42, the rest -100…42."""

from __future__ import annotations

import re
from typing import Any

from adapters.exports.telegram_json.values import integer

NAMELESS = ("saved_messages", "replies", "verification_codes")
"""Chat types that come without a name."""
CHAT_TYPES = frozenset((
    *NAMELESS, "personal_chat", "bot_chat", "private_group", "private_supergroup",
    "public_supergroup", "private_channel", "public_channel",
))  # fmt: skip

_CHANNEL_BASE = 10**12

_peer = re.compile(r"(user|channel|chat)([0-9]{1,18})").fullmatch
_old_peer = re.compile(rb'"(?:from|actor)_id"\s*:\s*[0-9]').search


def is_old(start: bytes) -> bool:
    """Tell from the first messages whether ids are written as up to April 2021.

    Then ids were numbers, and from October 2020 on those of senders, and always those of chats,
    had 1 << 32 added for users and 2 << 32 for groups and channels."""
    return b'"date_unixtime"' not in start and _old_peer(start) is not None


def user_key(number: int) -> str:
    """Return the key of a user, or of whatever a Bot API id is of."""
    return f"telegram:{number}"


def basic_group_key(number: int) -> str:
    """Return the key of a basic group; a negative number is a Bot API id already."""
    return f"telegram:{-abs(number)}"


def channel_key(number: int) -> str:
    """Return the key of a channel or supergroup; a negative number is a Bot API id already."""
    return f"telegram:{number if number < 0 else -(_CHANNEL_BASE + number)}"


def peer_key(value: Any, old: bool = False) -> str | None:
    """Return the key of whoever `from_id` and its like name: `user42`, `channel9`, `chat5`, 42."""
    if type(value) is str and (peer := _peer(value)):
        number = int(peer[2])
        if peer[1] == "user":
            return user_key(number)
        return channel_key(number) if peer[1] == "channel" else basic_group_key(number)
    number_given = integer(value)
    if number_given is None:
        return None
    if old and number_given >> 32 == 2:
        return channel_key(number_given & 0xFFFFFFFF)
    if old and number_given >> 32 == 1:
        return user_key(number_given & 0xFFFFFFFF)
    return user_key(number_given)


def chat_key(kind: str, value: Any, old: bool = False) -> str | None:
    """Return the key of a chat by its `type` and `id`, None if the id is no number."""
    number = integer(value)
    if number is None:
        return None
    private = _is_private(kind)
    if old and number >> 32 == (1 if private else 2):
        number &= 0xFFFFFFFF
    if kind.endswith(("_channel", "_supergroup")):
        return channel_key(number)
    return basic_group_key(number) if kind.endswith("_group") else user_key(number)


def group_kind(kind: str) -> str:
    """Return `group`, `channel` or `private` for a chat's `type`."""
    if kind.endswith("_channel"):
        return "channel"
    return "private" if _is_private(kind) else "group"


def _is_private(kind: str) -> bool:
    return kind in NAMELESS or kind.endswith("_chat")
