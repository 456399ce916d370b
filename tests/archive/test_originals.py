"""Messages of a merged record are recognised where the archive has them by themselves."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.access import Reader, member, operator, public
from archive.database import open_archive
from archive.keep import keep
from archive.messages import get_message
from archive.originals import with_originals
from archive.records import Group, Message

AT = 1704067200
ONE, TWO = "wechat:1@chatroom", "wechat:2@chatroom"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with open_archive(tmp_path / "data", create=True).writing() as db:
        said = [("a", AT, "张三", "明天开会"), ("b", AT, "李四", "好"),
                ("c", AT + 30, "张三", "好"),
                ("d", AT + 61, "张三", "好的收到了")]  # fmt: skip
        keep(db, [Group(ONE, "甲群"), Group(TWO, "乙群")])
        keep(db, [Message(ONE, key, at, f"wechat:{who}", who, text=text)
                  for key, at, who, text in said])  # fmt: skip
        yield db


def found(db: sqlite3.Connection, reader: Reader, *nested: Message) -> list[str | None]:
    """Forward some messages to the other group and return which are recognised."""
    record = Message(TWO, "r", AT + 900, "wechat:王", "王", "forward", "聊天记录", nested=nested)
    keep(db, [record])
    view = with_originals(db, reader, get_message(db, reader, f"{TWO}:r"))
    return [row["key"] for row in view.nested]


def inner(at: int | None, who: str, text: str, **more: int) -> Message:
    return Message(TWO, sent_at=at, sender_name=who, text=text, **more)


def test_second_and_text_tell_which_message_it_is(db: sqlite3.Connection) -> None:
    rows = [inner(AT, "张三", "明天 开会"), inner(AT, "李四", "好"),
            inner(AT + 1, "张三", "明天开会"),
            inner(None, "张三", "明天开会"), inner(AT, "张三", "")]  # fmt: skip
    assert found(db, operator(), *rows) == [f"{ONE}:a", f"{ONE}:b", None, None, None]


def test_by_the_minute_name_and_enough_words_are_asked_for(db: sqlite3.Connection) -> None:
    rows = [inner(AT, "张三", "好", precision=60),
            inner(AT + 60, "张三", "好的收到了", precision=60),
            inner(AT + 60, "李四", "好的收到了", precision=60)]  # fmt: skip
    assert found(db, operator(), *rows) == [None, f"{ONE}:d", None]


def test_records_within_records_are_looked_into(db: sqlite3.Connection) -> None:
    outer = Message(TWO, sent_at=AT, kind="forward", nested=(inner(AT, "张三", "明天开会"),))
    found(db, operator(), outer)
    view = with_originals(db, operator(), get_message(db, operator(), f"{TWO}:r"))
    assert view.nested[0]["nested"][0]["key"] == f"{ONE}:a"


def test_who_may_not_read_the_other_group_is_told_nothing(db: sqlite3.Connection) -> None:
    row = inner(AT, "张三", "明天开会")
    assert found(db, member(frozenset((TWO,))), row) == [None]
    assert found(db, member(frozenset((ONE, TWO))), row) == [f"{ONE}:a"]
    db.execute("UPDATE groups SET visibility = 'public' WHERE key = ?", (TWO,))
    assert found(db, public(), row) == [None]


@pytest.mark.parametrize("at", [-1, 0, 10**30 % (1 << 62), 253402300800])
def test_impossible_times_are_nothing(db: sqlite3.Connection, at: int) -> None:
    assert found(db, operator(), inner(at, "张三", "明天开会", precision=0)) == [None]
