"""What was copied from WeChat's window has no times: it is said, and no time is shown as true."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from wechat_files import CHINA, notes, read, rejected, said

from adapters.exports.format import ExportError, Options
from adapters.exports.source import find_exports
from archive.access import operator
from archive.database import open_archive
from archive.keep import keep
from archive.keys import name_key, title_key
from archive.messages import newest
from archive.records import Group, Message

PASTE = "张三:\n你好\n\n李四:\n[图片]\n\n张三:\n第一段\n\n第二段\n\n"
NOON = int(datetime(2024, 5, 1, 12, tzinfo=CHINA).timestamp())


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with open_archive(tmp_path / "data", create=True).writing() as db:
        yield db


def test_the_order_is_kept_and_the_times_are_marked_as_guessed(tmp_path: Path) -> None:
    path = tmp_path / "读书群.txt"
    path.write_text(PASTE)
    os.utime(path, (NOON + 5000, NOON + 5000))
    records = read(path, None, "wechat-paste")
    assert records[0] == Group(title_key("wechat", "读书群"), "读书群", title_only=True)
    assert [(m.sender_name, m.kind, m.text) for m in said(records)] == [
        ("张三", "text", "你好"), ("李四", "photo", ""), ("张三", "text", "第一段\n\n第二段"),
    ]  # fmt: skip
    assert {(m.sent_at, m.time_guessed) for m in said(records)} == {(NOON, True)}
    assert "3 条" in notes(records)
    assert "2024-05-01" in notes(records)
    dated = read(path, None, "wechat-paste", date=date(2024, 5, 1))
    assert said(dated) == said(records)


def test_the_archive_shows_that_the_time_is_guessed_and_keeps_the_order(
    db: sqlite3.Connection, tmp_path: Path
) -> None:
    path = tmp_path / "读书群.txt"
    path.write_text("".join(f"张三:\n第{n}句\n\n" for n in range(600)))
    (export,) = find_exports(path)
    options = Options(date=date(2024, 5, 1))
    assert keep(db, export.read(options), source="import").new == 600
    assert keep(db, export.read(options), source="import").new == 0
    found = newest(db, operator(), limit=600)
    assert [view.text for view in found] == [f"第{n}句" for n in reversed(range(600))]
    assert all(view.time_guessed for view in found)
    assert not db.execute("SELECT 1 FROM coverage").fetchall()


def test_what_was_captured_on_that_day_is_recognised(
    db: sqlite3.Connection, tmp_path: Path
) -> None:
    group = "wechat:34567@chatroom"
    path = tmp_path / "a.txt"
    path.write_text("张三:\n你好\n\n张三:\n在吗\n")
    (export,) = find_exports(path)
    told = Message(group, "m1", NOON - 3600, "wechat:wxid_a", "张三", text="你好", quality=3)
    keep(db, [Group(group, "读书群"), told])
    keep(db, export.read(Options(group=group, date=date(2024, 5, 1))), source="import")
    rows = db.execute("SELECT text, sent_at, flags FROM messages ORDER BY id").fetchall()
    assert rows == [("你好", NOON - 3600, 0), ("在吗", NOON, 1)]


def test_names_are_people_of_the_group(tmp_path: Path) -> None:
    records = read(tmp_path / "a.txt", PASTE, "wechat-paste", group="wechat:1@chatroom")
    assert said(records)[0].sender_key == name_key("wechat:1@chatroom", "张三")


@pytest.mark.parametrize(
    "content",
    ["用法:\n运行它\n\n选项:\n没有\n", "http:\nx\n\nhttp:\ny\n", "a\nb\n\nc\n", "会议:\n明天\n"],
)
def test_other_texts_are_not_claimed(tmp_path: Path, content: str) -> None:
    path = tmp_path / "说明.txt"
    path.write_text(content)
    with pytest.raises(ExportError, match="not an export"):
        find_exports(path)


def test_a_name_that_says_so_is_enough(tmp_path: Path) -> None:
    assert len(said(read(tmp_path / "微信聊天.txt", "张三:\n你好\n", "wechat-paste"))) == 1


def test_traditional_placeholders_and_damage(tmp_path: Path) -> None:
    content = "阿明:\n[動態貼圖]\n\n阿明:\nbad\n\n阿明:\n[語音]\n".encode().replace(
        b"bad", b"\xff\xff"
    )
    records = read(tmp_path / "a.txt", content, "wechat-paste")
    assert [m.kind for m in said(records)] == ["sticker", "voice"]
    assert rejected(records) == ["line 4"]
