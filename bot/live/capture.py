"""Capture: what the platforms hand over, stored before it is acknowledged, projected after."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from adapters.contract import Adapter
from archive.consent import Standing, standing
from archive.database import Archive
from archive.errors import ArchiveError
from archive.inbox import Arrival, Event, Inbox
from archive.keep import Keeper
from archive.prepare import prepare_all
from archive.records import Group
from archive.unite import unite_some
from bot.commands.command import Asked
from bot.config import Config
from bot.live.batching import Batching, Work
from bot.live.logs import said
from bot.live.metrics import Metrics
from bot.live.projecting import Projected, project
from bot.live.writer import Writer

log = logging.getLogger(__name__)

_AT_ONCE = 500
"""Events projected in one transaction."""
_PAUSE = 1.0
"""Seconds before the next try where the disk refuses; twice as long each time."""
_LONGEST_PAUSE = 10.0
_LOOK = 1.0
"""Seconds between two looks whether another process has changed consent."""
_LOOK_AGAIN = 5.0
"""Seconds between two looks for events that another process wants read again."""
_OBEYED_IN = 30.0
"""Seconds for which what comes after a command on consent waits for its effect."""
_REMEMBERED = 20_000
"""Events whose way is timed at once."""

Obey = Callable[[Asked], Awaitable[None]]


class Capture:
    """The inbox, the archive's writer and what lies between them."""

    def __init__(
        self, archive: Archive, inbox: Inbox, writer: Writer, config: Config, metrics: Metrics
    ) -> None:
        self.archive = archive
        self.inbox = inbox
        self.writer = writer
        self.config = config
        self.metrics = metrics
        self.adapters: dict[str, Adapter] = {}
        self.standing = Standing()
        self.more_fetches = asyncio.Event()
        self._obey: Obey | None = None
        self._wake = asyncio.Event()
        self._store: Batching[Arrival, int] = Batching("inbox", self._store_all)
        self._keeper: Keeper | None = None
        self._asked: dict[int, asyncio.Task[None]] = {}
        self._came: dict[str, float] = {}
        """Key of an event → when it was at the door, by the monotonic clock."""
        self._obeyed_keys: dict[str, asyncio.Event] = {}
        """Key of a command somebody waits for → set once it is obeyed."""
        self._failing: set[str] = set()

    async def begin(self, adapters: dict[str, Adapter], obey: Obey) -> None:
        """Take what the configuration approves, and read who agrees to what."""
        self.adapters, self._obey = adapters, obey
        await self.look()

    async def look(self) -> None:
        """Read anew who has agreed, paused and opted out."""
        self.standing = await asyncio.to_thread(self._read_standing)

    def _read_standing(self) -> Standing:
        with self.archive.reading() as db:
            return standing(db)

    async def store(self, arrival: Arrival, decides: str | None = None) -> None:
        """Store events and an offset, together with whatever else has just come in; wait until the
        command of the key `decides`, the last of them, is obeyed.

        Raises ArchiveError when nothing of it was kept.
        """
        self._note_time(arrival)
        if decides is None:
            await self._store.ask(arrival)
            self._wake.set()
            return
        obeyed = self._obeyed_keys.setdefault(decides, asyncio.Event())
        try:
            await self._store.ask(arrival)
            self._wake.set()
            # one that came a second time may have been obeyed long ago
            if await asyncio.to_thread(self._is_pending, decides):
                with suppress(TimeoutError):
                    async with asyncio.timeout(_OBEYED_IN):
                        await obeyed.wait()
        finally:
            self._obeyed_keys.pop(decides, None)

    def _note_time(self, arrival: Arrival) -> None:
        if len(self._came) > _REMEMBERED:
            self._came.clear()  # what came twice is projected once
        self._came |= dict.fromkeys((event.key for event in arrival.events), time.monotonic())

    def _is_pending(self, key: str) -> bool:
        return any(event.key == key for event in self.inbox.pending(-1))

    def _store_all(self, batch: list[Work[Arrival, int]]) -> None:
        self.inbox.store_many([work.asked for work in batch])

    async def run(self) -> None:
        """Project what is stored, until cancelled."""
        watching = asyncio.create_task(self._watch_standing())
        pause = _PAUSE
        try:
            while True:
                if watching.done():
                    watching.result()
                self._wake.clear()
                try:
                    more = await self._project_some()
                except ArchiveError as error:
                    log.error("not kept %s", said(why=error.what))
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, _LONGEST_PAUSE)
                    continue
                pause = _PAUSE
                if not more:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(_LOOK_AGAIN):
                            await self._wake.wait()
        finally:
            watching.cancel()

    async def _watch_standing(self) -> None:
        """See what other processes decide: `chendian` on the command line."""
        seen = -1
        db = await asyncio.to_thread(self.archive.connect_for_writing)
        try:
            while True:
                (version,) = db.execute("PRAGMA data_version").fetchone()
                if version != seen:
                    await self.look()
                seen = version
                await asyncio.sleep(_LOOK)
        finally:
            db.close()

    async def _project_some(self) -> bool:
        """Project one batch; tell whether there was any."""
        limit = _AT_ONCE + len(self._asked)
        pending = await asyncio.to_thread(self.inbox.pending, limit)
        events = [event for event in pending if event.id not in self._asked]
        if not events:
            return False
        parts = await asyncio.to_thread(self._read, events)
        self._count(parts)
        good = [part for part in parts if part.error is None and part.asked is None]
        try:
            await self._keep(good)
        except ArchiveError:
            raise
        except Exception:  # of one event; found by keeping them one by one
            await self._keep_singly(good)
        for part in parts:
            if part.asked is not None:
                self._dispatch(part.event, part.asked)
        return True

    def _read(self, events: Sequence[Event]) -> list[Projected]:
        return [project(self.adapters, event, self.config.media) for event in events]

    def _count(self, parts: Sequence[Projected]) -> None:
        for part in parts:
            if part.error is not None:
                self._fail(part.event, part.error)

    async def _keep(self, parts: Sequence[Projected]) -> None:
        if not parts:
            return
        records = [record for part in parts for record in part.records]
        prepared = await asyncio.to_thread(lambda: list(prepare_all(records)))
        received_at = int(parts[-1].event.received_at)
        await self.writer.run(lambda db: self._keeper_on(db).write(prepared, received_at))
        if any(isinstance(record, Group) and record.aliases for record in records):
            while await self.writer.run(unite_some):
                pass
        fetches = [fetch for part in parts for fetch in part.fetches]
        await asyncio.to_thread(self.inbox.done, [part.event.id for part in parts], fetches)
        now = time.monotonic()
        for part in parts:
            self.metrics.projected.labels(part.event.account).inc()
            came = self._came.pop(part.event.key, None)
            if came is not None:  # else it came to an earlier process
                self.metrics.lag.observe(now - came)
        if fetches:
            self.more_fetches.set()

    async def _keep_singly(self, parts: Sequence[Projected]) -> None:
        for part in parts:
            try:
                await self._keep([part])
            except ArchiveError:
                raise
            except Exception as error:  # this event, whatever is wrong with it
                self._fail(part.event, f"{type(error).__name__} while it was kept")

    def _keeper_on(self, db: sqlite3.Connection) -> Keeper:
        if self._keeper is None:
            self._keeper = Keeper(db, time_zone=self.config.timezone)
            self._keeper.begin_file()
        return self._keeper

    def _fail(self, event: Event, error: str) -> None:
        """Keep an event aside with its error; the first of a kind is an alarm."""
        self.inbox.failed(event.id, error)
        self.metrics.failed.labels(event.account).inc()
        if error not in self._failing:
            self._failing.add(error)
            self.alarm(event.account, f"an event could not be read ({error})",
                       "it is kept; after an update run: chendian inbox retry")  # fmt: skip

    def alarm(self, account: str, what: str, hint: str = "") -> None:
        """Say in the log what only a person can mend."""
        self.metrics.alarms.labels(account).inc()
        log.error("alarm %s", said(account=account, what=what, do=hint))

    def _dispatch(self, event: Event, asked: Asked) -> None:
        assert self._obey is not None
        task = asyncio.create_task(self._obeyed(self._obey, event, asked))
        self._asked[event.id] = task

    async def _obeyed(self, obey: Obey, event: Event, asked: Asked) -> None:
        try:
            await self._once(obey, event, asked)
            self._settled(event)
        except ArchiveError as error:
            log.error("command not done %s", said(account=event.account, why=error.what))
            await asyncio.sleep(_PAUSE)  # it is still pending
        finally:
            del self._asked[event.id]
            self._wake.set()

    async def _once(self, obey: Obey, event: Event, asked: Asked) -> None:
        try:
            await obey(asked)
        except ArchiveError:
            raise
        except Exception as error:  # a command's own fault; it would only fail again
            log.exception("command failed %s", said(account=event.account))
            self._fail(event, f"{type(error).__name__} in command {asked.name[:20]}")
        else:
            await asyncio.to_thread(self.inbox.done, [event.id])

    def _settled(self, event: Event) -> None:
        obeyed = self._obeyed_keys.get(event.key)
        if obeyed is not None:
            obeyed.set()

    async def close(self) -> None:
        """Finish what was handed over; what is not projected yet is so at the next start."""
        for task in list(self._asked.values()):
            task.cancel()
        await self._store.close()
