"""Removes many messages at once, and what hangs on them; a statement a table, not a message."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from archive import index
from archive.fresh import COLUMNS
from archive.hanging import CHILDREN
from archive.merge import entry_of
from archive.unite import remove

_GATHERED = " UNION ".join(
    f"SELECT message_id FROM {table} WHERE message_id IN (SELECT value FROM json_each(?1))"
    for table in ("essence_messages", "thread_messages", "column_messages")
)
"""Messages of something that has to go on without them."""


def load_all(db: sqlite3.Connection, ids: list[int], run_id: int) -> list[dict[str, Any]]:
    """Read the rows of those among these messages that an import brought."""
    rows = db.execute(
        f"SELECT {', '.join(COLUMNS)} FROM messages"
        " WHERE id IN (SELECT value FROM json_each(?)) AND run_id = ?",
        (json.dumps(ids), run_id),
    )
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def remove_all(db: sqlite3.Connection, rows: list[dict[str, Any]]) -> None:
    """Remove stored messages and what hangs on them; counters stay as they are."""
    ids = json.dumps([row["id"] for row in rows])
    gathered = {row_id for (row_id,) in db.execute(_GATHERED, (ids,))}
    for row in rows:
        if row["id"] in gathered:
            remove(db, row)
    plain = [row for row in rows if row["id"] not in gathered]
    ids = json.dumps([row["id"] for row in plain])
    index.take_out(db, ((row["id"], entry_of(row)) for row in plain))
    among = "IN (SELECT value FROM json_each(?))"
    db.execute(f"DELETE FROM aliases WHERE kind = 'message' AND target {among}", (ids,))
    for table in CHILDREN:
        db.execute(f"DELETE FROM {table} WHERE message_id {among}", (ids,))
    db.execute(f"DELETE FROM messages WHERE id {among}", (ids,))
