"""What was written stands in the log beside the database first; here it is moved into the file."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

_PATIENCE = 5.0
"""Seconds for which readers are waited for."""
_SOME = 500
"""Pages of the log that go to the disk at once: a larger flush holds up who waits for the disk."""
_LONG = 4_096
"""Pages of the log from which on it is made to begin anew; where somebody writes without a pause,
it would grow without end."""
_TOO_LONG = 65_536
"""Pages at which a commit itself copies what is left, whoever waits."""


class Log:
    """The log of an archive, for the process that keeps it short while others write."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def leave_to_copier(self, db: sqlite3.Connection) -> None:
        """Let commits on a connection not take the time to copy the log."""
        db.execute(f"PRAGMA wal_autocheckpoint={_TOO_LONG}")

    def flush(self) -> None:
        """Return once everything that is committed is on the disk. Raises OSError."""
        log = os.open(self._path.with_name(f"{self._path.name}-wal"), os.O_RDWR)
        try:
            os.fsync(log)
        finally:
            os.close(log)

    def copy(
        self, db: sqlite3.Connection, turn: Callable[[], AbstractContextManager[None]]
    ) -> bool:
        """Copy it into the file, a long one to its end within a turn; tell whether it had grown."""
        length = copy_log(db)
        if length > _SOME:
            self._flush_file()
        if length >= _LONG:
            # all but what is written meanwhile is on the disk before writers are kept waiting
            copy_log(db)
            self._flush_file()
            with turn():
                copy_log(db)
        return length > _SOME

    def _flush_file(self) -> None:
        if self._file is None:
            # never closed: that would let go of all locks SQLite holds on the file in this process,
            # through whichever connection (POSIX)
            self._file = os.open(self._path, os.O_RDWR)
        os.fsync(self._file)


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
