"""Commands are obeyed once, however often delivered: a mark, in their effect's transaction."""

from __future__ import annotations

import sqlite3
import time


def first_time(db: sqlite3.Connection, key: str) -> bool:
    """Mark an event's command as obeyed; False where it was before."""
    done = db.execute(
        "INSERT OR IGNORE INTO handled(key, at) VALUES(?, ?)", (key, int(time.time()))
    )
    return done.rowcount == 1


def expire(db: sqlite3.Connection, before: int) -> int:
    """Drop the marks of commands obeyed before this Unix time; return how many."""
    return db.execute("DELETE FROM handled WHERE at < ?", (before,)).rowcount
