"""Who changed what; every write a person asks for leaves a line."""

from __future__ import annotations

import sqlite3
import time

import msgspec


class AuditLine(msgspec.Struct, frozen=True):
    """One change."""

    id: int
    at: int
    """Unix seconds."""
    who: str
    action: str
    target: str
    detail: str


def lines(db: sqlite3.Connection, before: int | None = None, limit: int = 50) -> list[AuditLine]:
    """Return what was changed, the newest first; for the operator only."""
    rows = db.execute(
        "SELECT id, at, who, action, target, detail FROM audit WHERE ?1 IS NULL OR id < ?1"
        " ORDER BY id DESC LIMIT ?2",
        (before, limit),
    )
    return [AuditLine(*row) for row in rows]


def note(db: sqlite3.Connection, who: str, action: str, target: str, detail: str = "") -> None:
    """Write one line; `target` is a key or id, never message text."""
    db.execute(
        "INSERT INTO audit(at, who, action, target, detail) VALUES(?, ?, ?, ?, ?)",
        (int(time.time()), who, action, target, detail),
    )
