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
from bot.commands.command import Asked
from bot.config import Config
from bot.live.batching import Batching, Work
from bot.live.greeting import Greeting
from bot.live.lately import Lately
from bot.live.logs import said
from bot.live.metrics import Metrics
from bot.live.projecting import Projected
from bot.live.projector import Projector
from bot.live.writer import Writer

log = logging.getLogger(__name__)

_PAUSE = 1.0
"""Seconds before a command is tried again where the disk refuses."""
_LOOK = 1.0
"""Seconds between two looks whether another process has changed consent."""
_OBEYED_IN = 30.0
"""Seconds for which what comes after a command on consent waits for its effect."""
_REMEMBERED = 20_000
"""Events whose way is timed at once."""

Obey = Callable[[Asked], Awaitable[None]]
Cross = Callable[[sqlite3.Connection, Sequence[Projected]], None]


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
        self.lately = Lately()
        self.more_fetches = asyncio.Event()
        self.overhear: Callable[[Sequence[Projected]], None] | None = None
        """Called with what is in the archive now, by the thread that brings it there."""
        self.crossed: Callable[[], None] | None = None
        """Called by the same thread, once what crosses the bridge is noted."""
        self._obey: Obey | None = None
        self._loop = asyncio.get_running_loop()
        self._store: Batching[Arrival, int] = Batching("inbox", self._store_all)
        self._projector = Projector(
            inbox, writer, config, command=self._hear, kept=self._note_kept, failed=self._fail,
            fetches=lambda: self._in_loop(self.more_fetches.set),
        )  # fmt: skip
        self._asked: dict[int, asyncio.Task[None]] = {}
        self._came: dict[str, float] = {}
        """Key of an event → when it was at the door, by the monotonic clock."""
        self._obeyed_keys: dict[str, asyncio.Event] = {}
        """Key of a command somebody waits for → set once it is obeyed."""
        self._failing: set[str] = set()

    async def begin(self, adapters: dict[str, Adapter], obey: Obey) -> None:
        """Take what the configuration approves, and read who agrees to what."""
        self.adapters, self._obey = adapters, obey
        self._projector.adapters = adapters
        self._projector.greet = Greeting(self.config, adapters).greet
        await self.look()

    def let_cross(self, cross: Cross) -> None:
        """Call this where events are kept, in their transaction."""
        self._projector.cross = cross

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
            return
        obeyed = self._obeyed_keys.setdefault(decides, asyncio.Event())
        try:
            await self._store.ask(arrival)
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
        self.writer.check()
        arrivals = [work.asked for work in batch]
        with self._projector.storing:
            ids = self.inbox.store_many(arrivals)
            self._projector.take(_events(arrivals, ids))

    async def run(self) -> None:
        """Project what is stored, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._watch_standing())
            tasks.create_task(self._projector.run())

    async def caught_up(self) -> None:
        """Wait until what has come so far is in the archive; some seconds at most."""
        await self._projector.caught_up()

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

    def _note_kept(self, parts: Sequence[Projected]) -> None:
        now = time.monotonic()
        for part in parts:
            self.metrics.projected.labels(part.event.account).inc()
            came = self._came.pop(part.event.key, None)
            if came is not None:  # else it came to an earlier process
                self.metrics.lag.observe(now - came)
        if self.overhear is not None:
            self.overhear(parts)
        if self.crossed is not None:
            self.crossed()

    def _hear(self, event: Event, asked: Asked) -> None:
        self._in_loop(self._dispatch, event, asked)

    def _in_loop(self, does: Callable[..., object], *what: object) -> None:
        with suppress(RuntimeError):  # the loop may be gone when a process is told to stop
            self._loop.call_soon_threadsafe(does, *what)

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
        if event.id not in self._asked:
            self._asked[event.id] = asyncio.create_task(self._obeyed(self._obey, event, asked))

    async def _obeyed(self, obey: Obey, event: Event, asked: Asked) -> None:
        try:
            await self._once(obey, event, asked)
            self._settled(event)
        except ArchiveError as error:
            log.error("command not done %s", said(account=event.account, why=error.what))
            await asyncio.sleep(_PAUSE)  # it is still pending
        finally:
            del self._asked[event.id]
            self._projector.finished(event.id)

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


def _events(arrivals: Sequence[Arrival], ids: Sequence[int]) -> list[Event] | None:
    """Return what was stored as it stands in the inbox; None where some was there before."""
    now = int(time.time())
    incoming = [(arrival.account, event) for arrival in arrivals for event in arrival.events]
    if len(incoming) != len(ids):
        return None
    return [
        Event(id, account, new.key, new.group_key, new.form, new.body, 0, now)
        for id, (account, new) in zip(ids, incoming, strict=True)
    ]
