"""The database of tg-archive: its rows, its hostile kin, and its damaged pages."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from reading import at, only, records_at

from adapters.exports.format import ExportError
from adapters.exports.source import find_exports
from archive.records import AnyRecord, Attachment, Group, Member, Message, Poll, Rejected, Span

SCHEMA = """
CREATE table messages (id INTEGER NOT NULL PRIMARY KEY, type TEXT NOT NULL,
  date TIMESTAMP NOT NULL, edit_date TIMESTAMP, content TEXT, entities JSON, reply_to INTEGER,
  user_id INTEGER, media_id INTEGER);
CREATE table users (id INTEGER NOT NULL PRIMARY KEY, username TEXT, first_name TEXT,
  last_name TEXT, tags TEXT, avatar TEXT);
CREATE table media (id INTEGER NOT NULL PRIMARY KEY, type TEXT, url TEXT, title TEXT,
  description TEXT, thumb TEXT);
"""
USERS = [(7, "zhang", "张", "三", "", None), (8, "8", None, None, "bot", None),
         (9, "news", None, None, "", None)]  # fmt: skip
DAY = "2023-06-30 08:14:05"


def row(number: Any, content: Any = "你好", kind: Any = "message", user: Any = 7,
        **more: Any) -> dict[str, Any]:  # fmt: skip
    return {"id": number, "type": kind, "date": DAY, "content": content, "user_id": user, **more}


def make(folder: Path, rows: list[dict[str, Any]], config: str = "", schema: str = SCHEMA) -> Path:
    path = folder / "群" / "data.sqlite"
    path.parent.mkdir()
    if config:
        (path.parent / "config.yaml").write_text(config, "utf-8")
    with sqlite3.connect(path) as db:
        db.executescript(schema)
        db.executemany("INSERT INTO users VALUES(?,?,?,?,?,?)", USERS)
        for told in rows:
            marks = ",".join("?" * len(told))
            db.execute(f"INSERT INTO messages({','.join(told)}) VALUES({marks})", (*told.values(),))
    db.close()
    return path


def read(folder: Path, rows: list[dict[str, Any]], config: str = "") -> list[AnyRecord]:
    return records_at(make(folder, rows, config), "tg-archive-db")


CONFIG = 'api_id: "1"\ngroup: -1001234567\nmedia_dir: "files"\n'


def test_messages_have_the_keys_that_telegram_gives(tmp_path: Path) -> None:
    group = "telegram:-1001234567"
    assert read(tmp_path, [row(5), row(6, "答", reply_to=5, edit_date="2023-06-30 08:15:00")],
                CONFIG) == [
        Group(group, "群"),
        Member("telegram:7", "张 三", "zhang", group),
        Message(group, "5", at(2023, 6, 30, 16, 14, 5), "telegram:7", "张 三", text="你好"),
        Message(group, "6", at(2023, 6, 30, 16, 14, 5), "telegram:7", "张 三", text="答",
                reply_to="5", edited_at=at(2023, 6, 30, 16, 15)),
    ]  # fmt: skip


def test_the_group_is_proposed_by_its_name_without_an_id(tmp_path: Path) -> None:
    (group,) = only(read(tmp_path, [row(1)], "group: '@techclub'\n"), Group)
    assert (group.title, group.title_only) == ("techclub", True)


def test_people_bots_and_channels_are_told_apart(tmp_path: Path) -> None:
    records = read(tmp_path, [row(1, user=8), row(2, user=9), row(3, user=99)])
    assert [(m.key, m.name, m.username, m.is_bot) for m in only(records, Member)] == [
        ("telegram:8", "8", None, True),
        ("telegram:-1000000000009", "news", None, False),
        ("telegram:99", "99", None, False),
    ]


def test_media_polls_links_and_formatting_are_kept(tmp_path: Path) -> None:
    spans = json.dumps({"Bold": [{"o": 2, "l": 2}], "TextUrl": [{"o": 0, "l": 1, "url": "u"}]})
    path = make(tmp_path, [row(1, "", media_id=1), row(2, "😀ab", entities=spans, media_id=2),
                           row(3, "", media_id=3), row(4, "")], CONFIG)  # fmt: skip
    options = json.dumps([{"label": "面", "count": 2}, {"label": "饭"}])
    with sqlite3.connect(path) as db:
        db.executemany("INSERT INTO media VALUES(?,?,?,?,?,?)", [
            (1, "photo", "1.pdf", "表.pdf", None, None),
            (2, "webpage", "https://a.example", "标题", "说", None),
            (3, "poll", None, "吃什么", options, None),
        ])  # fmt: skip
    db.close()
    file, link, poll, empty = only(records_at(path, "tg-archive-db"), Message)
    assert file.attachments == (Attachment("file", "表.pdf", path="files/1.pdf"),)
    assert link.detail == {
        "link": {"url": "https://a.example", "name": "标题", "description": "说"}
    }
    assert Span("bold", 1, 2) in link.spans
    assert poll.poll == Poll("吃什么", (("面", 2), ("饭", 0)))
    assert empty.kind == "unknown"


def test_who_came_and_went_is_a_notice(tmp_path: Path) -> None:
    joined, left, odd = only(
        read(tmp_path, [row(1, "", "user_joined"), row(2, "", "user_left"), row(3, "x", "new")]),
        Message,
    )
    assert (joined.service, joined.text) == ("join", "张 三 加入了群聊")
    assert (left.service, odd.kind, odd.detail) == ("leave", "text", {"raw": {"type": "new"}})


def test_cells_of_any_type_are_kept_or_listed(tmp_path: Path) -> None:
    rows = [row(1, b"\xff", 7, "x", reply_to="y", media_id=b"", entities="[["), row(-5, None)]
    rows[0]["date"] = 12
    records = read(tmp_path, rows)
    assert [m.id for m in only(records, Message)] == ["-5", "1"]
    assert [r.where for r in only(records, Rejected)] == ["message 1"]


def test_a_view_or_a_virtual_table_is_not_asked(tmp_path: Path) -> None:
    hostile = SCHEMA.replace("CREATE table messages (", "CREATE table hidden (") + (
        "CREATE VIEW messages AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n)"
        " SELECT id, id AS media_id FROM n; -- create table messages media_id"
    )
    path = make(tmp_path, [], schema=hostile)
    data = path.read_bytes().replace(b"CREATE table hidden", b"CREATE table HIDDEN")
    path.write_bytes(data)
    with pytest.raises(ExportError):
        list(_first(path))


def _first(path: Path) -> list[AnyRecord]:
    return [record for export in find_exports(path) for record in records_at(path, "tg-archive-db")]


def test_damaged_pages_cost_only_themselves(tmp_path: Path) -> None:
    path = make(tmp_path, [row(n, "字" * 300) for n in range(1, 400)], CONFIG)
    data = bytearray(path.read_bytes())
    data[20 * 4096 : 22 * 4096] = b"\xaa" * 8192
    path.write_bytes(data)
    records = records_at(path, "tg-archive-db")
    kept = [int(m.id or 0) for m in only(records, Message)]
    assert len(kept) > 380 and 1 in kept and 399 in kept
    assert only(records, Rejected)


@pytest.mark.parametrize("size", [100, 4096, 5000])
def test_a_cut_database_says_so(tmp_path: Path, size: int) -> None:
    path = make(tmp_path, [row(n, "x" * 500) for n in range(100)], CONFIG)
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(ExportError):
        _strict(path)


def _strict(path: Path) -> None:
    if not only(records_at(path, "tg-archive-db"), Message):
        raise ExportError("nothing was read")


def test_changes_beside_the_database_are_named(tmp_path: Path) -> None:
    path = make(tmp_path, [row(1)], CONFIG)
    path.with_name("data.sqlite-wal").write_bytes(b"x")
    (rejected,) = only(records_at(path, "tg-archive-db"), Rejected)
    assert rejected.where.endswith("data.sqlite-wal")
