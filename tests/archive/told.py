"""Short ways to tell an archive something, and to look at what it made of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from archive import index, places
from archive.access import Reader, operator
from archive.database import Archive
from archive.ids import HIGHEST, LOWEST
from archive.keep import Report, keep
from archive.keys import name_key, title_key
from archive.records import AnyRecord, Group, Message
from archive.reindex import entries
from archive.search import search
from archive.views import Results

NOW = 1_795_000_000
"""2026-11-18 20:26:40 in Shanghai."""
T0 = 1_790_000_000
TG, QQ, WX = "telegram:-100123", "qq:88990011", "wechat:123@chatroom"


def said(
    id: str | None, text: str = "", at: int | None = None, who: str = "42", **more: Any
) -> Message:
    """Make a message of a full export: sender `telegram:42`, called 张三."""
    group = more.pop("group", TG)
    if at is None:
        at = T0 + int(id or 0)
    names = {"42": "张三", "43": "李四", "44": "Wang Wu"}
    more.setdefault("quality", 2)
    return Message(
        group, id, at, f"{group.partition(':')[0]}:{who}", names.get(who, who), text=text, **more
    )


def titled(
    id: str | None, text: str = "", at: int | None = None, who: str = "张三", **more: Any
) -> Message:
    """Make a message of a source that knows titles and names only, as an HTML export does."""
    group = title_key("telegram", more.pop("title", "技术群"))
    if at is None:
        at = T0 + int(id or 0)
    more.setdefault("quality", 1)
    return Message(group, id, at, name_key(group, who), who, text=text, **more)


def full_group(title: str = "技术群", key: str = TG, **more: Any) -> Group:
    return Group(key, title, **more)


def proposed(title: str = "技术群") -> Group:
    return Group(title_key("telegram", title), title, title_only=True)


def told(
    archive: Archive, *records: AnyRecord | Iterable[AnyRecord], source: str = "live"
) -> Report:
    """Keep records in one transaction, as one file."""
    flat: list[AnyRecord] = []
    for record in records:
        if isinstance(record, Iterable):
            flat += record
        else:
            flat.append(record)
    with archive.writing() as db:
        return keep(db, flat, source=source)


def found(archive: Archive, query: str, reader: Reader | None = None, **more: Any) -> Results:
    more.setdefault("now", NOW)
    with archive.reading() as db:
        return search(db, query, reader or operator(), **more)


def texts(archive: Archive, query: str, reader: Reader | None = None, **more: Any) -> list[str]:
    """Search, and return the texts of the hits."""
    return [hit.message.text for hit in found(archive, query, reader, **more).hits]


def counts(report: Report) -> tuple[int, int, int]:
    return report.new, report.updated, report.unchanged


def rows(archive: Archive, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with archive.reading() as db:
        return db.execute(sql, values).fetchall()


def damage(archive: Archive, sql: str, *values: Any) -> None:
    """Change the database behind the archive's back."""
    db = sqlite3.connect(archive.path)
    with db:
        db.execute(sql, values)
    db.close()


@contextmanager
def undone(archive: Archive) -> Iterator[sqlite3.Connection]:
    """Open a write transaction in which anything may be tried; all of it is undone."""
    with closing(archive.connect_for_writing()) as db:
        db.execute("BEGIN IMMEDIATE")
        yield db
        db.execute("ROLLBACK")


def whole_dump(db: sqlite3.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Read every row of every table, and every term of the index with its places."""
    names = db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1")
    own = [n for (n,) in names.fetchall() if not n.startswith(("message_index", "sqlite_"))]
    dumped = {name: db.execute(f"SELECT * FROM {name}").fetchall() for name in own}
    return dumped | {"index": indexed(db)}


def indexed(db: sqlite3.Connection, table: str = "main, message_index") -> list[tuple[Any, ...]]:
    """Read the index itself: (term, message id, column, place)."""
    db.execute("DROP TABLE IF EXISTS temp.every_term")
    db.execute(f"CREATE VIRTUAL TABLE temp.every_term USING fts5vocab({table}, instance)")
    return db.execute("SELECT term, doc, col, offset FROM temp.every_term").fetchall()


def assert_whole(db: sqlite3.Connection) -> None:
    """Hold the index against what the messages say, term by term, and the counters too."""
    db.execute("INSERT INTO message_index(message_index) VALUES('integrity-check')")
    with closing(sqlite3.connect("")) as scratch:
        index.create(scratch)
        rows = db.execute("SELECT id, text, more, facet, flags FROM messages").fetchall()
        index.add(scratch, entries(rows))
        assert indexed(db) == indexed(scratch)
    marked = db.execute("SELECT message_id, mark FROM places ORDER BY 1").fetchall()
    wanted = places.marks(db, LOWEST, HIGHEST)
    assert marked == [(row_id, places.in_week(row_id, mark)) for row_id, mark in wanted]
    counted = "SELECT id, messages FROM groups WHERE messages ORDER BY id"
    there = "SELECT group_id, count(*) FROM messages GROUP BY 1 ORDER BY 1"
    by_day = "SELECT group_id, sum(messages) FROM days GROUP BY 1 HAVING sum(messages) ORDER BY 1"
    assert db.execute(counted).fetchall() == db.execute(there).fetchall()
    assert db.execute(counted).fetchall() == db.execute(by_day).fetchall()
