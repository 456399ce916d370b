"""Candidates and nominations: what an admin has to decide on, and what was decided against."""

from __future__ import annotations

import json
import sqlite3
import time
from collections import defaultdict
from typing import Any

from archive.access import Reader
from archive.audit import note
from archive.groups import ruled_ids
from archive.loading import load_views
from archive.prepare import RECALLED
from archive.views import MessageView, View


class Nomination(View, frozen=True):
    """Who wants a message to become essence; names only for those inside the group."""

    name: str
    reason: str


class Proposed(View, frozen=True):
    """A message that may become essence, why it is proposed and by whom."""

    message: MessageView
    score: float
    why: str
    nominations: tuple[Nomination, ...]
    at: int
    """Unix seconds of the suggestion or of the newest nomination."""


_OPEN = (
    "SELECT p.id, max(p.score), max(p.why), max(p.at) FROM ("
    " SELECT message_id id, score, why, at FROM candidates"
    " UNION ALL SELECT message_id, 0, '', at FROM nominations) p"
    " JOIN messages m ON m.id = p.id WHERE m.flags & ?1 = 0"
    " AND m.group_id IN (SELECT value FROM json_each(?2))"
    " AND NOT EXISTS (SELECT 1 FROM essence_messages e WHERE e.message_id = p.id)"
    " AND NOT EXISTS (SELECT 1 FROM dismissed d WHERE d.message_id = p.id)"
)


def proposed(
    db: sqlite3.Connection, reader: Reader, group_key: str | None = None, limit: int = 30
) -> list[Proposed]:
    """Return what waits for a decision in the groups this reader rules: nominated ones first, then
    by score."""
    groups = ruled_ids(db, reader, group_key)
    rows = db.execute(
        f"{_OPEN} GROUP BY p.id ORDER BY EXISTS (SELECT 1 FROM nominations n"
        " WHERE n.message_id = p.id) DESC, 2 DESC, p.id DESC LIMIT ?3",
        (RECALLED, json.dumps(groups), limit),
    ).fetchall()
    views = {view.id: view for view in load_views(db, reader, [row[0] for row in rows])}
    named = _nominations(db, list(views))
    return [
        Proposed(views[i], score, why, tuple(named.get(i, ())), at)
        for i, score, why, at in rows
        if i in views and not views[i].recalled
    ]


def waiting(db: sqlite3.Connection, reader: Reader) -> dict[str, int]:
    """Count what waits for a decision, by the key of the group."""
    rows = db.execute(
        f"SELECT g.key, count(*) FROM ({_OPEN} GROUP BY p.id) o JOIN messages s ON s.id = o.id"
        " JOIN groups g ON g.id = s.group_id GROUP BY g.key",
        (RECALLED, json.dumps(ruled_ids(db, reader))),
    )
    return dict(rows.fetchall())


def dismiss(db: sqlite3.Connection, row_id: int, by: str) -> bool:
    """Note that a message is not to become essence; False where that was decided before."""
    done = db.execute(
        "INSERT OR IGNORE INTO dismissed(message_id, by, at) VALUES(?, ?, ?)",
        (row_id, by, int(time.time())),
    )
    if done.rowcount:
        note(db, by, "dismissed", str(row_id))
    return done.rowcount > 0


def take_back(db: sqlite3.Connection, row_id: int, by: str) -> bool:
    """Let a message be decided on again; False where it waits already."""
    gone = db.execute("DELETE FROM dismissed WHERE message_id = ?", (row_id,))
    if gone.rowcount:
        note(db, by, "dismissal taken back", str(row_id))
    return gone.rowcount > 0


def _nominations(db: sqlite3.Connection, ids: list[int]) -> dict[int, list[Nomination]]:
    rows: list[tuple[Any, ...]] = db.execute(
        "SELECT n.message_id, coalesce(a.name, s.name, nullif(p.name, ''), ''), n.reason"
        " FROM nominations n JOIN messages m ON m.id = n.message_id"
        " LEFT JOIN members p ON p.key = n.who"
        " LEFT JOIN memberships s ON s.member_id = p.id AND s.group_id = m.group_id"
        " LEFT JOIN shown_names a ON a.member_key = n.who AND a.group_id = m.group_id"
        " WHERE n.message_id IN (SELECT value FROM json_each(?)) ORDER BY n.at",
        (json.dumps(ids),),
    ).fetchall()
    found: dict[int, list[Nomination]] = defaultdict(list)
    for row_id, name, reason in rows:
        found[row_id].append(Nomination(name, reason))
    return found
