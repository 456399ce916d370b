"""How long ago something was, in the words of a page."""

from __future__ import annotations

from web.words import Words

_HOUR, _DAY = 3_600, 86_400
_STEPS = (("years", 365 * _DAY), ("months", 30 * _DAY), ("days", _DAY), ("hours", _HOUR))


def age(at: int, now: int, words: Words) -> str:
    """Return `3 天`, `2 个月` …; what is less than an hour ago is `刚刚`."""
    for name, length in _STEPS:
        if now - at >= length:
            return words(f"age.{name}", n=(now - at) // length)
    return words("age.now")
