"""Intakes: what somebody asked in a chat to be imported, until they are told how that went."""

from __future__ import annotations

import sqlite3
import time
from typing import NamedTuple


class Waiting(NamedTuple):
    """An intake that was not told of yet."""

    key: str
    asked_at: int
    """Unix seconds."""
    tries: int
    """How often it was begun."""
    body: str


def note_intake(db: sqlite3.Connection, key: str, body: str) -> None:
    """Note an intake, in the transaction of the command that asks for it."""
    db.execute(
        "INSERT OR IGNORE INTO intakes(key, asked_at, body) VALUES(?, ?, ?)",
        (key, int(time.time()), body),
    )


def waiting_intakes(db: sqlite3.Connection) -> list[Waiting]:
    """Return what is still to be imported, as it was asked for."""
    rows = db.execute("SELECT key, asked_at, tries, body FROM intakes ORDER BY asked_at, rowid")
    return [Waiting(*row) for row in rows]


def begin_intake(db: sqlite3.Connection, key: str) -> Waiting | None:
    """Count one more try; None where it was told of already."""
    row = db.execute(
        "UPDATE intakes SET tries = tries + 1 WHERE key = ? RETURNING key, asked_at, tries, body",
        (key,),
    ).fetchone()
    return None if row is None else Waiting(*row)


def end_intake(db: sqlite3.Connection, key: str) -> bool:
    """Drop an intake, in the transaction that tells of it; False where that was done before."""
    return db.execute("DELETE FROM intakes WHERE key = ?", (key,)).rowcount == 1
