"""Ids of messages: Telegram's own, but for chats in which each account counts for itself."""

from __future__ import annotations

from typing import Any

from adapters.telegram.values import dictionary, integer

_SUPERGROUPS = -(10**12)
"""Chat ids below this are supergroups and channels."""


def message_id(chat: Any, number: Any, bot: int) -> str | None:
    """Return the id under which a message of a chat is kept; None if there is none.

    In a basic group (and a private chat) the numbers are those of one account, and begin anew when
    the group becomes a supergroup: there the id is `<bot>-<number>`, so that no two messages share
    one."""
    found = integer(number)
    if not found or found < 0:
        return None
    counted_alone = dictionary(chat).get("type") in ("group", "private")
    return f"{bot}-{found}" if counted_alone else str(found)


def is_supergroup(chat: int) -> bool:
    """Tell whether a chat counts its messages for itself, the same for every account."""
    return chat < _SUPERGROUPS


def number_of(kept: str, chat: int, bot: int) -> int | None:
    """Return the number by which this bot knows a message in a chat; None if it does not."""
    counted_by, _, number = kept.rpartition("-")
    if not number.isdecimal():
        return None
    if counted_by and (counted_by != str(bot) or chat < _SUPERGROUPS):
        # another bot's number, or said before the group moved
        return None
    return int(number)
