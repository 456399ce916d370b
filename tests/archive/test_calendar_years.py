"""A year's days, and the same day of former years."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from told import TG, WX, said, told

from archive import essence
from archive.access import member, operator, public
from archive.calendar import months, year_days, years
from archive.database import Archive
from archive.on_this_day import on_this_day
from archive.records import Group, Reaction

ZONE = "Asia/Shanghai"
LONG = "这一句话够长，值得一年之后再看一眼。"


def at(year: int, month: int, day: int, hour: int = 9) -> int:
    return int(datetime(year, month, day, hour, tzinfo=ZoneInfo(ZONE)).timestamp())


@pytest.fixture
def talk(archive: Archive) -> Archive:
    told(
        archive,
        Group(TG, "技术群", time_zone=ZONE), Group(WX, "运营群", time_zone=ZONE),
        said("1", LONG, at(2025, 11, 20)), said("2", "早", at(2025, 11, 20, 10)),
        said("3", f"{LONG}二", at(2025, 11, 20, 11), reactions=(Reaction("👍", 3),)),
        said("4", f"{LONG}三", at(2024, 11, 20)), said("5", "别的日子", at(2025, 11, 19)),
        said("6", LONG, at(2026, 1, 1, 0)), said("7", LONG, at(2025, 11, 20), group=WX),
    )  # fmt: skip
    with archive.writing() as db:
        essence.mark(db, [f"{TG}:1"], by="阿禾")
    return archive


def test_a_year_has_its_days_in_local_time_with_their_essence(talk: Archive) -> None:
    with talk.reading() as db:
        days = [(d.name, d.messages, d.essence) for d in year_days(db, operator(), 2025, TG)]
        assert days == [("2025-11-19", 1, 0), ("2025-11-20", 3, 1)]
        assert [d.name for d in year_days(db, operator(), 2026)] == ["2026-01-01"]
        found = [(y.name, y.messages, y.essence) for y in years(months(db, operator()))]
        assert found == [("2026", 1, 0), ("2025", 5, 1), ("2024", 1, 0)]
        assert months(db, public()) == year_days(db, public(), 2025) == []


def test_the_same_day_is_found_with_what_was_kept_and_liked(talk: Archive) -> None:
    with talk.reading() as db:
        former = on_this_day(db, operator(), date(2026, 11, 20), TG)
        assert [(day.years, day.day, day.messages) for day in former] == [
            (1, "2025-11-20", 3), (2, "2024-11-20", 1),
        ]  # fmt: skip
        assert [view.text for view in former[0].picked] == [LONG, f"{LONG}二"]
        mine = on_this_day(db, member(frozenset({WX})), date(2026, 11, 20))
        assert [day.group_title for day in mine] == ["运营群"]
        assert on_this_day(db, operator(), date(2026, 11, 18)) == []
        near = on_this_day(db, operator(), date(2026, 11, 20), years=1)
        assert {day.years for day in near} == {1}
        assert {len(day.picked) for day in near} == {1}


def test_a_leap_day_is_the_28th_where_there_is_none(archive: Archive) -> None:
    told(archive, Group(TG, "群", time_zone=ZONE), said("1", LONG, at(2023, 2, 28)))
    with archive.reading() as db:
        (found,) = on_this_day(db, operator(), date(2024, 2, 29))
        assert found.day == "2023-02-28"
