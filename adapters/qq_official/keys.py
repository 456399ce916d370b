"""Keys of QQ groups and people as the official bot knows them: openids, its own for each bot.

https://bot.q.qq.com/wiki/develop/api-v2/dev-prepare/api-call-guide.html
"""

from __future__ import annotations

import re
from datetime import datetime
from hashlib import blake2b
from typing import Any

PLATFORM = "qqbot"
"""Not `qq`: the same group and the same person have other keys with a OneBot account."""
_OPENID = re.compile(r"[\w.:@-]{1,128}", re.ASCII).fullmatch
_MESSAGE = re.compile(r"[!-~]{1,256}").fullmatch
_LATEST = 1 << 40


def openid(value: Any) -> str | None:
    """Read an openid; None for none."""
    return value if isinstance(value, str) and _OPENID(value) else None


def key_of(value: Any) -> str | None:
    """Return the key of a group or person."""
    found = openid(value)
    return f"{PLATFORM}:{found}" if found else None


def bare(key: str | None) -> str | None:
    """Return the openid in a key of ours; None for a key of another platform."""
    platform, _, rest = (key or "").partition(":")
    return openid(rest) if platform == PLATFORM else None


def message_id(value: Any) -> str | None:
    """Read the id of a message."""
    return value if isinstance(value, str) and _MESSAGE(value) else None


def seconds(value: Any) -> int | None:
    """Read a time told as RFC 3339, or in seconds or milliseconds, as Unix seconds."""
    if isinstance(value, str) and not value.strip().isdecimal():
        try:
            moment = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
        # a time without a zone is Beijing's, as all of QQ's are
        text = value.strip() if moment.tzinfo else f"{value.strip()}+08:00"
        try:
            return int(datetime.fromisoformat(text).timestamp())
        except (ValueError, OverflowError):
            return None
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    if isinstance(value, bool) or not 0 < number < _LATEST * 1000:
        return None
    return number // 1000 if number > _LATEST // 8 else number


def fingerprint(*parts: object) -> str:
    """Return twelve digits that stand for values."""
    text = "\0".join(str(part) for part in parts)
    return blake2b(text.encode("utf-8", "replace"), digest_size=6).hexdigest()
