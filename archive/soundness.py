"""Whether the pages of the database file are whole, and whose those are that are not."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

_NAMED = 5
"""Faults that are told; a damaged file may have thousands."""


def page_faults(db: sqlite3.Connection) -> list[str]:
    """Return what is wrong with the file's pages, in SQLite's words; nothing is an empty list."""
    try:
        said = "\n".join(row[0] for row in db.execute(f"PRAGMA quick_check({_NAMED})"))
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return [] if said == "ok" else [line for line in said.splitlines() if line[:3] != "***"]


def whole_without(db: sqlite3.Connection, tables: Iterable[str]) -> bool:
    """Tell whether every other table is whole by itself, so that faults are these tables' or
    pages that nothing refers to."""
    left_out = set(tables)
    names = db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0")
    try:
        others = ["sqlite_schema", *(name for (name,) in names if name not in left_out)]
        return all(
            db.execute(f'PRAGMA quick_check("{name}")').fetchall() == [("ok",)] for name in others
        )
    except sqlite3.DatabaseError:
        return False
