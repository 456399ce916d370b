"""Keeps the book of connections: what an account heard, so that gaps are known."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress

from archive import connections as book
from archive.errors import ArchiveError
from bot.live.capture import Capture
from bot.live.logs import said

log = logging.getLogger(__name__)

_Note = Callable[[sqlite3.Connection], object]

_EVERY = 10.0
"""Seconds between two notes that an account still hears."""
_BEHIND = 2
"""Seconds by which storing may be behind hearing: a kill takes what lies between."""
_STOPPED = "stopped"
"""Why a connection ended that the operator ended."""


class Connections:
    """Notes connections in the archive without keeping an adapter waiting."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._open: dict[str, float] = {}
        """Account → when it was last heard."""
        self._groups: dict[str, set[str]] = defaultdict(set)
        self._notes: asyncio.Queue[_Note] = asyncio.Queue()

    def connected(self, account: str, platform: str) -> None:
        """Note that an account hears what is said from now on."""
        now = time.time()
        if account in self._open:
            self._open[account] = now
            return
        self._open[account] = now
        self._capture.metrics.connected.labels(account).set(1)
        log.info("connected %s", said(account=account))
        held, whole = self._holds(account), int(now) + 1  # this second was heard in part
        self._notes.put_nowait(lambda db: book.opened(db, account, platform, whole, held=held))

    def heard(self, account: str) -> None:
        """Note that an account is still connected."""
        if account in self._open:
            self._open[account] = time.time()
            self._capture.metrics.heard.labels(account).set(self._open[account])

    def lost(self, account: str, why: str, held: bool) -> None:
        """Note that an account hears nothing any more."""
        last = self._open.pop(account, None)
        if last is None:
            return
        self._capture.metrics.connected.labels(account).set(0)
        level = logging.INFO if why == _STOPPED else logging.WARNING
        log.log(level, "lost %s", said(account=account, why=why))
        whole = int(last) - 1  # of the last second only a part was heard
        self._notes.put_nowait(lambda db: book.closed(db, account, whole, why, held))

    def in_group(self, account: str, group_key: str) -> None:
        """Note that an account hears what is said in a group."""
        self._groups[account].add(group_key)

    def is_open(self, account: str) -> bool:
        """Tell whether an account hears what is said."""
        return account in self._open

    async def run(self) -> None:
        """Write what is noted, and from time to time what it means for the groups' coverage."""
        while True:
            note: _Note | None = None
            with suppress(TimeoutError):
                async with asyncio.timeout(_EVERY):
                    note = await self._notes.get()
            # one that is missing would make the next ones tell of a connection that was not
            while note is not None and not await self._write(note):
                await asyncio.sleep(_EVERY)
            await self._write(self._settling())

    async def close(self) -> None:
        """Note the end of all connections that are still open."""
        for account in list(self._open):
            self.lost(account, _STOPPED, held=self._holds(account))
        while not self._notes.empty():
            await self._write(self._notes.get_nowait())
        await self._write(self._settling())

    def _holds(self, account: str) -> bool:
        adapter = self._capture.adapters.get(account)
        return adapter is not None and "held" in adapter.abilities

    async def _write(self, note: _Note) -> bool:
        try:
            await self._capture.writer.run(note)
        except ArchiveError as error:
            log.error("connection not noted %s", said(why=error.what))
            return False
        return True

    def _settling(self) -> _Note:
        # it is written in another thread, while accounts come and go in this one
        still_open = dict(self._open)
        return lambda db: self._settle(db, still_open)

    def _settle(self, db: sqlite3.Connection, still_open: dict[str, float]) -> None:
        for account, last in still_open.items():
            book.heard(db, account, int(last) - _BEHIND)
        archived = self._capture.standing.archiving
        for account, adapter in self._capture.adapters.items():
            start = f"{adapter.platform}:"
            alone = sum(a.platform == adapter.platform for a in self._capture.adapters.values()) < 2
            groups = {key for key in archived if key.startswith(start)}
            book.settle_spans(db, account, groups if alone else groups & self._groups[account])
