"""An archive is carried elsewhere whole: into an empty one as it was, into another as additions."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest
from told import QQ, T0, TG, assert_whole, counts, full_group, proposed, said, titled, told

from archive.carry.out import origin
from archive.carry.out import told as carried
from archive.carry.rows import Chosen
from archive.carry.sameness import NOT_CARRIED, hashes
from archive.carry.tables import TABLES
from archive.consent import opt_out
from archive.database import Archive
from archive.essence import mark
from archive.forget import forget
from archive.records import (
    AnyRecord,
    Attachment,
    Carried,
    Complete,
    Forward,
    Message,
    Poll,
    Reaction,
    Recall,
    Span,
)
from archive.tags import add_tags, set_synonym
from archive.verify import verify

_SPECIAL = {"level": "members", "complete": 0, "kind": "weekly", "place": TG, "digest": "{}",
            "counts": 1, "who": "telegram:43", "member_key": "telegram:43", "group_key": TG,
            "said": "[]", "at": T0}  # fmt: skip


def _fill(db: sqlite3.Connection) -> None:
    """Give every table that is carried a row, whatever it means."""
    (message,) = db.execute("SELECT max(id) FROM messages WHERE text = '部署'").fetchone()
    for table in dict.fromkeys(table.sql for table in TABLES):
        if db.execute(f"SELECT 1 FROM {table}").fetchone():
            continue
        columns = db.execute(f"PRAGMA table_info({table})").fetchall()
        values = {
            name: message if name == "message_id"
            else 1 if name.endswith("_id") or name == "id"
            else _SPECIAL.get(name, 3 if "INT" in kind or "BOOL" in kind else "字 x")
            for _, name, kind, *_ in columns
            if name != "connection_id"
        }  # fmt: skip
        names = ", ".join(values)
        db.execute(
            f"INSERT INTO {table}({names}) VALUES({', '.join('?' * len(values))})",
            tuple(values.values()),
        )


@pytest.fixture
def rich(archive: Archive) -> Archive:
    """An archive with something of everything."""
    spans = (Span("bold", 0, 2), Span("link", 3, 2, "https://example.org/"))
    told(
        archive, full_group(), said("1", "旧文"), said("1", "新文 #部署#", edited_at=T0 + 90),
        said("2", "部署", spans=spans, forward=Forward("某人", sent_at=T0), reply_to="1"),
        said("3", "", kind="photo", who="43", attachments=(
            Attachment("photo", "a.jpg", missing="too large", width=9), Attachment("voice"))),
        said("4", "投票", kind="poll", poll=Poll("去吗", (("去", 2), ("不", 1)))),
        said("5", "记录", kind="forward", nested=(Message(TG, text="里面", sender_name="谁"),)),
        said("6", "要撤回", reactions=(Reaction("👍", 2, ("telegram:43",)),)), Recall(TG, "6", T0),
        said("7", "无时间", at=1), said("8", "忘掉我"),
        [said(str(n), "同一秒", at=T0 + 500) for n in range(300, 280, -1)],
    )  # fmt: skip
    told(archive, full_group("QQ 群", QQ), said(None, "没有编号", at=T0, group=QQ, quality=0))
    told(archive, proposed("别的群"), titled("1", "只知道名字", title="别的群"))
    with archive.writing() as db:
        forget(db, [f"{TG}:8"], "telegram:42")
        mark(db, [f"{TG}:1", f"{TG}:2"], by="telegram:42", reason="好", tags=("干货",))
        add_tags(db, [db.execute("SELECT max(id) FROM messages").fetchone()[0]], ("手工",), "x")
        set_synonym(db, "手工", "干货", "operator")
        _fill(db)
        db.execute("DELETE FROM opt_outs")
    return archive


def lines(archive: Archive, chosen: Chosen | None = None) -> list[AnyRecord]:
    with archive.reading() as db:
        ids = tuple(i for (i,) in db.execute("SELECT id FROM groups"))
        chosen = chosen or Chosen(ids)
        found = list(carried(db, chosen))
        return [origin(db, chosen, True), *found, Complete(0, 0)]


def state(archive: Archive) -> dict[str, str]:
    with archive.reading() as db:
        return hashes(db)


def test_every_table_is_carried_or_named_as_not(archive: Archive) -> None:
    with archive.reading() as db:
        there = set(hashes(db))
    assert there == {table.sql for table in TABLES} | {
        "messages", "versions", "attachments", "reactions",
    }  # fmt: skip
    assert not there & NOT_CARRIED


def test_an_empty_archive_becomes_the_same(
    rich: Archive, new_archive: Callable[[], Archive]
) -> None:
    copy = new_archive()
    told(copy, lines(rich), source="import")
    assert state(copy) == state(rich)
    assert verify(copy) == []
    with copy.reading() as db:
        assert db.execute("SELECT name FROM meta WHERE name = 'carrying'").fetchone() is None
    # and once more changes nothing
    again = told(copy, lines(rich), source="import")
    assert counts(again)[:2] == (0, 0) and state(copy) == state(rich)
    assert any("left out" in note for note in again.notes)


def test_what_a_kill_cut_off_becomes_the_same_when_it_is_done_again(
    rich: Archive, new_archive: Callable[[], Archive]
) -> None:
    copy, all_lines = new_archive(), lines(rich)
    rows_begin = next(n for n, line in enumerate(all_lines) if isinstance(line, Carried))
    told(copy, all_lines[: rows_begin + 25], source="import")
    assert state(copy) != state(rich)
    told(copy, all_lines, source="import")
    assert state(copy) == state(rich)


def test_another_archive_keeps_its_own_settings_and_gains_the_rest(
    rich: Archive, new_archive: Callable[[], Archive]
) -> None:
    other = new_archive()
    told(other, full_group(), said("2", "部署"), said("900", "这边的", at=T0 + 900))
    with other.writing() as db:
        mark(db, [f"{TG}:900"], by="telegram:44", reason="本地")
        before = db.execute("SELECT value FROM meta WHERE name = 'secret'").fetchone()
    with rich.writing() as db:
        db.execute("UPDATE groups SET visibility = 'public'")
    told(other, lines(rich), source="import")
    with other.reading() as db:
        assert db.execute("SELECT value FROM meta WHERE name = 'secret'").fetchone() == before
        assert db.execute("SELECT DISTINCT visibility FROM groups").fetchall() == [("private",)]
        assert db.execute("SELECT reason FROM essence ORDER BY id").fetchall() == [
            ("本地",), ("好",),
        ]  # fmt: skip
        assert not db.execute("SELECT 1 FROM consents").fetchone()
        assert db.execute("SELECT text FROM versions").fetchall() == [("旧文",)]
        (titles,) = db.execute("SELECT count(*) FROM columns").fetchone()
        assert titles == 1
    with other.writing() as db:
        assert_whole(db)


def test_who_opted_out_does_not_leave(rich: Archive) -> None:
    with rich.writing() as db:
        opt_out(db, "telegram:43", "telegram:43")
    told_again = [line for line in lines(rich) if not isinstance(line, Carried)]
    assert not any(isinstance(m, Message) and m.sender_key == "telegram:43" for m in told_again)
    rows = [line for line in lines(rich) if isinstance(line, Carried)]
    of = [row.table for row in rows if "telegram:43" in row.values.values()]
    assert set(of) <= {"opt_outs", "forgotten_names", "audit"}


def test_a_part_has_only_what_belongs_to_it(
    rich: Archive, new_archive: Callable[[], Archive]
) -> None:
    with rich.reading() as db:
        (qq,) = db.execute("SELECT id FROM groups WHERE key = ?", (QQ,)).fetchone()
    part = lines(rich, Chosen((qq,), all_groups=False))
    tables = {line.table for line in part if isinstance(line, Carried)}
    assert tables <= {"groups", "members", "memberships", "member_names", "aliases:time",
                      "coverage"}  # fmt: skip
    copy = new_archive()
    told(copy, part, source="import")
    with copy.reading() as db:
        assert db.execute("SELECT key, messages FROM groups").fetchall() == [(QQ, 1)]


@pytest.mark.parametrize(
    "row",
    [
        Carried("nonsense", {"id": 1}),
        Carried("essence", {"id": "x", "group_id": TG}),
        Carried("essence", {}),
        Carried("essence_messages", {"essence_id": 5, "message_id": (TG, "1")}),
        Carried("aliases:message", {"kind": "message", "group_id": TG, "other": "a"}),
        Carried("members", {"key": ("a", "b")}),
        Carried("groups", {"key": TG, "title": None}),
        Carried("saved", {"member_key": "telegram:42", "message_id": ("a", "b"), "at": 1 << 70}),
    ],
)
def test_rows_that_are_nonsense_change_nothing(archive: Archive, row: Carried) -> None:
    told(archive, full_group(), said("1", "话"))
    before = state(archive)
    told(archive, row, source="import")
    assert state(archive) == before
