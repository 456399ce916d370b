"""What the platform itself says of essence: the word spoken last holds, whenever it comes in."""

from __future__ import annotations

import sqlite3

from archive.essence import mark_from_platform
from archive.ids import is_sane
from archive.records import EssenceMark


def follow(db: sqlite3.Connection, row_id: int, record: EssenceMark, source: str) -> None:
    """Mark or unmark a message as its platform does, unless the platform has said more since."""
    at = record.at if is_sane(record.at) else None
    row = db.execute("SELECT at, removed FROM marks WHERE message_id = ?", (row_id,)).fetchone()
    last, removed = row or (0, 0)
    if at is not None and (at < last or (at == last and removed and not record.removed)):
        return
    db.execute(
        "INSERT OR REPLACE INTO marks(message_id, at, removed) VALUES(?, ?, ?)",
        (row_id, max(at or 0, last), record.removed),
    )
    mark_from_platform(db, row_id, record, source)
    if at is not None and not record.removed:
        # a mark set again after it was taken away: the word between may come in last
        db.execute(
            "UPDATE essence SET marked_at = ?1, marked_by = ?2 WHERE source = ?3 AND marked_at < ?1"
            " AND id = (SELECT essence_id FROM essence_messages WHERE message_id = ?4)",
            (at, record.by or "", source, row_id),
        )
