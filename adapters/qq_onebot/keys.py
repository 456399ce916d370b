"""Keys and ids of QQ groups, people and messages, as OneBot events name them."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Any

PLATFORM = "qq"
NOBODY = frozenset((80000000, 1094950020))
"""Accounts that stand for anyone: anonymous members, people inside merged records."""

_ROBOTS = (
    range(66600000, 66600001), range(2854196301, 2854216400),
    range(3328144510, 3328144511), range(3889000000, 3890000000), range(4010000000, 4020000000),
)  # fmt: skip
"""Numbers that QQ gives to its own robots only."""
_plain = re.compile(r"[\w-]{1,64}")
_MILLISECONDS = 100_000_000_000
"""A time beyond this many seconds (the year 5138) is told in milliseconds."""
_LARGEST = 1 << 63


def number(value: Any) -> int | None:
    """Read a whole number told as one, or in digits; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < _LARGEST else None
    if isinstance(value, str):
        digits = value.strip().removeprefix("-")
        if not (digits.isascii() and digits.isdecimal() and len(digits) < 20):
            return None
        value = int(value)
    return value if isinstance(value, int) and abs(value) < _LARGEST else None


def word(value: Any) -> str | None:
    """Read an id, told as a number or in letters and digits, as text; None for none (0, empty)."""
    if isinstance(value, float | bool) or value in (None, 0, "", "0"):
        return None
    text = str(value).strip()
    return text if _plain.fullmatch(text) else None


def group_key(event: dict[str, Any]) -> str | None:
    """Return the key of the group an event is from: `qq:88990011`."""
    group_id = word(event.get("group_id"))
    return f"{PLATFORM}:{group_id}" if group_id else None


def member_key(user_id: Any) -> str | None:
    """Return a person's key, `qq:10001`; None for nobody in particular."""
    named = word(user_id)
    return f"{PLATFORM}:{named}" if named and number(named) not in NOBODY else None


def platform_id(key: str) -> str:
    """Return what OneBot calls the group or person of a key."""
    return key.partition(":")[2]


def api_id(key: str) -> int | str:
    """Return a key's id as an API takes it: a number where it is one."""
    named = platform_id(key)
    as_number = number(named)
    return named if as_number is None else as_number


def is_robot(user_id: Any) -> bool:
    """Tell whether an account is one of QQ's own robots."""
    found = number(user_id)
    return found is not None and any(found in numbers for numbers in _ROBOTS)


def seconds(value: Any) -> int | None:
    """Read a Unix time told in seconds or milliseconds."""
    found = number(value)
    if found is not None and abs(found) >= _MILLISECONDS:
        return found // 1000
    return found


def sequence(event: dict[str, Any]) -> int | None:
    """Return a message's true place in its group where the gateway tells it (`real_seq`)."""
    found = number(event.get("real_seq"))
    return found if found is not None and found > 0 else None


def message_id(event: dict[str, Any]) -> str:
    """Return the id under which a message is kept, the same whichever account heard it.

    The short `message_id` alone is a 31-bit hash that comes again in large groups.
    """
    place = sequence(event)
    return str(place) if place is not None else former_id(event)


def former_id(event: dict[str, Any]) -> str:
    """Return `time-sender-message_id`, a message's id where the gateway knows no true sequence.

    The sender is four digits made of the number: ids are part of public addresses.
    """
    short = word(event.get("message_id")) or fingerprint(event.get("message"))
    sender = fingerprint(word(event.get("user_id")))[:4]
    return f"{number(event.get('time')) or 0}-{sender}-{short}"


def short_name(value: Any) -> str | None:
    """Return the name under which a short `message_id` is known beside the message's own id."""
    short = word(value)
    return f"m{short}" if short else None


def short_id(own_id: str) -> int | str | None:
    """Return the short `message_id` that an id or a short name holds; None for a sequence."""
    _, dash, rest = own_id.partition("-")
    if own_id.startswith("m"):
        rest = own_id[1:]
    elif dash and own_id[0].isdecimal():
        rest = rest.partition("-")[2]
    else:
        return None
    as_number = number(rest)
    return rest if as_number is None else as_number


def upload_id(time: int, user_id: Any, name: Any, size: Any) -> str:
    """Return the id of an upload as its notice tells it, which names no message."""
    return f"u{time}-{fingerprint([word(user_id), name, number(size)])}"


def fingerprint(value: Any) -> str:
    """Return twelve digits that stand for a value read from JSON."""
    return blake2b(repr(value).encode("utf-8", "replace"), digest_size=6).hexdigest()
