"""Fetches the files of messages in the background: at once, bounded, again after a pause."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from contextlib import suppress

from adapters.contract import AdapterError, TooFast, Unavailable
from archive import media
from archive.errors import ArchiveError
from archive.inbox import FetchJob
from archive.media import Stored
from bot.live.capture import Capture
from bot.live.logs import said

log = logging.getLogger(__name__)

_AT_ONCE = 4
_SECONDS = 600
"""After which a file that still comes is given up for this time."""
_LOOK = 5.0
"""Seconds between two looks for files whose pause is over."""
_LONGEST_PAUSE = 6 * 3600
_REFUSED = 5.0
"""Seconds before the next try where the disk refuses."""


class _TooLarge(Exception):
    """A file turned out larger than wanted."""


class Fetching:
    """Fetches what the inbox says is to be fetched."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._free = asyncio.Semaphore(_AT_ONCE)
        self._under_way: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Fetch until cancelled."""
        inbox, more = self._capture.inbox, self._capture.more_fetches
        try:
            while True:
                more.clear()
                limit = 20 + len(self._under_way)
                jobs = await asyncio.to_thread(inbox.due_fetches, int(time.time()), limit)
                for job in jobs:
                    if job.id not in self._under_way:
                        await self._free.acquire()
                        self._under_way[job.id] = asyncio.create_task(self._one(job))
                if not jobs or len(self._under_way) >= len(jobs):
                    with suppress(TimeoutError):
                        async with asyncio.timeout(_LOOK):
                            await more.wait()
        finally:
            for task in self._under_way.values():
                task.cancel()

    async def _one(self, job: FetchJob) -> None:
        try:
            await self._try(job)
        except (ArchiveError, OSError) as error:
            # our own disk refuses: that is no fault of the file, and it is not asked for meanwhile
            why = getattr(error, "what", None) or str(error.args[-1:])
            log.error("file not stored %s", said(account=job.fetch.account, why=why))
            await asyncio.sleep(_REFUSED)
        finally:
            self._under_way.pop(job.id, None)
            self._free.release()
            self._capture.more_fetches.set()

    async def _try(self, job: FetchJob) -> None:
        try:
            await self._fetch(job)
        except (_TooLarge, Unavailable) as error:
            what = error.what if isinstance(error, Unavailable) else str(error)
            await self._failed(job, what, again=False)
        except TimeoutError:
            await self._failed(job, f"not there within {_SECONDS} s")
        except AdapterError as error:
            pause = error.seconds if isinstance(error, TooFast) else None
            await self._failed(job, error.what, pause=pause)
        except (ArchiveError, OSError):
            raise
        except Exception as error:  # this file, whatever is wrong with it
            await self._failed(job, type(error).__name__)

    async def _fetch(self, job: FetchJob) -> None:
        adapter = self._capture.adapters.get(job.fetch.account)
        if adapter is None or "media" not in adapter.abilities:
            raise Unavailable("no account can fetch it")
        largest = self._capture.config.media.largest_mb * 1_000_000
        with self._capture.archive.media.taking() as copy:
            async with asyncio.timeout(_SECONDS):
                async for chunk in adapter.fetch(job.fetch.source):
                    if copy.size + len(chunk) > largest:
                        raise _TooLarge(f"larger than {self._capture.config.media.largest_mb} MB")
                    copy.write(chunk)
            if job.fetch.size and copy.size != job.fetch.size:
                raise AdapterError(f"{copy.size} bytes came, {job.fetch.size} were said")
            if not copy.size:
                raise AdapterError("nothing came")
            stored = await asyncio.to_thread(copy.finish)
        await self._filled(job, stored)

    async def _filled(self, job: FetchJob, stored: Stored) -> None:
        fetch = job.fetch
        key = f"{fetch.group_key}:{fetch.message_id}"

        def fill(db: sqlite3.Connection) -> bool:
            filled = media.fill(db, key, fetch.position, stored)
            return filled or not media.unused(db, stored.sha256)

        if not await self._capture.writer.run(fill):
            # it was forgotten meanwhile
            await asyncio.to_thread(self._capture.archive.media.drop, [stored.sha256])
        await asyncio.to_thread(self._capture.inbox.fetched, job.id)
        self._capture.metrics.media.labels(fetch.account, "fetched").inc()

    async def _failed(
        self, job: FetchJob, why: str, *, again: bool = True, pause: float | None = None
    ) -> None:
        fetch, tries = job.fetch, job.tries + 1
        final = not again or tries >= self._capture.config.media.tries
        wait = pause if pause is not None else min(5 * 4**job.tries, _LONGEST_PAUSE)
        at = None if final else int(time.time() + wait)
        await asyncio.to_thread(self._capture.inbox.fetch_failed, job.id, why, at)
        if not final:
            return
        key = f"{fetch.group_key}:{fetch.message_id}"
        try:
            await self._capture.writer.run(lambda db: media.give_up(db, key, fetch.position, why))
        except ArchiveError as error:
            log.info("loss not noted %s", said(account=fetch.account, why=error.what))
        self._capture.metrics.media.labels(fetch.account, "given up").inc()
