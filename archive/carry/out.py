"""Everything of an archive, or what is chosen of it, as a stream of records."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator

from archive.carry.messages import StoredMessages
from archive.carry.rows import Chosen, hidden_people, rows
from archive.erasure_ledger import archive_mark
from archive.records import AnyRecord, Group, Origin


def origin(db: sqlite3.Connection, chosen: Chosen, media: bool) -> Origin:
    """Return what is said before everything else."""
    return Origin(archive_mark(db), at=int(time.time()), whole=chosen.whole, media=media)


def told(db: sqlite3.Connection, chosen: Chosen) -> Iterator[AnyRecord]:
    """Return groups, each before its messages, oldest first, and then the rows of tables."""
    hidden = hidden_people(db)
    stored = StoredMessages(db, hidden)
    groups = db.execute(
        "SELECT id, key, title, kind, time_zone, (SELECT target FROM aliases WHERE kind = 'title'"
        " AND group_id = groups.id AND other = title) FROM groups WHERE id IN"
        " (SELECT value FROM json_each(?)) ORDER BY id",
        (json.dumps(chosen.groups),),
    ).fetchall()
    for row_id, key, title, kind, zone, at in groups:
        yield Group(key, title, kind, zone, at=at)
        yield from stored.of(row_id, chosen)
    yield from rows(db, chosen, hidden)


def files(db: sqlite3.Connection, chosen: Chosen) -> Iterator[str]:
    """Return the SHA-256 of the stored files of what is chosen, each once."""
    hidden = hidden_people(db)
    found = db.execute(
        "SELECT DISTINCT a.sha256 FROM attachments a JOIN messages m ON m.id = a.message_id"
        " WHERE a.sha256 IS NOT NULL AND m.id >= ? AND m.id < ?"
        " AND m.group_id IN (SELECT value FROM json_each(?))"
        " AND ifnull(m.sender_id, 0) NOT IN (SELECT value FROM json_each(?))",
        (chosen.first, chosen.end, json.dumps(chosen.groups), json.dumps(list(hidden.ids))),
    )
    return (digest for (digest,) in found)
