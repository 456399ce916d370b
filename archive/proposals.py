"""A title only proposes a group: it is taken for the same when enough messages agree."""

from __future__ import annotations

import json
import sqlite3

from archive.matching import comparable, match_of
from archive.prepare import Prepared
from archive.records import Group, platform_of
from archive.text import normalise

ENOUGH = 20
"""Messages that must agree on time and text; all shared ones if there are fewer."""

_COMPARED = 5_000
"""Shared messages looked at between two groups."""


def candidates(db: sqlite3.Connection, platform: str, title: str) -> list[tuple[int, str]]:
    """Return (row id, key) of the groups with this title, those with a real key first."""
    wanted = normalise(title).strip()
    rows = db.execute(
        "SELECT id, key, title FROM groups WHERE key GLOB ? ORDER BY title_only, id",
        (f"{platform}:*",),
    )
    return [(i, key) for i, key, title in rows if normalise(title).strip() == wanted]


def destination(db: sqlite3.Connection, group: Group, first: list[Prepared]) -> str | None:
    """Return the key of the group that a file's first messages belong to; None: a new one."""
    for row_id, key in candidates(db, platform_of(group.key), group.title or group.key):
        names = {m.platform_id or f"{match_of(m)}-0": m for m in first}
        rows = db.execute(
            "SELECT platform_id, sent_at, text FROM messages WHERE group_id = ?"
            " AND platform_id IN (SELECT value FROM json_each(?))",
            (row_id, json.dumps(list(names))),
        ).fetchall()
        agreeing = sum(
            names[name].sent_at == sent_at and comparable(names[name].text) == comparable(text)
            for name, sent_at, text in rows
        )
        if _enough(len(rows), agreeing):
            return key
    return None


def same_group(db: sqlite3.Connection, one: int, other: int) -> bool:
    """Tell whether two groups' messages show that they are one."""
    db.create_function("comparable", 1, comparable, deterministic=True)
    shared, agreeing = db.execute(
        "SELECT count(*), coalesce(sum(same), 0) FROM (SELECT a.sent_at = b.sent_at"
        " AND comparable(a.text) = comparable(b.text) AS same FROM messages a JOIN messages b"
        " ON b.group_id = ? AND b.platform_id = a.platform_id WHERE a.group_id = ? LIMIT ?)",
        (other, one, _COMPARED),
    ).fetchone()
    return _enough(shared, agreeing)


def _enough(shared: int, agreeing: int) -> bool:
    return agreeing >= ENOUGH or 0 < shared == agreeing


def unused_key(db: sqlite3.Connection, key: str) -> str:
    """Return the key itself or, where it is taken, with the first free number behind it."""
    number, found = 1, key
    while db.execute(
        "SELECT 1 FROM groups WHERE key = ?1 UNION SELECT 1 FROM aliases"
        " WHERE kind = 'group' AND other = ?1",
        (found,),
    ).fetchone():
        number += 1
        found = f"{key}-{number}"
    return found
