"""What was written stands in the log beside the database first; here it is moved into the file."""

from __future__ import annotations

import sqlite3
import time

_PATIENCE = 5.0
"""Seconds for which readers are waited for."""


def copy_log(db: sqlite3.Connection) -> int:
    """Copy what the log holds into the file; nobody waits for it. Outside a transaction.

    Return the length of the log in pages: one that writers never let be copied to its end grows."""
    _, length, _ = db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return int(length)


def empty_log(db: sqlite3.Connection) -> bool:
    """Copy the log into the file and cut it to nothing, so that what was erased is nowhere.

    Outside a transaction; False where readers have kept it for too long.
    """
    (wait,) = db.execute("PRAGMA busy_timeout").fetchone()
    give_up = time.monotonic() + _PATIENCE
    # SQLite would hold writers up while it waits for readers
    db.execute("PRAGMA busy_timeout=20")
    try:
        while True:
            busy, left, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            # a log of nothing is no log, whoever reads
            if not busy or left == 0:
                return True
            if time.monotonic() > give_up:
                return False
            time.sleep(0.02)
    finally:
        db.execute(f"PRAGMA busy_timeout={wait}")
