"""Texts that a group's admins set: the invitation."""

from __future__ import annotations

import sqlite3
import time

from archive.access import Reader, operator
from archive.audit import note
from archive.groups import group_id

INVITATION = "invitation"
MAX_TEXT = 600
"""Characters of a text."""


def set_text(
    db: sqlite3.Connection, group_key: str, name: str, text: str, by: str, at: int | None = None
) -> str:
    """Set a group's text, or take it away with an empty one; return the former one."""
    row_id = group_id(db, operator(), group_key)
    former = text_of(db, operator(), group_key, name)
    db.execute("DELETE FROM group_texts WHERE group_id = ? AND name = ?", (row_id, name))
    if text.strip():
        db.execute(
            "INSERT INTO group_texts(group_id, name, text, set_by, set_at) VALUES(?, ?, ?, ?, ?)",
            (row_id, name, text.strip(), by, int(time.time()) if at is None else at),
        )
    note(db, by, name, group_key)
    return former


def text_of(db: sqlite3.Connection, reader: Reader, group_key: str, name: str) -> str:
    """Return a group's text, "" where there is none; NotFound where the group is hidden."""
    row = db.execute(
        "SELECT text FROM group_texts WHERE group_id = ? AND name = ?",
        (group_id(db, reader, group_key), name),
    ).fetchone()
    return str(row[0]) if row else ""
