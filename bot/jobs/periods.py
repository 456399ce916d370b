"""When a job is due, and which day or week its work is about: local times, zones and ISO weeks."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from archive.digest import Period, day, day_of, week, week_of

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Due(NamedTuple):
    """One moment at which a job is due."""

    period: str
    """`2026-W47` or `2026-11-18`."""
    at: int
    """Unix seconds."""


class Timetable(msgspec.Struct, frozen=True):
    """Every day, or every week on one day, at a local time of day."""

    time: str
    """`20:00`."""
    day: str | None = None
    """A name from `WEEKDAYS`; None: every day."""

    @property
    def kind(self) -> str:
        """Return what it is about: a `week` or a `day`."""
        return "week" if self.day else "day"

    def due(self, zone: str, now: float, number: int) -> list[Due]:
        """Return the last so many moments until a Unix time, oldest first."""
        today = datetime.fromtimestamp(now, ZoneInfo(zone)).date()
        moments: list[Due] = []
        for back in range(-1, 8 * number + 1):
            moment = self._on(today - timedelta(days=back), zone)
            if moment is not None and moment.at <= now:
                moments.append(moment)
            if len(moments) == number:
                break
        return moments[::-1]

    def next(self, zone: str, now: float) -> Due:
        """Return the first moment after a Unix time."""
        today = datetime.fromtimestamp(now, ZoneInfo(zone)).date()
        moments = (self._on(today + timedelta(days=ahead), zone) for ahead in range(-1, 9))
        return next(moment for moment in moments if moment is not None and moment.at > now)

    def cut(self, zone: str, period: str) -> int:
        """Return the Unix time up to which a period is told: when it is due, its end at most."""
        whole = self.whole(zone, period)
        first = datetime.fromtimestamp(whole.since, ZoneInfo(zone)).date()
        for ahead in range(12):
            moment = self._on(first + timedelta(days=ahead), zone)
            if moment is not None and moment.period == period:
                return min(moment.at, whole.until)
        return whole.until

    def whole(self, zone: str, period: str) -> Period:
        """Return a period from midnight to midnight. Raises NotFound."""
        return week(period, zone) if self.day else day(period, zone)

    def before(self, zone: str, period: str) -> str:
        """Return the name of the period before one."""
        last = self.whole(zone, period).since - 1
        return (week_of if self.day else day_of)(last, zone).name

    def _on(self, day: date, zone: str) -> Due | None:
        if self.day is not None and WEEKDAYS[day.weekday()] != self.day:
            return None
        # a time that a change of clocks leaves out is that much later, one it has twice the first
        moment = datetime.combine(day, time.fromisoformat(self.time), ZoneInfo(zone))
        return Due(self._period(moment), int(moment.timestamp()))

    def _period(self, moment: datetime) -> str:
        """Name the day or ISO week that most of the time until a local moment lies in."""
        if self.day is None:
            return (moment.replace(tzinfo=None) - timedelta(hours=12)).date().isoformat()
        middle = moment.replace(tzinfo=None) - timedelta(days=3, hours=12)
        year, week, _ = middle.isocalendar()
        return f"{year}-W{week:02}"
