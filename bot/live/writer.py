"""The one thread that writes to the archive: many pieces of work in one transaction."""

from __future__ import annotations

import asyncio
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
        self._pieces: Batching[Piece, Any] = Batching("writer", self._commit)

    async def run(self, does: Callable[[sqlite3.Connection], T]) -> T:
        """Run a piece of work and wait until it is committed; return what it returned."""
        return cast("T", await self._pieces.ask(does))

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

    def _commit(self, batch: list[Work[Piece, Any]]) -> None:
        if self._db is None:
            # durable, for what is marked as done in the inbox must never be missing here
            self._db = self._archive.connect_for_writing(durable=True, copies_log=False)
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
