"""Dates as people write them in a search: 昨天, 上周, 7d, 2026-11, 11月20日, monday."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from archive.text import normalise

EXAMPLES = "2026、2026-11、2026-11-20、11月20日、昨天 yesterday、上周 last-week、周一、7d、3个月"


class Span(NamedTuple):
    """A piece of time in Unix seconds: from `start` on, before `end`."""

    start: int
    end: int
    edge: int
    """Where `before:` ends and `after:` begins: `start`, but for `3天前` the second itself."""


_NAMED: dict[str, tuple[str, int]] = {
    word: (unit, offset)
    for unit, offset, words in (
        ("day", 0, "今天 今日 today"),
        ("day", -1, "昨天 昨日 yesterday"),
        ("day", -2, "前天 前日"),
        ("day", -3, "大前天"),
        ("week", 0, "本周 这周 这一周 本星期 这星期 这个星期 本礼拜 这礼拜 thisweek"),
        ("week", -1, "上周 上一周 上星期 上个星期 上礼拜 上个礼拜 lastweek"),
        ("week", -2, "上上周 上上星期 上上个星期"),
        ("month", 0, "本月 这月 这个月 当月 thismonth"),
        ("month", -1, "上月 上个月 lastmonth"),
        ("month", -2, "上上月 上上个月"),
        ("year", 0, "今年 本年 这一年 thisyear"),
        ("year", -1, "去年 lastyear"),
        ("year", -2, "前年"),
    )
    for word in words.split()
}
_DIGITS = {"两": 2, **{digit: value for value, digit in enumerate("一二三四五六七八九十", 1)}}
_HALVES = {"天": (12, "小时"), "月": (15, "天"), "年": (6, "个月")}
_UNITS = {
    name: (unit, size)
    for unit, size, names in (
        ("minute", 60, "分钟 min mins minute minutes"),
        ("hour", 3600, "h 小时 个小时 hour hours"),
        ("day", 86_400, "d 天 day days"),
        ("week", 604_800, "w 周 星期 个星期 礼拜 个礼拜 week weeks"),
        ("month", 0, "m 个月 month months"),
        ("year", 0, "y 年 year years"),
    )
    for name in names.split()
}
"""Name to unit and seconds; months and years are counted on the calendar. 11月 is November."""
_RELATIVE = re.compile(
    r"(?:最近|近|过去|last|past)?(?:(\d{1,4}|[一二两三四五六七八九十])"
    rf"({'|'.join(sorted(_UNITS, key=len, reverse=True))})|半个?([天月年]))"
    r"(前|以前|之前|ago)?(?:内|以内|之内)?"
)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAYS = {
    "日": 6,
    **{name: number for number, day in enumerate(_DAYS) for name in (day, day[:3])},
    **{name: number for number, name in enumerate("一二三四五六天")},
}
_WEEKDAY = re.compile(r"(上|本|这)?(?:周|星期|礼拜)([一二三四五六日天])|([a-z]+)")
_FULL = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?|(\d{4})(\d\d)(\d\d)")
_MONTH = re.compile(r"(\d{4})(?:[-/.](\d{1,2})|年(\d{1,2})月份?)")
_WEEK = re.compile(r"(\d{4})-?w(\d{1,2})")
_DAY = re.compile(r"(\d{1,2})(?:[-/](\d{1,2})|月(\d{1,2})[日号]?)")


def span(value: str, now: int, time_zone: str) -> Span | None:
    """Read a date in a time zone, seen from `now`; None when it is not one."""
    zone = ZoneInfo(time_zone)
    text = re.sub(r"\s+", "", normalise(value))
    try:
        today = datetime.fromtimestamp(now, zone).date()
        for read in (_named, _weekday, _calendar):
            if days := read(text, today):
                start, end = (_second(day, zone) for day in days)
                return Span(start, end, start)
        found = _RELATIVE.fullmatch(text)
        return _relative(found, now, zone) if found else None
    except (ValueError, OverflowError):
        return None  # no such day, or outside the years 1 to 9999


Days = tuple[date, date]
"""The first day and the day after the last."""


def _second(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp())


def _unit(day: date, unit: str) -> Days:
    """Find the calendar unit a day lies in; weeks begin on Monday."""
    if unit == "week":
        first = day - timedelta(day.weekday())
    else:
        first = day.replace(day=day.day if unit == "day" else 1)
        first = first.replace(month=1) if unit == "year" else first
    return first, _shift(first, unit, 1)


def _shift(day: date, unit: str, count: int) -> date:
    if unit in ("day", "week"):
        return day + timedelta(count * (7 if unit == "week" else 1))
    months = day.year * 12 + day.month - 1 + count * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _named(text: str, today: date) -> Days | None:
    unit, offset = _NAMED.get(re.sub("[-_]", "", text), ("", 0))
    return _unit(_shift(today, unit, offset), unit) if unit else None


def _weekday(text: str, today: date) -> Days | None:
    found = _WEEKDAY.fullmatch(text)
    number = _WEEKDAYS.get(found[2] or found[3]) if found else None
    if found is None or number is None:
        return None
    if found[1]:
        monday = today - timedelta(today.weekday() + (7 if found[1] == "上" else 0))
        return _unit(monday + timedelta(number), "day")
    return _unit(today - timedelta((today.weekday() - number) % 7), "day")


def _calendar(text: str, today: date) -> Days | None:
    if found := _FULL.fullmatch(text):
        year, month, day = (int(part) for part in found.groups() if part)
        return _unit(date(year, month, day), "day")
    if found := _MONTH.fullmatch(text):
        return _unit(date(int(found[1]), int(found[2] or found[3]), 1), "month")
    if found := _WEEK.fullmatch(text):
        return _unit(date.fromisocalendar(int(found[1]), int(found[2]), 1), "week")
    if found := _DAY.fullmatch(text):
        month, day = int(found[1]), int(found[2] or found[3])
        return _unit(_latest(month, day, today), "day")
    if found := re.fullmatch(r"(\d{4})年?", text):
        return _unit(date(int(found[1]), 1, 1), "year")
    if found := re.fullmatch(r"(\d{1,2})月份?", text):
        return _unit(_latest(int(found[1]), 1, today), "month")
    return None


def _latest(month: int, day: int, today: date) -> date:
    """Find the last such day that has been; eight years reach over a missing 29 February."""
    for year in range(today.year, today.year - 9, -1):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found <= today:
            return found
    raise ValueError("no such day")


def _relative(found: re.Match[str], now: int, zone: ZoneInfo) -> Span:
    digits, name, half, ago = found.groups()
    if half:
        number, name = _HALVES[half]
    else:
        number = _DIGITS.get(digits) or int(digits)
    unit, size = _UNITS[name]
    here = datetime.fromtimestamp(now, zone)
    if size:
        edge = now - number * size
    else:
        day = _shift(here.date(), unit, -number)
        edge = int(datetime.combine(day, here.time(), zone).timestamp())
    if not ago:
        return Span(edge, now + 1, edge)
    if unit in ("minute", "hour"):
        return Span(edge, edge + size, edge)
    days = _unit(datetime.fromtimestamp(edge, zone).date(), unit)
    start, end = (_second(day, zone) for day in days)
    return Span(start, end, edge)
