"""The one thread that writes to the archive: many pieces of work in one transaction."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar, cast

from archive.checkpoints import copy_log
from archive.database import Archive, piece, transaction
from archive.turns import Turns
from bot.live.batching import Batching, Work

T = TypeVar("T")
_COPY_EVERY = 0.5
"""Seconds."""
_LOG_PAGES = 4096
"""Length of the log at which a commit copies the little that is left, so that it begins anew: where
messages come without a pause it would grow without end."""
Piece = Callable[[sqlite3.Connection], Any]


class Writer:
    """Runs pieces of work in order; each waits for the commit it is part of.

    A piece that raises is undone alone. A transaction that cannot be committed fails all of its
    pieces with ArchiveError, and nothing of them was kept.
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._turns = Turns(archive.folder)
        self._db: sqlite3.Connection | None = None
        self._pieces: Batching[tuple[Piece, bool], Any] = Batching("writer", self._commit)

    async def run(self, does: Callable[[sqlite3.Connection], T]) -> T:
        """Run a piece of work and wait until it is committed; return what it returned."""
        return cast("T", await self._pieces.ask((does, True)))

    def do(self, does: Callable[[sqlite3.Connection], T]) -> T:
        """Run it from another thread, which waits. A power cut may undo it until `make_durable`."""
        return cast("T", self._pieces.put((does, False)).result())

    def make_durable(self) -> None:
        """Return once everything that was done is on the disk. Raises OSError."""
        log = os.open(self._archive.path.with_name(f"{self._archive.path.name}-wal"), os.O_RDWR)
        try:
            os.fsync(log)
        finally:
            os.close(log)

    async def copy_log(self) -> None:
        """Move what was written from the log into the file, beside all else, until cancelled."""
        db = await asyncio.to_thread(self._archive.connect_for_writing)
        try:
            while True:
                await asyncio.to_thread(copy_log, db)
                await asyncio.sleep(_COPY_EVERY)
        finally:
            db.close()

    async def close(self) -> None:
        """Finish what was asked for."""
        await self._pieces.close()
        if self._db is not None:
            self._db.close()

    def _commit(self, batch: list[Work[tuple[Piece, bool], Any]]) -> None:
        if self._db is None:
            self._db = self._archive.connect_for_writing()
            self._db.execute(f"PRAGMA wal_autocheckpoint={_LOG_PAGES}")
        durable = any(work.asked[1] for work in batch)
        self._db.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
        with self._turns.live(), transaction(self._db):
            for work in batch:
                _attempt(self._db, work)


def _attempt(db: sqlite3.Connection, work: Work[tuple[Piece, bool], Any]) -> None:
    try:
        with piece(db):
            work.result = work.asked[0](db)
    except sqlite3.OperationalError:
        raise  # the disk or a lock: not the fault of this piece
    except Exception as error:  # handed to whoever asked
        work.error = error
