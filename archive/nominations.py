"""Nominations 提名: members who may not mark essence say what should be."""

from __future__ import annotations

import sqlite3
import time

from archive.access import operator
from archive.audit import note
from archive.messages import message_id


def nominate(db: sqlite3.Connection, message_key: str, by: str, reason: str = "") -> int:
    """Nominate a message, once a person; return how many have. Raises NotFound."""
    row_id = message_id(db, operator(), message_key)
    db.execute(
        "INSERT INTO nominations(message_id, who, reason, at) VALUES(?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET reason = coalesce(nullif(excluded.reason, ''), reason)",
        (row_id, by, reason, int(time.time())),
    )
    note(db, by, "nominate", message_key)
    (count,) = db.execute(
        "SELECT count(*) FROM nominations WHERE message_id = ?", (row_id,)
    ).fetchone()
    return int(count)
