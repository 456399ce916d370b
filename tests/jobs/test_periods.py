"""When jobs are due: local times in three zones, over changes of clocks, months and years."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.jobs.periods import Timetable

WEEKLY, DAILY = Timetable("20:00", "sunday"), Timetable("21:00")
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York")


def _at(zone: str, *moment: int) -> int:
    return int(datetime(*moment, tzinfo=ZoneInfo(zone)).timestamp())  # type: ignore[misc,arg-type]


@pytest.mark.parametrize("zone", ZONES)
def test_week_is_the_one_that_ends_on_that_sunday(zone: str) -> None:
    (due,) = WEEKLY.due(zone, _at(zone, 2026, 11, 22, 20, 0), 1)
    assert due == ("2026-W47", _at(zone, 2026, 11, 22, 20, 0))
    (before,) = WEEKLY.due(zone, _at(zone, 2026, 11, 22, 19, 59), 1)
    assert before.period == "2026-W46"
    assert WEEKLY.next(zone, due.at).period == "2026-W48"


@pytest.mark.parametrize(
    ("day", "time", "moment", "week"),
    [
        ("monday", "09:00", (2026, 11, 23, 9, 0), "2026-W47"),
        ("wednesday", "09:00", (2026, 11, 25, 9, 0), "2026-W47"),
        ("friday", "18:00", (2026, 11, 27, 18, 0), "2026-W48"),
        ("sunday", "20:00", (2027, 1, 3, 20, 0), "2026-W53"),
        ("monday", "09:00", (2027, 1, 4, 9, 0), "2026-W53"),
    ],
)
def test_week_is_the_one_most_of_the_seven_days_lie_in(
    day: str, time: str, moment: tuple[int, ...], week: str
) -> None:
    zone = "Asia/Shanghai"
    assert Timetable(time, day).due(zone, _at(zone, *moment), 1)[0].period == week


def test_morning_digest_is_of_the_day_before() -> None:
    zone = "Europe/Berlin"
    (due,) = Timetable("08:00").due(zone, _at(zone, 2026, 3, 1, 8, 0), 1)
    assert due.period == "2026-02-28"


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("time", ["00:00", "01:30", "02:30", "21:00", "23:59"])
def test_every_day_of_a_year_is_due_once_whatever_the_clocks_do(zone: str, time: str) -> None:
    """Looked at every 20 minutes, over both changes of clocks (TRUST 39)."""
    table, found = Timetable(time), dict[str, int]()
    for start in ("2026-03-05", "2026-03-27", "2026-10-23", "2026-10-30"):
        begin = int(datetime.fromisoformat(start).replace(tzinfo=UTC).timestamp())
        for now in range(begin, begin + 6 * 86_400, 1_200):
            for due in table.due(zone, now, 2):
                assert found.setdefault(due.period, due.at) == due.at
                assert due.at <= now
    assert len(set(found.values())) == len(found)
    days = sorted(found)
    assert all(days[0] <= day <= days[-1] for day in days)
    assert len([day for day in days if "2026-03-06" <= day <= "2026-03-09"]) == 4
    assert len([day for day in days if "2026-10-24" <= day <= "2026-10-27"]) == 4


@pytest.mark.parametrize("zone", ZONES)
def test_next_is_never_one_that_is_due_already(zone: str) -> None:
    now = _at(zone, 2026, 10, 25, 0, 0)
    for _ in range(500):
        now += 1_777
        for table in (WEEKLY, DAILY):
            coming = table.next(zone, now)
            assert coming.at > now
            assert table.due(zone, coming.at, 1) == [coming]
