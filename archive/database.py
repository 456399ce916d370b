"""Opens an archive: a folder with `archive.db`, `media/` and `backups/`."""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from archive import text
from archive.errors import ArchiveError, Damaged, SchemaTooNew
from archive.faults import in_words
from archive.idle import Connection as Connection
from archive.idle import Idle
from archive.migrate import SCHEMA, schema_of, upgrade
from archive.store import MediaStore

BUSY_MS = 60_000
"""How long a writer waits for another one."""

PAGE_SIZE = 16_384
"""Bytes; with index pages to match (archive/index.py) a fifth faster to fill than 4,096."""

CACHE_KIB = 8_192
"""SQLite's page cache for one connection."""


class Archive:
    """An archive on disk. Connections are opened per use and belong to one thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "archive.db"
        self.media = MediaStore(folder / "media")
        self._idle = Idle(self.path)

    def keep_open(self, most: int) -> None:
        """Let up to so many reading connections stay open between uses: to open one and to read the
        schema takes as long as a page. Each keeps up to 8 MiB."""
        self._idle.most = most

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Open a connection that cannot write; what it reads is one moment of the archive."""
        db = self._idle.take() or self._opened()
        try:
            db.execute("BEGIN")
            yield db
        except sqlite3.DatabaseError as error:
            db.file = None
            raise _plain(error) from error
        finally:
            self._idle.put_back(db)

    def _opened(self) -> Connection:
        try:
            db = self._connect()
            db.file = self._idle.file()
        except ArchiveError:
            # where nothing is being written, a full or read-only disk can still be read
            log = self.path.with_name(f"{self.path.name}-wal")
            if not self.path.exists() or (log.exists() and log.stat().st_size):
                raise
            db = self._connect("?immutable=1")
        try:
            db.execute("PRAGMA query_only=ON")
        except sqlite3.DatabaseError as error:
            db.close()
            raise _plain(error) from error
        return db

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Open a write transaction: committed at the end, undone by any exception."""
        db = self.connect_for_writing()
        try:
            with transaction(db):
                yield db
        finally:
            db.close()

    def connect_for_writing(
        self, *, durable: bool = False, copies_log: bool = True
    ) -> sqlite3.Connection:
        """Open a connection for a series of `transaction`s; the caller closes it.

        `durable`: a commit is on disk when it returns, and not only safe from a kill. Without
        `copies_log` no commit takes the time to copy the log into the file: somebody else has to
        (`checkpoints.copy_log`).
        """
        db = self._connect()
        if durable:
            db.execute("PRAGMA synchronous=FULL")
        if not copies_log:
            db.execute("PRAGMA wal_autocheckpoint=0")
        return db

    def _connect(self, options: str = "") -> Connection:
        try:
            db = sqlite3.connect(
                f"{self.path.absolute().as_uri()}{options}",
                uri=True,
                isolation_level=None,
                timeout=BUSY_MS / 1000,
                check_same_thread=False,
                factory=Connection,
            )
            for pragma in (
                "secure_delete=ON",
                "synchronous=NORMAL",
                f"cache_size=-{CACHE_KIB}",
                "temp_store=FILE",
                "wal_autocheckpoint=1000",
            ):
                db.execute(f"PRAGMA {pragma}")
        except sqlite3.DatabaseError as error:
            raise _plain(error) from error
        return db


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Run a block as one write transaction on an open connection."""
    take_back = list[Callable[[], None]]()
    if isinstance(db, Connection):
        db.take_back = take_back
    try:
        db.execute("BEGIN IMMEDIATE")
        yield db
        db.execute("COMMIT")
    except BaseException as error:
        if db.in_transaction:
            db.execute("ROLLBACK")
        for undo in reversed(take_back):
            undo()
        if isinstance(error, sqlite3.DatabaseError):
            raise _plain(error) from error
        raise
    finally:
        if isinstance(db, Connection):
            db.take_back = None


@contextmanager
def piece(db: sqlite3.Connection) -> Iterator[None]:
    """Run a block as a part of the transaction under way; an exception undoes this part alone."""
    db.execute("SAVEPOINT piece")
    begun = db.take_back if isinstance(db, Connection) and db.take_back is not None else []
    before = len(begun)
    try:
        yield
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK TO piece")
        for undo in reversed(begun[before:]):
            undo()
        del begun[before:]
        raise
    finally:
        # some errors of the disk end the whole transaction
        if db.in_transaction:
            db.execute("RELEASE piece")


