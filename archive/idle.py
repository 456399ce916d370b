"""Connections of an archive, and those that stay open between uses."""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable
from pathlib import Path

File = tuple[int, int]
"""Device and number of a file."""


class Connection(sqlite3.Connection):
    """A connection that knows what to take back if the transaction under way is undone."""

    take_back: list[Callable[[], None]] | None = None
    rows_gone = 0
    """How often rows that a writer may remember were removed through this connection."""
    file: File | None = None
    """What it was opened on, if it may stay open between uses."""


class Idle:
    """Reading connections that nobody uses just now; of any threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: deque[Connection] = deque()
        self.most = 0
        """Connections that stay open."""

    def file(self) -> File | None:
        """Return which file stands at the path now; None where none may stay open."""
        if not self.most:
            return None
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def take(self) -> Connection | None:
        """Return one that was opened on the file there is now, and belongs to the caller then."""
        while self._open:
            try:
                db = self._open.pop()
            except IndexError:  # another thread was quicker
                return None
            if db.file == self.file():
                return db
            db.close()
        return None

    def put_back(self, db: Connection) -> None:
        """Let one stay open, without its transaction, or close it."""
        if db.file is None or len(self._open) >= self.most:
            db.close()
            return
        try:
            db.execute("ROLLBACK")
        except sqlite3.DatabaseError:
            db.close()
        else:
            self._open.append(db)
