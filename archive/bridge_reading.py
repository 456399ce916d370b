"""What the bridge asks of originals and their copies, and of what was heard in a group."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from archive.bridged import SERVICE, Copy
from archive.consent import group_keys
from archive.prepare import RECALLED

FILES = 100
"""Number of the part that carries the first file apart from the words."""
_LOOKED_BACK = 2_000
"""Parcels among which a file that was said lately is looked for."""
_TAKEN_BACK = (
    "SELECT b.id, b.copy_id, b.target, o.account, o.ended_at, b.part, m.flags & ?2"
    " FROM bridged b JOIN messages m ON m.id = b.message_id JOIN outbox o ON o.id = b.outbox_id"
    " LEFT JOIN item_levels l ON l.message_id = m.id"
    " WHERE b.at > ?1 AND NOT b.gone AND b.copy_id IS NOT NULL AND (m.flags & ?2 OR"
    " l.message_id IS NOT NULL OR (b.mode = 'essence' AND NOT EXISTS"
    " (SELECT 1 FROM essence_messages e WHERE e.message_id = m.id))) ORDER BY b.id"
)
_CHANGED = (
    "SELECT b.copy_id, b.target, o.account, o.ended_at, m.text, m.edited_at,"
    " (SELECT v.text FROM versions v WHERE v.message_id = m.id ORDER BY v.id DESC LIMIT 1)"
    " FROM bridged b JOIN messages m ON m.id = b.message_id JOIN outbox o ON o.id = b.outbox_id"
    " WHERE b.at > ?1 AND NOT b.gone AND b.copy_id IS NOT NULL AND b.part = 0"
    " AND m.edited_at IS NOT NULL AND m.edited_at >= b.at - 60 AND m.flags & ?2 = 0"
)


class Gone(NamedTuple):
    """A copy whose original was taken back, or may not be there any more."""

    id: int
    copy_id: str
    target: str
    account: str
    said_at: int | None
    part: int
    recalled: int


class Changed(NamedTuple):
    """A copy whose original was edited."""

    copy_id: str
    target: str
    account: str
    said_at: int
    text: str
    edited_at: int
    former: str | None


class Original(NamedTuple):
    """A message that is to cross."""

    row_id: int
    key: str
    text: str
    files: int


def stands(db: sqlite3.Connection, row_id: int) -> tuple[str, str] | None:
    """Return the group's key and the platform's id of a message; None: it was erased."""
    row = db.execute(
        "SELECT g.key, m.platform_id FROM messages m JOIN groups g ON g.id = m.group_id"
        " WHERE m.id = ?",
        (row_id,),
    ).fetchone()
    return (row[0], str(row[1])) if row else None


def for_the_group(db: sqlite3.Connection, row_ids: Iterable[int]) -> dict[str, list[int]]:
    """Return those of these messages that their whole group may read, by the group's key."""
    rows = db.execute(
        "SELECT g.key, m.id FROM messages m JOIN groups g ON g.id = m.group_id"
        " WHERE m.id IN (SELECT value FROM json_each(?))"
        " AND NOT EXISTS (SELECT 1 FROM item_levels l WHERE l.message_id = m.id)",
        (json.dumps(list(row_ids)),),
    )
    found: dict[str, list[int]] = {}
    for key, row_id in rows:
        found.setdefault(key, []).append(row_id)
    return found


def answered_id(db: sqlite3.Connection, row_id: int) -> str | None:
    """Return the platform's id of what a message answers."""
    row = db.execute("SELECT reply_to FROM messages WHERE id = ?", (row_id,)).fetchone()
    return row[0] if row else None


def said_before(db: sqlite3.Connection, row_id: int, text: str, among: int) -> int | None:
    """Return the newest message with these words, of so many before one in its group."""
    row = db.execute(
        "SELECT id FROM (SELECT id, text FROM messages WHERE id < ?1 AND group_id ="
        " (SELECT group_id FROM messages WHERE id = ?1) ORDER BY id DESC LIMIT ?2)"
        " WHERE text = ?3 ORDER BY id DESC LIMIT 1",
        (row_id, among, text),
    ).fetchone()
    return int(row[0]) if row and text else None