def if_undone(db: sqlite3.Connection, undo: Callable[[], None]) -> None:
    """Have `undo` called if the `transaction` under way on this connection comes to nothing."""
    if isinstance(db, Connection) and db.take_back is not None:
        db.take_back.append(undo)


def rows_are_gone(db: sqlite3.Connection) -> None:
    """Say that groups, members or tags were removed, for writers on the same connection."""
    if isinstance(db, Connection):
        db.rows_gone += 1


def compact(db: sqlite3.Connection) -> None:
    """Write the file anew without unused pages; takes its size again on disk until it is done.

    `db` is a connection for writing, outside a transaction.
    """
    try:
        db.execute("VACUUM")
    except sqlite3.DatabaseError as error:
        raise _plain(error) from error


def open_archive(folder: Path, create: bool = False) -> Archive:
    """Open the archive in a folder; `create` makes it, and an older schema is brought up to date.

    Raises ArchiveError when there is none, SchemaTooNew, Damaged.
    """
    archive = Archive(folder)
    if not _there(archive.path):
        if _there(folder) and not folder.is_dir():
            raise ArchiveError(
                f"{folder} is a file, not an archive's folder.", "choose another --data"
            )
        if not create:
            raise ArchiveError(
                f"there is no archive in {folder}.",
                f"run: chendian init --data {folder}  (or import something)",
            )
        _make(archive)
    with archive.reading() as db:
        schema = schema_of(db)
        (tables,) = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        # making it may have been stopped between the tables and what belongs in them
        finished = (
            schema != SCHEMA or db.execute("SELECT 1 FROM meta WHERE name = 'secret'").fetchone()
        )
    if schema is None and tables:
        raise Damaged(
            f"{archive.path} is not an archive of chendian, or has lost its schema version.",
            "choose another --data, or restore a backup",
        )
    if schema is None or schema < SCHEMA or not finished:
        _make(archive)
    elif schema > SCHEMA:
        raise SchemaTooNew(
            f"this archive was written by a newer chendian (schema {schema}, this one knows"
            f" {SCHEMA}).",
            "update the program (docs/install.md says how)",
        )
    return archive


def _there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _make(archive: Archive) -> None:
    try:
        archive.folder.mkdir(parents=True, exist_ok=True)
        archive.path.touch(mode=0o600)
        db = sqlite3.connect(archive.path, isolation_level=None, timeout=BUSY_MS / 1000)
    except (OSError, sqlite3.OperationalError) as error:
        why = getattr(error, "strerror", None) or error
        raise ArchiveError(
            f"cannot make an archive in {archive.folder} ({why}).", "choose another --data"
        ) from error
    try:
        db.execute(f"PRAGMA page_size={PAGE_SIZE}")
        db.execute("PRAGMA secure_delete=ON")
        _keep_log(db)
    except sqlite3.DatabaseError as error:
        raise _plain(error) from error
    finally:
        db.close()
    _upgrade(archive.path)
    with archive.writing() as writer:
        writer.executemany(
            "INSERT OR IGNORE INTO meta(name, value) VALUES(?, ?)",
            [("tokens", str(text.VERSION)), ("secret", secrets.token_hex(32))],
        )


def _keep_log(db: sqlite3.Connection) -> None:
    """Have SQLite keep a log of writes, beside which others can read (WAL)."""
    give_up = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            db.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            # for this SQLite does not always wait for another that makes the archive
            if "locked" not in str(error) or time.monotonic() > give_up:
                raise
            time.sleep(0.01)


def _upgrade(path: Path) -> None:
    # SQLAlchemy takes longer to load than a search takes
    from sqlalchemy.exc import DBAPIError

    give_up = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            return upgrade(path)
        except DBAPIError as error:
            if not isinstance(error.orig, sqlite3.DatabaseError):
                raise
            # Alembic's connection waits a few seconds only for another that makes the archive
            if "locked" not in str(error.orig) or time.monotonic() > give_up:
                raise _plain(error.orig) from error


def _plain(error: sqlite3.DatabaseError) -> ArchiveError | sqlite3.DatabaseError:
    return in_words(error, BUSY_MS // 1000)
