"""Every page of a kind that a reader may see, with when it changed: what a sitemap lists."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from itertools import islice

from archive import columns
from archive.access import Reader
from archive.groups import allowed_ids
from archive.ids import seconds_of
from archive.levels import withheld
from archive.prepare import RECALLED
from archive.questions.reading import answers_of
from archive.views import View

_EACH = 500
_LEFT = (
    "SELECT p.id FROM opt_outs o JOIN members p ON p.key = o.member_key"
    " UNION SELECT l.target FROM opt_outs o JOIN aliases l ON l.other = o.member_key"
    " WHERE l.kind = 'member'"
)
"""SQL: who opted out, by row id; as `loading.HIDDEN`, looked up once for all rows."""
_SEEN = (
    f"m.flags & {RECALLED} = 0 AND (m.sender_id IS NULL OR m.sender_id NOT IN ({_LEFT}))"
    " AND (?1 IS NULL OR m.group_id IN (SELECT value FROM json_each(?1)))"
    " AND m.id NOT IN (SELECT value FROM json_each(?2))"
)
"""SQL, of a message `m`: a reader may read its words."""


class Listed(View, frozen=True):
    """A page: what it is of, and when that last changed."""

    name: str
    """A key, a number, or a tag's name."""
    at: int | None
    """Unix seconds; None where nothing says it."""
    day: str = ""
    """Of a day of a group: `2026-11-18`."""


def listed_days(db: sqlite3.Connection, reader: Reader) -> list[Listed]:
    """Return the days on which something was said, by group and date; `name` is the group's key."""
    rows = db.execute(
        "SELECT g.key, d.day FROM days d JOIN groups g ON g.id = d.group_id"
        " WHERE (?1 IS NULL OR g.id IN (SELECT value FROM json_each(?1))) AND d.messages > 0"
        " ORDER BY g.id, d.day",
        (_places(db, reader),),
    )
    return [Listed(key, None, day) for key, day in rows]


def listed_essence(db: sqlite3.Connection, reader: Reader, most: int = -1) -> list[Listed]:
    """Return the essences of which a reader may read every message, and some words; at most
    `most`, -1: all."""
    rows = db.execute(
        "SELECT e.id, max(e.marked_at, coalesce(max(m.edited_at), 0)) FROM essence e"
        " CROSS JOIN essence_messages k ON k.essence_id = e.id"
        f" CROSS JOIN messages m ON m.id = k.message_id WHERE {_SEEN}"
        " AND NOT EXISTS (SELECT 1 FROM essence_messages w WHERE w.essence_id = e.id"
        " AND w.message_id IN (SELECT value FROM json_each(?2)))"
        " GROUP BY e.id ORDER BY e.id LIMIT ?3",
        (*_bound(db, reader), most),
    )
    return [Listed(str(number), at) for number, at in rows]


def listed_threads(db: sqlite3.Connection, reader: Reader, most: int = -1) -> list[Listed]:
    """Return the threads of which a reader may read something."""
    rows = db.execute(
        "SELECT t.id, max(t.made_at, coalesce(max(m.edited_at), 0)) FROM threads t"
        " CROSS JOIN thread_messages k ON k.thread_id = t.id"
        " CROSS JOIN messages m ON m.id = k.message_id"
        f" WHERE {_SEEN} GROUP BY t.id ORDER BY t.id LIMIT ?3",
        (*_bound(db, reader), most),
    )
    return [Listed(str(number), at) for number, at in rows]


def listed_questions(db: sqlite3.Connection, reader: Reader, most: int = -1) -> list[Listed]:
    """Return the questions that have an answer, with the time of the last one."""
    rows = db.execute(
        "SELECT m.id, g.key || ':' || m.platform_id FROM questions q"
        " CROSS JOIN messages m ON m.id = q.message_id JOIN groups g ON g.id = m.group_id"
        f" WHERE {_SEEN} ORDER BY m.id",
        _bound(db, reader),
    ).fetchall()
    found = _answered(db, reader, rows)
    return list(found if most < 0 else islice(found, most))


def _answered(
    db: sqlite3.Connection, reader: Reader, rows: list[tuple[int, str]]
) -> Iterator[Listed]:
    for start in range(0, len(rows), _EACH):
        some = rows[start : start + _EACH]
        answers = answers_of(db, reader, [row_id for row_id, _ in some])
        for row_id, key in some:
            if found := answers.get(row_id):
                yield Listed(key, seconds_of(max(answer.id for answer in found)))


def listed_tags(db: sqlite3.Connection, reader: Reader) -> list[Listed]:
    """Return the tags of what a reader may read, by name."""
    rows = db.execute(
        "SELECT coalesce(s.name, t.name), max(m.id) FROM message_tags k"
        " JOIN messages m ON m.id = k.message_id JOIN tags t ON t.id = k.tag_id"
        " LEFT JOIN tags s ON s.id = t.synonym_of"
        f" WHERE {_SEEN} GROUP BY 1 ORDER BY 1",
        _bound(db, reader),
    )
    return [Listed(name, seconds_of(last)) for name, last in rows]


def listed_columns(db: sqlite3.Connection, reader: Reader) -> list[Listed]:
    """Return the columns in which a reader finds something."""
    return [
        Listed(str(one.id), None)
        for one in columns.list_columns(db, reader)
        if columns.items(db, reader, one.id, limit=1)
    ]


def _bound(db: sqlite3.Connection, reader: Reader) -> tuple[str | None, str]:
    return _places(db, reader), json.dumps(sorted(withheld(db, reader)))


def _places(db: sqlite3.Connection, reader: Reader) -> str | None:
    allowed = allowed_ids(db, reader)
    return None if allowed is None else json.dumps(sorted(allowed))
