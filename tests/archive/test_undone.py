"""A keeper that goes on after an undone transaction knows what it knew before it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest
from logical import logical
from told import T0, TG, counts, full_group, proposed, said, titled, undone

from archive.database import Archive, if_undone, transaction
from archive.keep import Keeper, keep
from archive.prepare import prepare_all
from archive.records import AnyRecord, Group, Member, Rejected
from archive.verify import verify


@pytest.fixture
def db(archive: Archive) -> Iterator[sqlite3.Connection]:
    with closing(archive.connect_for_writing()) as db:
        yield db


def write(db: sqlite3.Connection, keeper: Keeper, *records: AnyRecord) -> None:
    with transaction(db):
        keeper.write(list(prepare_all(records)))


def write_in_vain(db: sqlite3.Connection, keeper: Keeper, *records: AnyRecord) -> None:
    with suppress(ZeroDivisionError), transaction(db):
        keeper.write(list(prepare_all(records)))
        raise ZeroDivisionError


FILE: list[list[AnyRecord]] = [
    [proposed(), titled("1", "一 #甲#"), titled(None, "没有时间", T0 + 5)],
    [full_group(), said("1", "一 #甲#"), said("2", "二", who="43"), Rejected("line 1", "broken")],
    [Member("telegram:42", "张三", group_key=TG, role="admin"), Group("qq:1", "别的群")],
    [said("3", "三", who="44", group="qq:1"), said("4", "", None, who="45")],
]
VAIN: list[AnyRecord] = [
    Group(TG, "没有的名字"), Group("qq:2", "没有的群"), Rejected("line 2", "worse"),
    said("1", "改了 #乙#", edited_at=T0 + 999_999), said("9", "九", T0 + 999_999, "46"),
    said("9", "九", T0 + 999_999, "46", group="qq:2"), titled("8", "八", T0 + 999_999, "路人"),
]  # fmt: skip


@pytest.mark.parametrize("source", ("live", "import"))
@pytest.mark.parametrize("broken_at", range(len(FILE) + 1))
def test_result_is_as_if_the_undone_transaction_had_never_been(
    archive: Archive, db: sqlite3.Connection, broken_at: int, source: str
) -> None:
    with undone(archive) as other:
        wanted_report = keep(other, [record for batch in FILE for record in batch], source=source)
        wanted = logical(other)
    keeper = Keeper(db, source=source)
    keeper.begin_file()
    for place, batch in enumerate(FILE):
        if place == broken_at:
            write_in_vain(db, keeper, *VAIN)
            write_in_vain(db, keeper, *VAIN)
        write(db, keeper, *batch)
    if broken_at == len(FILE):
        write_in_vain(db, keeper, *VAIN)
    with transaction(db):
        keeper.end_file()
    assert logical(db) == wanted
    assert keeper.report == wanted_report
    assert verify(archive) == []


def test_messages_held_back_are_not_lost_when_their_places_are_undone(
    archive: Archive, db: sqlite3.Connection
) -> None:
    keeper = Keeper(db)
    keeper.begin_file()
    write(db, keeper, proposed(), *(titled(str(n), f"话 {n}") for n in range(1, 900)))
    more = [titled(str(n), f"话 {n}") for n in range(900, 1200)]
    write_in_vain(db, keeper, *more)
    write(db, keeper, *more)
    with transaction(db):
        keeper.end_file()
    assert counts(keeper.report) == (1199, 0, 0)
    assert verify(archive) == []


def test_end_of_a_file_that_is_undone_can_be_told_again(
    archive: Archive, db: sqlite3.Connection
) -> None:
    keeper = Keeper(db)
    keeper.begin_file()
    write(db, keeper, proposed(), titled("1", "一"), full_group(), said("2", "二"))
    with suppress(ZeroDivisionError), transaction(db):
        keeper.end_file()
        raise ZeroDivisionError
    with transaction(db):
        keeper.end_file()
    names = db.execute("SELECT name FROM memberships WHERE named_at ORDER BY 1").fetchall()
    assert names == [("张三",), ("张三",)]
    assert counts(keeper.report) == (2, 0, 0)


def test_several_batches_of_one_undone_transaction_are_all_taken_back(
    archive: Archive, db: sqlite3.Connection
) -> None:
    keeper = Keeper(db)
    keeper.begin_file()
    with suppress(ZeroDivisionError), transaction(db):
        for n in range(1, 4):
            keeper.write(list(prepare_all([said(str(n), "话 #签#", who=str(n))])))
        raise ZeroDivisionError
    assert counts(keeper.report) == (0, 0, 0)
    write(db, keeper, said("1", "话 #签#", who="1"))
    with transaction(db):
        keeper.end_file()
    assert counts(keeper.report) == (1, 0, 0)
    assert verify(archive) == []


def test_what_is_taken_back_belongs_to_one_transaction(db: sqlite3.Connection) -> None:
    taken_back: list[str] = []
    with transaction(db):
        if_undone(db, lambda: taken_back.append("kept"))
    if_undone(db, lambda: taken_back.append("outside"))
    with suppress(ZeroDivisionError), transaction(db):
        if_undone(db, lambda: taken_back.append("first"))
        if_undone(db, lambda: taken_back.append("second"))
        raise ZeroDivisionError
    assert taken_back == ["second", "first"]
