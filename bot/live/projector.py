"""Two threads that bring what the inbox holds into the archive, whatever the loop is busy with."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TypeVar

from adapters.contract import Adapter
from archive.errors import ArchiveError
from archive.inbox import Event, Fetch, Inbox
from archive.keep import Keeper
from archive.prepare import prepare_all
from archive.records import Group
from archive.unite import unite_some
from bot.commands.command import Asked
from bot.config import Config
from bot.live.logs import said
from bot.live.projecting import Projected, project
from bot.live.writer import Writer

log = logging.getLogger(__name__)

_AT_ONCE = 500
"""Events projected in one transaction."""
_PAUSE, _LONGEST_PAUSE = 1.0, 10.0
"""Seconds before the next try where the disk refuses."""
_LOOK_AGAIN = 5.0
"""Seconds between two looks whether another process lets events be tried again."""
_NOTE_EVERY = 0.25
"""Seconds after which it is noted that events are done."""
_MOST_UNNOTED = 500
"""Above it there is no waiting for more."""
_MOST_WAITING = 5_000
"""Events held here on their way; what comes then is read from the inbox in its turn."""

Done = tuple[list[int], list[Fetch]]


class Projector:
    """Projects events as soon as they are stored; each goes to the archive, or is a command.

    Between an event's commit in the inbox and its commit in the archive lie only this thread and
    the writer's. That it is done is noted later, of many at once, when it is certainly on the disk.
    """

    def __init__(
        self,
        inbox: Inbox,
        writer: Writer,
        config: Config,
        *,
        command: Callable[[Event, Asked], None],
        kept: Callable[[Sequence[Projected]], None],
        failed: Callable[[Event, str], None],
        fetches: Callable[[], None],
    ) -> None:
        self._inbox, self._writer, self._config = inbox, writer, config
        self._command, self._kept, self._failed = command, kept, failed
        self._more_fetches = fetches
        self.adapters: Mapping[str, Adapter] = {}
        self.greet: Callable[[sqlite3.Connection, Sequence[Projected]], None] | None = None
        """Called where events are kept, in their transaction."""
        self.cross: Callable[[sqlite3.Connection, Sequence[Projected]], None] | None = None
        """The same, for the bridge."""
        self._keeper: Keeper | None = None
        self.storing = threading.Lock()
        """Held around storing and `take`, so that no look into the inbox falls between them."""
        self._waiting: SimpleQueue[Event] = SimpleQueue()
        self._behind = True
        """Whether there is more in the inbox than waits here."""
        self._looked = 0.0
        self._under_way: set[int] = set()
        """Events that are pending in the inbox, and not to be read from it again."""
        self._unnoted: SimpleQueue[Done] = SimpleQueue()
        self._some, self._any_done = threading.Event(), threading.Event()
        self._stop = threading.Event()

    def take(self, events: Sequence[Event] | None) -> None:
        """Take what was stored just now; None: it is to be read from the inbox."""
        if events is None or self._behind or self._waiting.qsize() > _MOST_WAITING:
            self._behind = True
        else:
            self._under_way.update(event.id for event in events)
            for event in events:
                self._waiting.put(event)
        self._some.set()

    def finished(self, id: int) -> None:
        """Say that a command is done with: obeyed, or to be given again."""
        self._under_way.discard(id)
        self._look_again()

    async def caught_up(self, seconds: float = 5.0) -> None:
        """Wait until what is in the inbox now is noted as done, but no longer than that."""
        waited_for = await asyncio.to_thread(self._pending_ids)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not waited_for.isdisjoint(await asyncio.to_thread(self._pending_ids)):
                    await asyncio.sleep(_NOTE_EVERY / 2)

    def _pending_ids(self) -> set[int]:
        return {event.id for event in self._inbox.pending(_MOST_WAITING)}

    async def run(self) -> None:
        """Project until cancelled; raises what ended a thread."""
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[None] = loop.create_future()
        self._stop.clear()

        def guarded(does: Callable[[], None]) -> None:
            try:
                does()
            except BaseException as error:  # raised again where it is waited for
                with suppress(RuntimeError):
                    loop.call_soon_threadsafe(_end, ended, error)

        threads = [
            threading.Thread(target=guarded, args=(does,), name=name, daemon=True)
            for name, does in (("projector", self._serve), ("noting", self._note))
        ]
        for thread in threads:
            thread.start()
        try:
            await ended
        finally:
            self._stop.set()
            self._some.set()
            self._any_done.set()
            for thread in threads:
                await asyncio.to_thread(thread.join)

    def _serve(self) -> None:
        pause = _PAUSE
        while not self._stop.is_set():
            self._some.clear()
            events: list[Event] = []
            try:
                while (events := self._next()) and not self._stop.is_set():
                    self._bring(events)
                    pause = _PAUSE
            except ArchiveError as error:
                log.error("not kept %s", said(why=error.what))
                self._put_back(events)
                self._stop.wait(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
                continue
            self._some.wait(_LOOK_AGAIN)

    def _next(self) -> list[Event]:
        """Return the events to project now, in the order in which they came."""
        events = _emptied(self._waiting, _AT_ONCE)
        now = time.monotonic()
        if events or not (self._behind or now - self._looked > _LOOK_AGAIN):
            return events
        self._behind, self._looked = False, now
        # one that ends while we read is done, though we read it as pending
        under_way = set(self._under_way)
        limit = _AT_ONCE + len(under_way)
        with self.storing:
            pending = self._inbox.pending(limit)
            # and what was stored since then waits here already
            under_way |= self._under_way
            events = [event for event in pending if event.id not in under_way]
            self._under_way.update(event.id for event in events)
        if len(pending) == limit:
            self._behind = True
        return events

    def _put_back(self, events: Sequence[Event]) -> None:
        """Let these be read from the inbox again, and those behind them after them."""
        self._behind = True
        self._under_way.difference_update(event.id for event in [*events, *_emptied(self._waiting)])

    def _look_again(self) -> None:
        self._behind = True
        self._some.set()

    def _bring(self, events: Sequence[Event]) -> None:
        parts = [project(self.adapters, event, self._config.media) for event in events]
        for part in parts:
            if part.error is not None:
                self._fail(part.event, part.error)
        good = [part for part in parts if part.error is None and part.asked is None]
        try:
            self._keep(good)
        except ArchiveError:
            raise
        except Exception:  # of one event; found by keeping them one by one
            self._keep_singly(good)
        for part in parts:
            if part.asked is not None:
                self._command(part.event, part.asked)

    def _fail(self, event: Event, error: str) -> None:
        self._failed(event, error)
        self._under_way.discard(event.id)

    def _keep(self, parts: Sequence[Projected]) -> None:
        if not parts:
            return
        records = [record for part in parts for record in part.records]
        prepared = list(prepare_all(records))
        received_at = int(parts[-1].event.received_at)

        def write(db: sqlite3.Connection) -> None:
            self._keeper_on(db).write(prepared, received_at)
            for does in (self.greet, self.cross):
                if does is not None:
                    does(db, parts)

        self._writer.do(write)
        if any(isinstance(record, Group) and record.aliases for record in records):
            while self._writer.do(unite_some):
                pass
        ids = [part.event.id for part in parts]
        self._unnoted.put((ids, [fetch for part in parts for fetch in part.fetches]))
        self._any_done.set()
        self._kept(parts)

    def _keep_singly(self, parts: Sequence[Projected]) -> None:
        for part in parts:
            try:
                self._keep([part])
            except ArchiveError:
                raise
            except Exception as error:  # this event, whatever is wrong with it
                self._fail(part.event, f"{type(error).__name__} while it was kept")

    def _keeper_on(self, db: sqlite3.Connection) -> Keeper:
        if self._keeper is None:
            self._keeper = Keeper(db, time_zone=self._config.timezone)
            self._keeper.begin_file()
        return self._keeper

    def _note(self) -> None:
        """Note what is done, once it is certain to stay so; what cannot be noted is done again."""
        while not self._stop.is_set() or not self._unnoted.empty():
            self._any_done.wait()
            self._any_done.clear()
            if len(self._under_way) < _MOST_UNNOTED:
                self._stop.wait(_NOTE_EVERY)
            done = _emptied(self._unnoted)
            ids = [id for some, _ in done for id in some]
            fetches = [fetch for _, some in done for fetch in some]
            try:
                self._writer.make_durable()
                self._inbox.done(ids, fetches)
                if fetches:
                    self._more_fetches()
            except (ArchiveError, OSError) as error:
                log.error("not noted %s", said(why=getattr(error, "what", type(error).__name__)))
                self._stop.wait(_PAUSE)
                self._behind = True
            self._under_way.difference_update(ids)


T = TypeVar("T")


def _emptied(queue: SimpleQueue[T], most: int = 1_000_000) -> list[T]:
    found: list[T] = []
    with suppress(Empty):
        while len(found) < most:
            found.append(queue.get_nowait())
    return found


def _end(ended: asyncio.Future[None], error: BaseException) -> None:
    if not ended.done():
        ended.set_exception(error)
