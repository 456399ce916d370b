"""Messages that fewer may read than their group: its members only, or its admins only.

Whoever may not read one finds it nowhere: not by its key, in no list, search, digest or file.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable
from typing import Literal

from archive.access import Reader
from archive.audit import note
from archive.errors import ArchiveError

Level = Literal["members", "admins"]
LEVELS: tuple[Level, ...] = ("members", "admins")

_WITHHELD = (
    # in this order: there are few levels, and many messages
    "SELECT l.message_id FROM item_levels l CROSS JOIN messages m ON m.id = l.message_id"
    " CROSS JOIN groups g ON g.id = m.group_id WHERE NOT CASE l.level"
    " WHEN 'members' THEN g.key IN (SELECT value FROM json_each(?1))"
    " ELSE g.key IN (SELECT value FROM json_each(?2)) END"
)


def withheld(db: sqlite3.Connection, reader: Reader) -> frozenset[int]:
    """Return the row ids of the messages withheld from a reader, as of now."""
    if reader.everything:
        return frozenset()
    return frozenset(i for (i,) in db.execute(_WITHHELD, _bound(reader)))


def withheld_among(db: sqlite3.Connection, reader: Reader, ids: Iterable[int]) -> frozenset[int]:
    """Return those of these messages that are withheld from a reader."""
    if reader.everything:
        return frozenset()
    rows = db.execute(
        f"{_WITHHELD} AND l.message_id IN (SELECT value FROM json_each(?3))",
        (*_bound(reader), json.dumps(list(ids))),
    )
    return frozenset(i for (i,) in rows)


def level_of(db: sqlite3.Connection, row_id: int) -> Level | None:
    """Return who may read a message beside the operator; None: whoever may read its group."""
    row = db.execute("SELECT level FROM item_levels WHERE message_id = ?", (row_id,)).fetchone()
    return row[0] if row else None


def set_level(db: sqlite3.Connection, row_id: int, level: Level | None, by: str) -> Level | None:
    """Say who may read a message, at once; None: whoever may read its group. Return what held."""
    if level is not None and level not in LEVELS:
        raise ArchiveError(f"there is no level {level[:20]}.", f"use {' or '.join(LEVELS)}")
    former = level_of(db, row_id)
    if former == level:
        return former
    db.execute("DELETE FROM item_levels WHERE message_id = ?", (row_id,))
    if level is not None:
        db.execute(
            "INSERT INTO item_levels(message_id, level, by, at) VALUES(?, ?, ?, ?)",
            (row_id, level, by, int(time.time())),
        )
    note(db, by, "level", str(row_id), level or "group")
    return former


def _bound(reader: Reader) -> tuple[str, str]:
    return json.dumps(sorted(reader.group_keys)), json.dumps(sorted(reader.admin_of))
