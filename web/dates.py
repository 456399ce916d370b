"""Unix seconds as a reader's clock and calendar, in the group's time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


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


def clock(moment: datetime) -> str:
    """Return `10:31`."""
    return f"{moment.hour:02}:{moment.minute:02}"


def parse_day(text: str) -> date | None:
    """Read `2026-11-18`; None for anything else."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
