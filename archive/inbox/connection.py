"""Opens `inbox.db`, a file of its own beside the archive: a commit is on disk when it returns."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from archive.checkpoints import copy_log
from archive.database import BUSY_MS, transaction
from archive.errors import ArchiveError, Damaged, SchemaTooNew

SCHEMA = 2
"""`PRAGMA user_version` of the file."""

FILE = "inbox.db"

_LOG_BYTES = 4 << 20
"""Size of the log from which on it is copied into the file."""
_LOG_PAGES = 16_384
"""Size of the log at which who stores has to copy it, because nobody else has."""

PENDING, DONE, FAILED = 0, 1, 2
"""States of an event; a file that is given up is FAILED, too."""

RAW, RECORDS, COMMAND = 0, 1, 2
"""Forms of an event's body."""

# ids are never used again: what is said of one that was erased meets nothing
_CREATE = """
CREATE TABLE events(
    id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, key TEXT NOT NULL UNIQUE,
    group_key TEXT, sender_key TEXT, message_id TEXT, reply_to TEXT, quoted TEXT, sent_at INTEGER,
    received_at INTEGER NOT NULL, form INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0, fleeting INTEGER NOT NULL DEFAULT 0, error TEXT,
    body BLOB NOT NULL);
CREATE INDEX events_pending ON events(id) WHERE state = 0;
CREATE INDEX events_failed ON events(id) WHERE state = 2;
CREATE INDEX events_of_group ON events(group_key, message_id);
CREATE TABLE offsets(account TEXT PRIMARY KEY, value TEXT NOT NULL, at INTEGER NOT NULL);
CREATE TABLE quarantine(
    id INTEGER PRIMARY KEY, account TEXT NOT NULL, at INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE fetches(
    id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, group_key TEXT NOT NULL,
    message_id TEXT NOT NULL, position INTEGER NOT NULL, source TEXT NOT NULL,
    kind TEXT NOT NULL, size INTEGER, state INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0, next_at INTEGER NOT NULL DEFAULT 0, reason TEXT,
    UNIQUE(group_key, message_id, position));
CREATE INDEX fetches_due ON fetches(next_at) WHERE state = 0;
CREATE INDEX fetches_failed ON fetches(group_key) WHERE state = 2;
CREATE TABLE counters(name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""
_ADD_RECEIPTS = """
CREATE TABLE receipts(
    source TEXT NOT NULL, key TEXT NOT NULL, until INTEGER NOT NULL, digest BLOB NOT NULL,
    answer BLOB NOT NULL, PRIMARY KEY(source, key));
CREATE INDEX receipts_until ON receipts(until);
"""
_STEPS = (_CREATE, _ADD_RECEIPTS)
"""What leads from each schema to the next."""


class Connected:
    """The file and this process's connections to it, one a thread."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self._log = folder / f"{FILE}-wal"
        self._here = threading.local()
        self._all: list[sqlite3.Connection] = []
        # threads of one process take turns by it: SQLite's own waiting sleeps
        self._turn = threading.Lock()
        _make(self._db)

    @property
    def _db(self) -> sqlite3.Connection:
        """This thread's connection."""
        db: sqlite3.Connection | None = getattr(self._here, "db", None)
        if db is None:
            db = self._here.db = connect(self.path)
            self._all.append(db)
        return db

    @contextmanager
    def _writing(self, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """Open a write transaction; not `durable`: a power cut may undo it, a kill does not."""
        db = self._db
        with self._turn:
            db.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            with transaction(db):
                yield db

    def _copy_log(self) -> None:
        """Copy a log that has grown into the file; who stores never waits for it."""
        with suppress(OSError):
            if self._log.stat().st_size > _LOG_BYTES:
                copy_log(self._db)

    def close(self) -> None:
        """Close the connections of all threads, which must have ended their work."""
        while self._all:
            self._all.pop().close()
        self._here = threading.local()


def connect(path: Path) -> sqlite3.Connection:
    """Open a connection. Raises ArchiveError, Damaged."""
    try:
        path.touch(mode=0o600)
        db = sqlite3.connect(
            path, isolation_level=None, timeout=BUSY_MS / 1000, check_same_thread=False
        )
        db.execute("PRAGMA secure_delete=ON")
        db.execute("PRAGMA journal_mode=WAL")
        db.execute(f"PRAGMA wal_autocheckpoint={_LOG_PAGES}")
    except sqlite3.DatabaseError as error:
        if "not a database" in str(error) or "malformed" in str(error):
            raise Damaged(f"{path} cannot be read ({error}).", "restore a backup") from error
        raise ArchiveError(f"{path} cannot be opened ({error}).", "check its folder") from error
    except OSError as error:
        raise ArchiveError(
            f"{path} cannot be made ({error.strerror}).", "check its folder: may it be written?"
        ) from error
    return db


def _make(db: sqlite3.Connection) -> None:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > SCHEMA:
        raise SchemaTooNew(
            f"this inbox was written by a newer chendian (schema {version}, this one knows"
            f" {SCHEMA}).",
            "update the program (docs/install.md says how)",
        )
    if version == SCHEMA:
        return
    with transaction(db):
        # another process may have made it meanwhile
        (version,) = db.execute("PRAGMA user_version").fetchone()
        for step in _STEPS[version:]:
            for statement in filter(str.strip, step.split(";\n")):
                db.execute(statement)
        db.execute(f"PRAGMA user_version={SCHEMA}")
