"""Saved messages 收藏: what a person keeps for themselves; the audit does not say which."""

from __future__ import annotations

import json
import sqlite3
import time

from archive.access import Reader
from archive.audit import note
from archive.consent import member_keys
from archive.groups import allowed_ids
from archive.loading import load_views
from archive.messages import message_id
from archive.views import MessageView, View

MOST = 5_000
"""Messages one person may save."""


def save(db: sqlite3.Connection, reader: Reader, key: str, at: int | None = None) -> bool:
    """Keep a message for the reader; False where it was kept before, or there is no more room.

    Raises NotFound for what the reader may not see.
    """
    assert reader.member_key is not None
    row_id = message_id(db, reader, key)
    mine = _mine(db, reader)
    (number,) = db.execute(
        "SELECT count(*) FROM saved WHERE member_key IN (SELECT value FROM json_each(?))", (mine,)
    ).fetchone()
    there = db.execute(
        "SELECT 1 FROM saved WHERE message_id = ?"
        " AND member_key IN (SELECT value FROM json_each(?))",
        (row_id, mine),
    ).fetchone()
    if there is not None or number >= MOST:
        return False
    db.execute(
        "INSERT INTO saved(member_key, message_id, at) VALUES(?, ?, ?)",
        (reader.member_key, row_id, int(time.time()) if at is None else at),
    )
    note(db, reader.member_key, "save", reader.member_key)
    return True


def unsave(db: sqlite3.Connection, reader: Reader, key: str) -> bool:
    """Keep a message no more; False where it was not kept."""
    assert reader.member_key is not None
    done = db.execute(
        "DELETE FROM saved WHERE message_id = ? AND member_key IN (SELECT value FROM json_each(?))",
        (message_id(db, reader, key), _mine(db, reader)),
    )
    if done.rowcount:
        note(db, reader.member_key, "unsave", reader.member_key)
    return bool(done.rowcount)


def saved(
    db: sqlite3.Connection, reader: Reader, limit: int = 20, skip: int = 0
) -> list[MessageView]:
    """Return what the reader saved and may still read, the last saved first."""
    if reader.member_key is None:
        return []
    allowed = allowed_ids(db, reader)
    rows = db.execute(
        "SELECT message_id FROM saved JOIN messages ON messages.id = message_id"
        " WHERE member_key IN (SELECT value FROM json_each(?1)) AND flags & 2 = 0"
        " AND (?2 IS NULL OR group_id IN (SELECT value FROM json_each(?2)))"
        " GROUP BY message_id ORDER BY max(at) DESC, message_id DESC LIMIT ?3 OFFSET ?4",
        (
            _mine(db, reader),
            None if allowed is None else json.dumps(sorted(allowed)),
            limit,
            skip,
        ),
    ).fetchall()
    views = load_views(db, reader, [i for (i,) in rows])
    return [view for view in views if not view.recalled]


class SavedView(View, frozen=True):
    """A saved message, and when it was saved (Unix seconds)."""

    message: MessageView
    at: int


def saved_page(
    db: sqlite3.Connection, reader: Reader, beyond: tuple[int, int] | None = None, limit: int = 30
) -> list[SavedView]:
    """Return what the reader saved and may still read, the last saved first; page on with
    `beyond=(last.at, last.message.id)`. What was taken back is left out."""
    if reader.member_key is None:
        return []
    allowed = allowed_ids(db, reader)
    fence = None if allowed is None else json.dumps(sorted(allowed))
    rows = db.execute(
        "SELECT message_id, max(at) FROM saved JOIN messages ON messages.id = message_id"
        " WHERE member_key IN (SELECT value FROM json_each(?1)) AND flags & 2 = 0"
        " AND (?2 IS NULL OR group_id IN (SELECT value FROM json_each(?2)))"
        " GROUP BY message_id HAVING ?3 IS NULL OR (max(at), message_id) < (?3, ?4)"
        " ORDER BY 2 DESC, 1 DESC LIMIT ?5",
        (_mine(db, reader), fence, *(beyond or (None, None)), limit),
    ).fetchall()
    times = dict(rows)
    return [
        SavedView(view, times[view.id])
        for view in load_views(db, reader, list(times))
        if not view.recalled
    ]


def _mine(db: sqlite3.Connection, reader: Reader) -> str:
    """Return every key the reader has had, as JSON."""
    assert reader.member_key is not None
    return json.dumps(member_keys(db, reader.member_key))
