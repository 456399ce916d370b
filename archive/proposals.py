"""A title only proposes a group: it is taken for the same when enough messages agree.

Twenty messages that agree on id, time and text are proof even under another title (a group was
renamed between two exports); fewer are enough where the title is the same and none disagrees.
"""

from __future__ import annotations

import json
import sqlite3
from typing import NamedTuple

from archive.ids import is_sane
from archive.keys import platform_of
from archive.matching import comparable, match_of
from archive.prepare import TIME_GUESSED, Prepared
from archive.records import Group
from archive.text import normalise

ENOUGH = 20
"""Messages that must agree on time and text; all shared ones if there are fewer."""

_COMPARED = 5_000
"""Shared messages looked at between two groups."""


class Candidate(NamedTuple):
    """A group that another one may be."""

    row_id: int
    key: str
    same_title: bool


def candidates(db: sqlite3.Connection, platform: str, title: str) -> list[Candidate]:
    """Return a platform's groups: those with this title first, and real keys before proposed."""
    wanted = normalise(title).strip()
    rows = db.execute(
        "SELECT id, key, title FROM groups WHERE key GLOB ? ORDER BY title_only, id",
        (f"{platform}:*",),
    )
    found = [Candidate(i, key, normalise(other).strip() == wanted) for i, key, other in rows]
    return sorted(found, key=lambda candidate: not candidate.same_title)


def destination(db: sqlite3.Connection, group: Group, first: list[Prepared]) -> str | None:
    """Return the key of the group that a file's first messages belong to; None: a new one."""
    # service rows say the same in other words, at a neighbour's time
    names = {
        m.platform_id or f"{match_of(m)}-0": m
        for m in first
        if m.service is None and is_sane(m.sent_at)
    }
    for row_id, key, same_title in candidates(db, platform_of(group.key), group.title or group.key):
        rows = db.execute(
            "SELECT id, platform_id, sent_at, text FROM messages WHERE group_id = ?"
            " AND platform_id IN (SELECT value FROM json_each(?))",
            (row_id, json.dumps(list(names))),
        ).fetchall()
        agreeing = sum(
            _same_time(told.sent_at, sent_at) and _said(db, (message,), told.text, text)
            for message, told, sent_at, text in ((m, names[n], at, said) for m, n, at, said in rows)
        )
        if _enough(len(rows), agreeing, same_title):
            return key
    return None


def same_group(db: sqlite3.Connection, one: int, other: int, same_title: bool) -> bool:
    """Tell whether two groups' messages show that they are one."""
    rows = db.execute(
        "SELECT a.id, b.id, a.sent_at, b.sent_at, a.text, b.text FROM messages a JOIN messages b"
        " ON b.group_id = ? AND b.platform_id = a.platform_id WHERE a.group_id = ?"
        " AND a.service IS NULL AND b.service IS NULL AND (a.flags | b.flags) & ? = 0 LIMIT ?",
        (other, one, TIME_GUESSED, _COMPARED),
    ).fetchall()
    agreeing = sum(
        _same_time(at, its_at) and _said(db, (first, second), text, its_text)
        for first, second, at, its_at, text, its_text in rows
    )
    return _enough(len(rows), agreeing, same_title)


def _same_time(at: int | None, its_at: int | None) -> bool:
    """Tell whether two times are one; a whole minute may be of a source that gives no seconds."""
    if at == its_at or at is None or its_at is None:
        return at == its_at
    return not (at % 60 and its_at % 60) and at // 60 == its_at // 60


def _said(db: sqlite3.Connection, ids: tuple[int, ...], text: str, other: str) -> bool:
    """Tell whether two texts are one, or one of them is what the other was before an edit."""
    if (wanted := comparable(text)) == (its := comparable(other)):
        return True
    for row_id in ids:
        former = db.execute("SELECT text FROM versions WHERE message_id = ?", (row_id,)).fetchall()
        if {wanted, its} & {comparable(words) for (words,) in former}:
            return True
    return False


def _enough(shared: int, agreeing: int, same_title: bool) -> bool:
    return agreeing >= ENOUGH or (same_title and 0 < shared == agreeing)


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
