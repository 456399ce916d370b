"""The one thread that writes to the archive: many pieces of work in one transaction."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from typing import Any, TypeVar, cast

from archive.checkpoints import Log
from archive.database import Archive, piece, transaction
from archive.errors import ArchiveError
from archive.turns import Turns
from bot.live.batching import Batching, Work

T = TypeVar("T")
_COPY_EVERY, _LOOK_EVERY = 0.25, 1.0
"""Seconds, while much is written and otherwise."""
Piece = Callable[[sqlite3.Connection], Any]


class Writer:
    """Runs pieces of work in order; each waits for the commit it is part of.

    A piece that raises is undone alone. A transaction that cannot be committed fails all of its
    pieces with ArchiveError, and nothing of them was kept.
    """

    def __init__(self, archive: Archive, check: Callable[[], None] | None = None) -> None:
        self._archive = archive
        self.check = check or (lambda: None)
        """Raises ArchiveError where this process may write and speak no more."""
        self._turns = Turns(archive.folder)
        self._db: sqlite3.Connection | None = None
        self._log = Log(archive.path)
        self._pieces: Batching[Piece, Any] = Batching("writer", self._commit)
        # nobody else waits for the disk: beside an import a flush takes up to a second
        self._flushes: Batching[None, None] = Batching("flushing", self._flush)

    async def run(self, does: Callable[[sqlite3.Connection], T]) -> T:
        """Run a piece of work and wait until it is on the disk; return what it returned."""
        result = await self._pieces.ask(does)
        await self._flushes.ask(None)
        return cast("T", result)

    async def soon(self, does: Callable[[sqlite3.Connection], T]) -> T:
        """Run a piece of work and wait for its commit, which a power cut may undo."""
        return cast("T", await self._pieces.ask(does))

    def do(self, does: Callable[[sqlite3.Connection], T]) -> T:
        """Run it from another thread, which waits. A power cut may undo it until `make_durable`."""
        return cast("T", self._pieces.put(does).result())

    def make_durable(self) -> None:
        """Return once everything that was done is on the disk. Raises OSError."""
        self._log.flush()

    async def copy_log(self) -> None:
        """Move what was written from the log into the file, beside all else, until cancelled."""
        stop = threading.Event()
        work = asyncio.ensure_future(asyncio.to_thread(self._copy_log_until, stop))
        try:
            await asyncio.shield(work)
        finally:
            # a connection that is closed while a thread uses it takes the process down
            stop.set()
            await asyncio.wait([work])

    def _copy_log_until(self, stop: threading.Event) -> None:
        with closing(self._archive.connect_for_writing()) as db:
            while not stop.is_set():
                busy = self._log.copy(db, self._turns.live)
                stop.wait(_COPY_EVERY if busy else _LOOK_EVERY)

    async def close(self) -> None:
        """Finish what was asked for."""
        await self._pieces.close()
        await self._flushes.close()
        if self._db is not None:
            self._db.close()

    def _flush(self, batch: list[Work[None, None]]) -> None:
        try:
            self.make_durable()
        except OSError as error:
            raise ArchiveError(
                f"the archive could not be flushed to the disk ({error.strerror}).",
                "check the disk",
            ) from error

    def _commit(self, batch: list[Work[Piece, Any]]) -> None:
        self.check()
        if self._db is None:
            self._db = self._archive.connect_for_writing()
            self._log.leave_to_copier(self._db)
        with self._turns.live(), transaction(self._db):
            for work in batch:
                _attempt(self._db, work)


def _attempt(db: sqlite3.Connection, work: Work[Piece, Any]) -> None:
    try:
        with piece(db):
            work.result = work.asked(db)
    except sqlite3.OperationalError:
        raise  # the disk or a lock: not the fault of this piece
    except Exception as error:  # handed to whoever asked
        work.error = error
