"""An essence's edited text, and where a message was gathered."""

from __future__ import annotations

import sqlite3

import pytest
from told import T0, TG, full_group, said, told

from archive import codes, columns, essence
from archive.access import member, operator, public
from archive.consent import opt_out
from archive.database import Archive
from archive.errors import NotFound
from archive.essence_texts import edited_text
from archive.gathered import columns_of, threads_of
from archive.groups import set_visibility
from archive.messages import get_message
from archive.records import Recall
from archive.threads import gather, run_from

INSIDE = member(frozenset({TG}))


@pytest.fixture
def kept(archive: Archive) -> Archive:
    told(archive, full_group(), said("1", "先备份"), said("2", "再部署 13812345678", who="43"))
    with archive.writing() as db:
        number = essence.mark(db, [f"{TG}:1", f"{TG}:2"], by="阿禾", at=T0)
        columns.add(db, "手册 13812345678", f"{TG}:1", by="阿禾")
        gather(db, "部署 13812345678", run_from(db, operator(), f"{TG}:1", None, T0 + 9), by="阿禾")
        edit(db, number, "先备份，再部署")
        set_visibility(db, TG, "public", "operator")
    return archive


def edit(db: sqlite3.Connection, number: int, text: str) -> None:
    db.execute("INSERT INTO essence_texts VALUES(?, ?, '阿禾', ?)", (number, text, T0))


def written(archive: Archive, reader: object = INSIDE) -> str | None:
    with archive.reading() as db:
        found = edited_text(db, reader, essence.post(db, reader, 1))
    return found.text if found else None


def test_the_edited_text_is_for_those_inside(kept: Archive) -> None:
    assert written(kept) == written(kept, operator()) == "先备份，再部署"
    assert written(kept, public()) is None


def test_the_edited_text_is_hidden_while_a_message_is_taken_back_fault_33(kept: Archive) -> None:
    with kept.writing() as db:
        opt_out(db, "telegram:43", "telegram:43")
    assert written(kept) is None
    told(kept, Recall(TG, "1"))
    assert written(kept, operator()) is None


def test_a_message_knows_its_threads_and_columns_with_masks_for_others(kept: Archive) -> None:
    with kept.reading() as db:
        for reader, shown in ((INSIDE, True), (public(), False)):
            message = get_message(db, reader, f"{TG}:1")
            post = essence.post(db, reader, 1)
            titles = [one.title for one in threads_of(db, reader, message)]
            titles += [one.title for one in columns_of(db, reader, post)]
            assert len(titles) == 2 and all(("13812345678" in t) is shown for t in titles)


def test_a_column_pages_on_after_the_last_one(archive: Archive) -> None:
    told(archive, full_group(), (said(str(n), f"第 {n} 条") for n in range(1, 6)))
    with archive.writing() as db:
        for n in range(1, 6):
            number = columns.add(db, "系列", f"{TG}:{n}", by="阿禾")[0].id
        first = columns.items(db, INSIDE, number, limit=3)
        rest = columns.items(db, INSIDE, number, first[-1].essence.id, 3)
    assert [i.essence.title for i in (*first, *rest)] == [f"第 {n} 条" for n in range(1, 6)]
    with archive.reading() as db:
        assert columns.items(db, INSIDE, number, 999) == []


def test_a_code_is_shown_once_there_is_one_and_reading_gives_none(kept: Archive) -> None:
    key = f"{TG}:1"
    with kept.reading() as db:
        assert codes.known_code(db, INSIDE, key) is None
    with kept.writing() as db:
        code = codes.code_of(db, key)
        set_visibility(db, TG, "private", "operator")
    with kept.reading() as db:
        assert codes.known_code(db, INSIDE, key) == code
        with pytest.raises(NotFound):
            codes.known_code(db, public(), key)
