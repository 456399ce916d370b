"""Lengths of time as people write them after a command: 30m, 1h, 7d, 30分钟, 半小时, 三天."""

from __future__ import annotations

import re

from archive.text import normalise

MINUTE, HOUR, DAY, WEEK = 60, 3600, 86_400, 604_800

_UNITS = {
    name: seconds
    for seconds, names in (
        (MINUTE, "m min mins minute minutes 分 分钟"),
        (HOUR, "h hour hours 小时 个小时 个钟头 钟头"),
        (DAY, "d day days 天 日"),
        (WEEK, "w week weeks 周 星期 个星期 礼拜 个礼拜"),
    )
    for name in names.split()
}
_DIGITS = {"两": 2, **{digit: value for value, digit in enumerate("一二三四五六七八九十", 1)}}
_PERIOD = re.compile(
    r"(?:最近|近|过去|last)?(\d{1,4}|[一二两三四五六七八九十]|半个?)"
    rf"({'|'.join(sorted(_UNITS, key=len, reverse=True))})"
)


def period(text: str) -> int | None:
    """Return the seconds a length of time has; None when it is none. `m` is minutes."""
    found = _PERIOD.fullmatch("".join(normalise(text).split()))
    if found is None:
        return None
    digits, unit = found.groups()
    if digits.startswith("半"):
        return _UNITS[unit] // 2
    return (_DIGITS.get(digits) or int(digits)) * _UNITS[unit] or None


def spoken(seconds: int, chinese: bool) -> str:
    """Write a length of time: `2 小时`, `30 minutes`."""
    for size, name, english in (
        (DAY, "天", "day"), (HOUR, "小时", "hour"), (MINUTE, "分钟", "minute"),
    ):  # fmt: skip
        if seconds >= size and seconds % size == 0:
            number = seconds // size
            return f"{number} {name}" if chinese else f"{number} {english}{'s' * (number != 1)}"
    return f"{seconds} 秒" if chinese else f"{seconds} seconds"
