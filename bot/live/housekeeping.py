"""What must be done from time to time: erase what is old, count what is missing."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time

from archive import handled, outbox
from archive.coverage import count_gaps
from archive.errors import ArchiveError
from archive.logins import expire_logins
from archive.sessions import expire_sessions
from bot.live.capture import Capture
from bot.live.logs import said

log = logging.getLogger(__name__)

_EVERY = 3600.0
_COUNT_EVERY = 15.0
_HANDLED_DAYS = 60


class Housekeeping:
    """The small jobs of a running archive."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture

    async def run(self) -> None:
        """Work until cancelled."""
        last = 0.0
        while True:
            try:
                if time.monotonic() - last > _EVERY or not last:
                    last = time.monotonic()
                    await self._expire()
                await asyncio.to_thread(self._count)
            except ArchiveError as error:
                log.error("job not done %s", said(why=error.what))
            await asyncio.sleep(_COUNT_EVERY)

    async def _expire(self) -> None:
        now = int(time.time())
        inbox, days = self._capture.inbox, self._capture.config.capture.keep_raw_days
        gone = await asyncio.to_thread(inbox.expire, now, days)

        def old(db: sqlite3.Connection) -> None:
            outbox.expire(db, now)
            handled.expire(db, now - _HANDLED_DAYS * 86_400)
            expire_logins(db, now)
            expire_sessions(db, now)

        await self._capture.writer.run(old)
        await asyncio.to_thread(self._capture.archive.media.drop_unfinished)
        log.info("expired %s", said(events=gone))

    def _count(self) -> None:
        metrics, counts = self._capture.metrics, self._capture.inbox.counts()
        metrics.waiting.set(counts["pending"])
        metrics.missing.set(counts["missing"])
        metrics.duplicates.set(counts["duplicates"])
        metrics.quarantined.set(counts["quarantined"])
        with self._capture.archive.reading() as db:
            metrics.gaps.set(count_gaps(db))
