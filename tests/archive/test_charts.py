"""Charts count in local time, for those who decide for a group, and name nobody who is gone."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from told import QQ, TG, full_group, said, told

from archive import charts, consent, essence, questions, tags
from archive.access import member, operator
from archive.database import Archive
from archive.groups import ruled_ids
from archive.misses import misses

SHANGHAI = ZoneInfo("Asia/Shanghai")
SINCE = date(2026, 9, 1)


def at(day: int, hour: int, month: int = 9, zone: ZoneInfo = SHANGHAI) -> int:
    return int(datetime(2026, month, day, hour, 5, tzinfo=zone).timestamp())


MONTHS = [at(1, 0) - 300, at(1, 0, 10) - 300]


@pytest.fixture
def talk(archive: Archive) -> Archive:
    told(
        archive, full_group(), full_group("别的群", QQ),
        said("1", "部署怎么做", at(1, 9)), said("2", "这样部署", at(2, 23), "43", reply_to="1"),
        said("3", "还有人吗 #备份#", at(6, 0)), said("4", "再问一个", at(5, 8, 10), "44"),
        said("1", "别处", at(3, 12), group=QQ),
    )  # fmt: skip
    with archive.writing() as db:
        for number in (1, 4):
            questions.open_question(db, f"{TG}:{number}", "telegram:1")
        essence.mark(db, [f"{TG}:2"], by="telegram:1", at=at(3, 9))
        essence.mark(db, [f"{TG}:3"], by="telegram:1", at=at(1, 9, 8))
        tags.set_synonym(db, "灾备", "备份", "telegram:1")
        tags.add_tags(db, [questions_id(archive, "4")], ("灾备", "运维"), "telegram:1")
    return archive


def questions_id(archive: Archive, name: str) -> int:
    with archive.reading() as db:
        row = db.execute("SELECT id FROM messages WHERE platform_id = ?", (name,)).fetchone()
        return int(row[0])


def test_days_and_hours_are_the_groups_own(talk: Archive) -> None:
    with talk.reading() as db:
        ids = ruled_ids(db, operator(), TG)
        days = charts.said_by_day(db, ids, date(2026, 9, 2))
        hours = charts.said_by_hour(db, ids, SINCE)
    assert days == {date(2026, 9, 2): 1, date(2026, 9, 6): 1, date(2026, 10, 5): 1}
    said_at = {(d, h) for d, row in enumerate(hours.counts) for h, n in enumerate(row) if n}
    # a Tuesday, a Wednesday, a Sunday and a Monday
    assert said_at == {(1, 9), (2, 23), (6, 0), (0, 8)}
    assert (hours.weeks, hours.of) == (2, 2)


def test_hours_of_a_zone_west_of_greenwich_with_summer_time(archive: Archive) -> None:
    zone = ZoneInfo("America/New_York")
    told(archive, full_group(time_zone=zone.key),
         *(said(str(n), "话", at(5, 8, n, zone)) for n in (1, 7)))  # fmt: skip
    with archive.reading() as db:
        hours = charts.said_by_hour(db, ruled_ids(db, operator(), TG), date(2026, 1, 1))
    # a Monday in winter, a Sunday in summer
    assert hours.counts[0][8] == hours.counts[6][8] == 1
    assert sum(map(sum, hours.counts)) == 2


def test_where_much_was_said_whole_weeks_are_counted(
    talk: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(charts, "COUNTED", 2)
    with talk.reading() as db:
        hours = charts.said_by_hour(db, ruled_ids(db, operator(), TG), SINCE)
    assert (hours.weeks, hours.of) == (1, 2) and hours.counts[0][8] == 1


def test_questions_and_tags_are_counted_by_month(talk: Archive) -> None:
    with talk.reading() as db:
        asked = charts.answered(db, operator(), [TG], MONTHS)
        trends = charts.tag_trends(db, ruled_ids(db, operator(), TG), MONTHS)
    assert [(one.asked, one.answered) for one in asked] == [(1, 1), (1, 0)]
    assert [(one.name, one.counts) for one in trends] == [("备份", (1, 1)), ("运维", (0, 1))]


def test_contributors_are_named_as_they_are_shown_and_not_once_they_left_fault_33(
    talk: Archive,
) -> None:
    with talk.writing() as db:
        ids = ruled_ids(db, operator(), TG)
        found = charts.contributors(db, ids, MONTHS[0])
        assert [(one.name, one.essences) for one in found] == [("李四", 1)]
        consent.opt_out(db, "telegram:43", "telegram:43")
        assert [one.name for one in charts.contributors(db, ids, 0)] == ["张三"]


def test_who_rules_one_group_counts_no_other_and_no_search_fault_31(talk: Archive) -> None:
    reader = member(frozenset((TG, QQ)), "telegram:7", frozenset((QQ,)))
    with talk.writing() as db:
        db.execute("INSERT INTO search_misses VALUES('2026-09-02', '退款', 2)")
        ids = [*ruled_ids(db, reader, TG), *ruled_ids(db, reader, QQ)]
        assert charts.said_by_day(db, ids, SINCE) == {date(2026, 9, 3): 1}
        assert misses(db, reader, since=SINCE.isoformat()) == []
        assert [one.query for one in misses(db, operator(), since=SINCE.isoformat())] == ["退款"]
