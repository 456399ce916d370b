"""Cuts a text into messages of a platform's length, where a reader would pause."""

from __future__ import annotations

from adapters.contract import Pace

_PAUSES = ("\n\n", "\n", "。", "！", "？", "；", ". ", "，", " ")
"""Where to cut, the best place first."""


def split(text: str, pace: Pace) -> list[str]:
    """Return the parts in order; joined they are the text, but for white space at the cuts."""
    parts = []
    rest = text
    while _length(rest, pace) > pace.longest:
        head = rest[: _fitting(rest, pace)]
        cut = _pause_in(head)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    if rest or not parts:
        parts.append(rest)
    return [part for part in parts if part]


def _length(text: str, pace: Pace) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 if pace.utf16 else len(text)


def _fitting(text: str, pace: Pace) -> int:
    """Return how many characters of the beginning fit into one message."""
    low, high = 1, min(len(text), pace.longest)
    while low < high:
        middle = (low + high + 1) // 2
        if _length(text[:middle], pace) <= pace.longest:
            low = middle
        else:
            high = middle - 1
    return low


def _pause_in(head: str) -> int:
    """Return where to cut: at the best pause in the second half, else at the end."""
    for pause in _PAUSES:
        at = head.rfind(pause, len(head) // 2)
        if at >= 0:
            return at + len(pause)
    return len(head)
