"""Opens an archive: a folder with `archive.db`, `media/` and `backups/`."""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive import text
from archive.errors import ArchiveError, Damaged, SchemaTooNew
from archive.media import MediaStore
from archive.migrate import SCHEMA, schema_of, upgrade

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

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Open a connection that cannot write; what it reads is one moment of the archive."""
        try:
            db = self._connect()
        except ArchiveError:
            # where nothing is being written, a full or read-only disk can still be read
            log = self.path.with_name(f"{self.path.name}-wal")
            if not self.path.exists() or (log.exists() and log.stat().st_size):
                raise
            db = self._connect("?immutable=1")
        try:
            db.execute("PRAGMA query_only=ON")
            db.execute("BEGIN")
            yield db
        except sqlite3.DatabaseError as error:
            raise _plain(error) from error
        finally:
            db.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Open a write transaction: committed at the end, undone by any exception."""
        db = self.connect_for_writing()
        try:
            with transaction(db):
                yield db
        finally:
            db.close()

    def connect_for_writing(self) -> sqlite3.Connection:
        """Open a connection for a series of `transaction`s; the caller closes it."""
        return self._connect()

    def _connect(self, options: str = "") -> sqlite3.Connection:
        try:
            db = sqlite3.connect(
                f"{self.path.absolute().as_uri()}{options}",
                uri=True,
                isolation_level=None,
                timeout=BUSY_MS / 1000,
                check_same_thread=False,
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
    try:
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")
    except sqlite3.DatabaseError as error:
        if db.in_transaction:
            db.execute("ROLLBACK")
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
        db.execute("PRAGMA journal_mode=WAL")
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
    """Turn what SQLite says of a sick file or disk into words that name the next step."""
    said = str(error)
    if any(sign in said for sign in ("fts5", "message_index", "vtable constructor", "SQL logic")):
        return Damaged(f"the search index cannot be read ({said}).", "run: chendian reindex")
    if "malformed" in said or "not a database" in said:
        return Damaged(
            f"the database cannot be read ({said}).",
            "run: chendian verify  (then: chendian reindex, or restore a backup)",
        )
    if "disk is full" in said or "disk I/O" in said or "readonly" in said:
        return ArchiveError(
            f"the disk refused a write ({said}); nothing of the last step was kept.",
            "make room or mend the disk, then run the same command again",
        )
    if "unable to open" in said:
        return ArchiveError(
            f"the disk refused to open the database ({said}).",
            "check its folder: may it be read and written? are too many files open?",
        )
    if "locked" in said:
        return ArchiveError(
            f"another program has been writing for {BUSY_MS // 1000} s.", "try again later"
        )
    return error
