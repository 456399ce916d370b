"""Where everything lies in the published folder: names that every disk and host takes."""

from __future__ import annotations

import re
from hashlib import sha256

PART = 500
"""Messages of a day's file; a busier day goes on in a second one."""

_LONGEST = 80
_KEPT = 60
_ESCAPED = re.compile(r"[^a-z0-9.-]|^\.")


def slug(key: str) -> str:
    """Return a key as a file's name: `[a-z0-9._-]` only, another for every other key."""
    name = _ESCAPED.sub(_escape, key)
    if len(name) <= _LONGEST:
        return name
    return f"{name[:_KEPT]}-{sha256(key.encode()).hexdigest()[:16]}"


def day_file(group_key: str, day: str, part: int = 1) -> str:
    """Return the path of a part of a group's day (`2026-11-20`), relative to the folder."""
    return f"g/{slug(group_key)}/{day}{f'-{part}' if part > 1 else ''}.html"


def anchor(message_key: str) -> str:
    """Return the id that a message has in its day's file."""
    return f"m-{slug(message_key)}"


def _escape(found: re.Match[str]) -> str:
    return "".join(f"_{byte:02x}" for byte in found[0].encode())
