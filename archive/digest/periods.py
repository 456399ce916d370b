"""Days and ISO weeks as a group's clock has them, whatever its clock does in between."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from archive.errors import NotFound
from archive.messages import day_span

_WEEK = re.compile(r"(\d{4})-W(\d\d)", re.ASCII)


class Period(msgspec.Struct, frozen=True):
    """A day (`2026-10-18`) or an ISO week (`2026-W42`): from `since` on, before `until`."""

    name: str
    since: int
    until: int
    """Unix seconds."""


def week(name: str, zone: str) -> Period:
    """Return an ISO week, from Monday's midnight to the next; raises NotFound for none."""
    found = _WEEK.fullmatch(name)
    try:
        if found is None:
            raise ValueError
        monday = date.fromisocalendar(int(found[1]), int(found[2]), 1)
        return Period(name, _begins(monday, zone), _begins(monday + timedelta(7), zone))
    except (ValueError, OverflowError):
        raise NotFound(f"there is no week {name[:20]}.", "use 2026-W42") from None


def day(name: str, zone: str) -> Period:
    """Return a local day, from midnight to midnight; raises NotFound for none."""
    return Period(name, *day_span(name, zone))


def week_of(at: int, zone: str) -> Period:
    """Return the ISO week a moment lies in."""
    year, number, _ = datetime.fromtimestamp(at, ZoneInfo(zone)).isocalendar()
    return week(f"{year:04}-W{number:02}", zone)


def day_of(at: int, zone: str) -> Period:
    """Return the local day a moment lies in."""
    return day(datetime.fromtimestamp(at, ZoneInfo(zone)).date().isoformat(), zone)


def _begins(local: date, zone: str) -> int:
    return int(datetime.combine(local, time(), ZoneInfo(zone)).timestamp())
