"""Unix seconds as a reader's clock and calendar, in the group's time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_QUARTER = 900
"""Seconds; clocks are put forward and back only between two of them."""
_CLOCK = tuple(f"{minute // 60:02}:{minute % 60:02}" for minute in range(24 * 60))
_UNIX = date(1970, 1, 1).toordinal()


@cache
def zone(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name; an unknown one reads as Asia/Shanghai."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("Asia/Shanghai")


def local(at: int, time_zone: str) -> datetime:
    """Return a moment as the group's clock showed it; absurd moments read as the epoch."""
    try:
        return datetime.fromtimestamp(at, zone(time_zone))
    except (OverflowError, ValueError, OSError):
        return datetime.fromtimestamp(0, UTC)


def clock_at(at: int, time_zone: str) -> str:
    """Return `10:31` of a moment as the group's clock showed it."""
    return _CLOCK[_shown(at, time_zone) // 60 % 1440]


def day_at(at: int, time_zone: str) -> date:
    """Return the local day of a moment."""
    return _day(_shown(at, time_zone) // 86_400)


def _shown(at: int, time_zone: str) -> int:
    """Return a moment as seconds of the local clock, without asking the calendar for each."""
    offset = _offset(at // _QUARTER, time_zone)
    return at + offset if offset is not None else 0


@lru_cache(maxsize=8_192)
def _offset(quarter: int, time_zone: str) -> int | None:
    at = quarter * _QUARTER
    try:
        moment = datetime.fromtimestamp(at, zone(time_zone))
        ahead = moment.utcoffset()
    except (OverflowError, ValueError, OSError):
        return None
    return int(ahead.total_seconds()) if ahead is not None else None


@lru_cache(maxsize=4_096)
def _day(number: int) -> date:
    return date.fromordinal(_UNIX + number)


def clock(moment: datetime) -> str:
    """Return `10:31`."""
    return f"{moment.hour:02}:{moment.minute:02}"


def parse_day(text: str) -> date | None:
    """Read `2026-11-18`; None for anything else."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