def originals(db: sqlite3.Connection, row_ids: Iterable[int]) -> Iterator[Original]:
    """Yield those of these messages that are there."""
    for row_id in row_ids:
        row = db.execute(
            "SELECT m.id, g.key || ':' || m.platform_id, m.text,"
            " (SELECT count(*) FROM attachments a WHERE a.message_id = m.id)"
            " FROM messages m JOIN groups g ON g.id = m.group_id WHERE m.id = ?",
            (row_id,),
        ).fetchone()
        if row is not None:
            yield Original(*row)


def last_words(db: sqlite3.Connection, copy: Copy) -> int:
    """Return the last part that was noted of the words of which a copy is one."""
    (last,) = db.execute(
        "SELECT max(part) FROM bridged WHERE message_id = ? AND target = ? AND part < ?",
        (copy.message_id, copy.target, FILES),
    ).fetchone()
    return int(last or 0)


def said_lately(db: sqlite3.Connection, group_key: str, sha256: str, seconds: int) -> int:
    """Count how often a file was said in a group within so many seconds."""
    (number,) = db.execute(
        "SELECT count(*) FROM outbox WHERE id > (SELECT max(id) - ?1 FROM outbox)"
        " AND group_key = ?2 AND file = ?3 AND state IN ('sending', 'sent') AND begun_at > ?4",
        (_LOOKED_BACK, group_key, sha256, int(time.time()) - seconds),
    ).fetchone()
    return int(number)


def sent_ids(db: sqlite3.Connection, group_key: str, account: str, limit: int) -> list[str]:
    """Return the ids of what an account said last in a group, the newest first."""
    rows = db.execute(
        "SELECT message_id FROM outbox WHERE group_key = ? AND state = 'sent'"
        " AND message_id IS NOT NULL AND account = ? ORDER BY id DESC LIMIT ?",
        (group_key, account, limit),
    )
    return [name for (name,) in rows]


def heard_ids(db: sqlite3.Connection, group_key: str, limit: int) -> list[tuple[str, int]]:
    """Return id and time of what was said last in a group, the newest first, under each of its
    keys in turn."""
    found: list[tuple[str, int]] = []
    for key in group_keys(db, group_key):
        found += db.execute(
            "SELECT m.platform_id, m.sent_at FROM messages m JOIN groups g ON g.id = m.group_id"
            " WHERE g.key = ? ORDER BY m.id DESC LIMIT ?",
            (key, limit),
        ).fetchall()
    return found


def taken_back(db: sqlite3.Connection, since: int) -> list[Gone]:
    """Return the copies said since then whose originals were taken back, or may not cross now."""
    return [Gone(*row) for row in db.execute(_TAKEN_BACK, (since, RECALLED)).fetchall()]


def changed(db: sqlite3.Connection, since: int) -> list[Changed]:
    """Return the copies said since then whose originals were edited."""
    return [Changed(*row) for row in db.execute(_CHANGED, (since, RECALLED)).fetchall()]


def marked(
    db: sqlite3.Connection, source: str, target: str, since: int
) -> list[tuple[int, list[int]]]:
    """Return when essence of a group was marked, and its messages, where no copy of it stands in
    the target and it is no copy itself."""
    rows = db.execute(
        "SELECT e.marked_at, json_group_array(em.message_id) FROM essence e"
        " JOIN groups g ON g.id = e.group_id JOIN essence_messages em ON em.essence_id = e.id"
        " WHERE g.key = ?1 AND e.marked_at >= ?2 AND NOT EXISTS (SELECT 1 FROM bridged b"
        " WHERE b.message_id = em.message_id AND b.target = ?3 AND NOT b.gone)"
        " AND NOT EXISTS (SELECT 1 FROM bridged c JOIN groups h ON h.key = c.target"
        " JOIN messages m ON m.platform_id = c.copy_id AND m.group_id = h.id"
        " WHERE m.id = em.message_id)"
        " AND NOT EXISTS (SELECT 1 FROM messages k WHERE k.id = em.message_id AND k.service = ?4)"
        " GROUP BY e.id ORDER BY e.marked_at, e.id",
        (source, since, target, SERVICE),
    )
    return [(at, sorted(json.loads(ids))) for at, ids in rows.fetchall()]
