"""The three tables of tg-archive's database, asked in ways a hostile file cannot make costly."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from adapters.exports.format import ExportError

MAX_CELL = 16 * 2**20
"""Bytes of one cell."""
_STEPS = 20_000
_MOST_STEPS = 500
"""Times _STEPS instructions may run for one row."""
_COLUMNS = {
    "messages": ("id", "type", "date", "edit_date", "content", "entities", "reply_to", "user_id",
                 "media_id"),
    "users": ("id", "username", "first_name", "last_name", "tags"),
    "media": ("id", "type", "url", "title", "description"),
}  # fmt: skip
_LIMITS = (
    (sqlite3.SQLITE_LIMIT_LENGTH, MAX_CELL), (sqlite3.SQLITE_LIMIT_SQL_LENGTH, 100_000),
    (sqlite3.SQLITE_LIMIT_COLUMN, 200), (sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 20),
    (sqlite3.SQLITE_LIMIT_VDBE_OP, 25_000), (sqlite3.SQLITE_LIMIT_ATTACHED, 0),
    (sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH, 0), (sqlite3.SQLITE_LIMIT_WORKER_THREADS, 0),
)  # fmt: skip
_ALLOWED = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ)
Row = dict[str, Any]

FAULTS = (sqlite3.Error, OverflowError, ValueError)
"""What asking a damaged database can raise; its complaints themselves may be no text."""


def opened(path: str) -> sqlite3.Connection:
    """Open a file that nobody else has open, for reading only."""
    db = sqlite3.connect(f"file:{quote(path)}?mode=ro&immutable=1", uri=True)
    for name, most in _LIMITS:
        db.setlimit(name, most)
    db.text_factory = lambda cell: cell.decode("utf-8", "replace")
    for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "mmap_size=0", "query_only=ON"):
        db.execute(f"PRAGMA {pragma}")
    return db


class Cells:
    """Asks for rows; columns that a version did not have are left out."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._steps = 0
        self._queries = {table: self._query(table) for table in _COLUMNS}
        db.set_authorizer(_only_reading)
        db.set_progress_handler(self._counted, _STEPS)
        self.user = lru_cache(20_000)(self._user)

    def messages(self, after: int | None) -> Iterator[Row]:
        """Give the messages behind an id in the order of their ids."""
        query, columns = self._queries["messages"] or ("", ())
        # the lowest id is below zero where messages came from before a group was migrated
        cursor = self._db.execute(f"{query} WHERE id > ? ORDER BY id", (_lowest(after),))
        for row in cursor:
            self._steps = 0
            yield dict(zip(columns, row, strict=True))

    def media(self, number: int) -> Row | None:
        """Return a message's media."""
        return self._one("media", number)

    def own_chat(self) -> tuple[int, str | None] | None:
        """Return id and title of the group, where it is among those who spoke."""
        found = self._queries["users"]
        if found is None or not {"tags", "username"} <= set(found[1]):
            return None
        try:
            row = self._db.execute(
                "SELECT id, username FROM users WHERE tags = 'group_self' LIMIT 1"
            ).fetchone()
        except FAULTS:
            return None
        number, title = row or (0, None)
        return (number, title if isinstance(title, str) else None) if number > 0 else None

    def _user(self, number: int) -> Row | None:
        return self._one("users", number)

    def _one(self, table: str, number: int) -> Row | None:
        found = self._queries[table]
        if found is None:
            return None
        try:
            row = self._db.execute(f"{found[0]} WHERE id = ?", (number,)).fetchone()
        except FAULTS:
            return None
        return dict(zip(found[1], row, strict=True)) if row else None

    def _query(self, table: str) -> tuple[str, tuple[str, ...]] | None:
        listed = self._db.execute(
            "SELECT type, sql FROM sqlite_master WHERE name = ?", (table,)
        ).fetchall()
        plain = [str(sql) for kind, sql in listed if kind == "table"]
        info = self._db.execute(f"PRAGMA table_info({table})").fetchall()
        there = {name for _, name, *_ in info}
        # without its key every question would go through the whole table
        keyed = any(name == "id" and key and kind.upper() == "INTEGER"
                    for _, name, kind, _, _, key in info)  # fmt: skip
        if not plain or not keyed or "virtual" in plain[0][:40].lower():
            if table == "messages":
                raise ExportError("this database has no table of messages.", "is it tg-archive's?")
            return None
        columns = tuple(name for name in _COLUMNS[table] if name in there)
        return f"SELECT {', '.join(columns)} FROM {table}", columns

    def _counted(self) -> int:
        self._steps += 1
        return self._steps > _MOST_STEPS


def _lowest(after: int | None) -> int:
    return -(1 << 63) if after is None else min(after, (1 << 63) - 1)


def _only_reading(action: int, *_: object) -> int:
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY
