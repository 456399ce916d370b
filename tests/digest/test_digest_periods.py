"""ISO weeks and local days, where months, years and clocks change."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from archive.digest import Period, day, day_of, week, week_of
from archive.errors import NotFound

ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York")
HOUR = 3600


def local(period: Period, zone: str) -> tuple[str, str]:
    ends = (period.since, period.until)
    begins, over = (datetime.fromtimestamp(at, ZoneInfo(zone)).isoformat()[:16] for at in ends)
    return begins, over


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("name", "monday", "next_monday"),
    [
        ("2026-W42", "2026-10-12", "2026-10-19"),
        ("2026-W40", "2026-09-28", "2026-10-05"),  # across a month
        ("2026-W53", "2026-12-28", "2027-01-04"),  # a year of 53 weeks, across the year
        ("2026-W01", "2025-12-29", "2026-01-05"),
        ("2024-W09", "2024-02-26", "2024-03-04"),  # with a leap day
    ],
)
def test_week_is_from_midnight_of_monday_to_the_next(
    name: str, monday: str, next_monday: str, zone: str
) -> None:
    assert local(week(name, zone), zone) == (f"{monday}T00:00", f"{next_monday}T00:00")
    assert week(name, zone).name == name


@pytest.mark.parametrize(
    ("zone", "name", "hours"),
    [
        ("Europe/Berlin", "2026-W13", 167), ("Europe/Berlin", "2026-W43", 169),
        ("America/New_York", "2026-W10", 167), ("America/New_York", "2026-W44", 169),
        ("Asia/Shanghai", "2026-W13", 168), ("Asia/Shanghai", "2026-W44", 168),
        # Shanghai had a summer time once
        ("Asia/Shanghai", "1988-W15", 167),
    ],
)  # fmt: skip
def test_week_in_which_clocks_change_is_an_hour_shorter_or_longer(
    zone: str, name: str, hours: int
) -> None:
    period = week(name, zone)
    assert period.until - period.since == hours * HOUR


@pytest.mark.parametrize(
    ("zone", "name", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", 23), ("Europe/Berlin", "2026-10-25", 25),
        ("America/New_York", "2026-03-08", 23), ("America/New_York", "2026-11-01", 25),
        ("Asia/Shanghai", "2026-10-25", 24), ("Asia/Shanghai", "2026-12-31", 24),
        ("Europe/Berlin", "2024-02-29", 24),
    ],
)  # fmt: skip
def test_day_in_which_clocks_change_is_an_hour_shorter_or_longer(
    zone: str, name: str, hours: int
) -> None:
    period = day(name, zone)
    assert period.until - period.since == hours * HOUR
    assert local(period, zone)[0] == f"{name}T00:00"


@pytest.mark.parametrize("zone", ZONES)
def test_periods_follow_each_other_without_gap_and_hold_their_moments(zone: str) -> None:
    for of, first in ((week_of, 1_790_000_000), (day_of, 1_794_000_000), (day_of, 1_774_000_000)):
        period = of(first, zone)
        for _ in range(60):
            assert of(period.since, zone) == of(period.until - 1, zone) == period
            following = of(period.until, zone)
            assert following.since == period.until and following.name > period.name
            period = following


def test_same_moment_is_of_another_day_elsewhere() -> None:
    moment = int(datetime.fromisoformat("2026-10-18T20:00:00+00:00").timestamp())
    names = [(day_of(moment, zone).name, week_of(moment, zone).name) for zone in ZONES]
    assert names == [
        ("2026-10-19", "2026-W43"), ("2026-10-18", "2026-W42"), ("2026-10-18", "2026-W42"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name", ["2026-W54", "2025-W53", "2026-W00", "2026-42", "", "W42", "٢٠٢٦-W42"]
)
def test_week_that_is_none_is_said_so(name: str) -> None:
    with pytest.raises(NotFound, match="use 2026-W42"):
        week(name, "Asia/Shanghai")


@pytest.mark.parametrize("name", ["2026-02-30", "yesterday", ""])
def test_day_that_is_none_is_said_so(name: str) -> None:
    with pytest.raises(NotFound, match="there is no day"):
        day(name, "Asia/Shanghai")
