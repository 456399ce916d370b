"""Who changed what; every write a person asks for leaves a line."""

from __future__ import annotations

import sqlite3
import time


def note(db: sqlite3.Connection, who: str, action: str, target: str, detail: str = "") -> None:
    """Write one line; `target` is a key or id, never message text."""
    db.execute(
        "INSERT INTO audit(at, who, action, target, detail) VALUES(?, ?, ?, ?, ?)",
        (int(time.time()), who, action, target, detail),
    )
