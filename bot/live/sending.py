"""Says what is in the outbox, as fast as a platform allows, and notes what became of it."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import msgspec

from adapters.contract import (
    Adapter,
    AdapterError,
    Forbidden,
    LoginExpired,
    NotReachable,
    Outgoing,
    Pace,
    Sent,
    TooFast,
)
from archive import outbox
from archive.database import piece
from archive.errors import ArchiveError
from archive.outbox import Draft, Parcel
from archive.questions import anonymous
from bot.live import greeting
from bot.live.capture import Capture
from bot.live.logs import said
from bot.live.splitting import split

T = TypeVar("T")

log = logging.getLogger(__name__)

_TRIES = 10
_LONGEST_PAUSE = 300
"""Seconds between two tries at most."""
_LOOK = 1.0
"""Seconds between two looks into an outbox that nobody said to be filled."""
_ONCE_IN = 600
"""Seconds in which a person is told once to write to the bot first."""
_LONGEST_REFUSAL = 10.0
"""Seconds between two tries to write while the disk refuses."""


class Sending:
    """The outbox of every account."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._more: dict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def wake(self, account: str) -> None:
        """Say that there is something new to say."""
        self._more[account].set()

    async def run(self) -> None:
        """Send until cancelled. What a kill interrupted is not sent again by itself."""
        number = await self._write(outbox.unsure)
        if number:
            log.warning("perhaps not sent %s", said(number=number, do="chendian outbox list"))
        async with asyncio.TaskGroup() as tasks:
            for account, adapter in self._capture.adapters.items():
                tasks.create_task(self._serve(account, adapter))

    async def _serve(self, account: str, adapter: Adapter) -> None:
        pacing = Pacing(adapter.pace)
        while True:
            self._more[account].clear()
            parcels = await asyncio.to_thread(self._due, account)
            held_up: set[str | None] = set()
            progress = False
            for parcel in parcels:
                place = parcel.draft.group_key or parcel.draft.member_key
                if place in held_up or not pacing.may(place):
                    held_up.add(place)  # in a group the order is kept
                    continue
                progress = True
                if not await self._send(account, adapter, parcel):
                    held_up.add(place)
            if not progress:
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK):
                        await self._more[account].wait()

    def _due(self, account: str) -> list[Parcel]:
        with self._capture.archive.reading() as db:
            return outbox.due(db, account, int(time.time()), limit=100)

    async def _send(self, account: str, adapter: Adapter, parcel: Parcel) -> bool:
        """Send one; False where what follows in the same group must wait."""
        draft = parcel.draft
        text, *more = split(draft.text, adapter.pace) or [""]
        if not await self._write(lambda db: _begin(db, parcel, more)):
            return True
        try:
            done = await _say(adapter, draft, text)
        except (LoginExpired, TooFast) as error:
            pause = error.seconds if isinstance(error, TooFast) else _LONGEST_PAUSE
            await self._later(parcel, error, pause)
            if isinstance(error, LoginExpired):
                self._capture.alarm(account, error.what, error.hint)
            return False
        except AdapterError as error:
            # only what certainly was not sent is sent again
            if not isinstance(error, NotReachable) or parcel.tries + 1 >= _TRIES:
                await self._give_up(account, parcel, error)
                return True
            await self._later(parcel, error, min(2**parcel.tries, _LONGEST_PAUSE))
            return False
        await self._write(lambda db: _sent(db, parcel, done.message_id))
        self._capture.metrics.sent.labels(account).inc()
        return True

    async def _later(self, parcel: Parcel, error: AdapterError, pause: float) -> None:
        at = int(time.time() + max(1.0, pause))
        await self._write(lambda db: outbox.later(db, parcel.id, at, error.what))

    async def _give_up(self, account: str, parcel: Parcel, error: AdapterError) -> None:
        await self._write(lambda db: _gave_up(db, parcel, error))
        self._capture.metrics.send_failures.labels(account).inc()
        log.error("not sent %s", said(account=account, purpose=parcel.draft.purpose,
                                      group=parcel.draft.group_key, why=error.what))  # fmt: skip
        self.wake(account)

    async def _write(self, does: Callable[[sqlite3.Connection], T]) -> T:
        """Write, however long the disk refuses; meanwhile nothing is said."""
        pause = 1.0
        while True:
            try:
                return await self._capture.writer.run(does)
            except ArchiveError as error:
                log.error("outbox not written %s", said(why=error.what))
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_REFUSAL)


def _begin(db: sqlite3.Connection, parcel: Parcel, more: list[str]) -> bool:
    """Begin to send, having noted what does not fit as messages of their own."""
    if not outbox.begin(db, parcel.id):
        return False  # what it shows was forgotten meanwhile, perhaps
    for number, text in enumerate(more, 2):
        part = msgspec.structs.replace(
            parcel.draft, text=text, reply_to=None, unique=f"{parcel.id}#part{number}"
        )
        outbox.put(db, part)
    return True


def _gave_up(db: sqlite3.Connection, parcel: Parcel, error: AdapterError) -> None:
    """Give up; what a person may not be told alone, or how to be, is said in the group instead."""
    draft = parcel.draft
    outbox.give_up(db, parcel.id, error.what)
    if isinstance(error, Forbidden):
        outbox.say_spare(db, draft.unique, int(time.time()), _ONCE_IN)
    if draft.purpose == greeting.PURPOSE and draft.group_key is None:
        greeting.say_in_group(db, draft)


def _sent(db: sqlite3.Connection, parcel: Parcel, message_id: str | None) -> None:
    """Note that the platform took it; a question the bot asks for somebody is a message, too."""
    outbox.sent(db, parcel.id, message_id)
    if parcel.draft.purpose == anonymous.PURPOSE:
        # it was said, whatever becomes of the archive: during a reindex nothing is added
        with suppress(ArchiveError), piece(db):
            anonymous.posted(db, parcel.id, message_id, int(time.time()))


async def _say(adapter: Adapter, draft: Draft, text: str) -> Sent:
    if draft.essence is not None and draft.group_key is not None:
        if "essence" in adapter.abilities:
            await adapter.mark_essence(draft.group_key, *draft.essence)
        return Sent()
    return await adapter.send(Outgoing(text, draft.group_key, draft.member_key, draft.reply_to))


class Pacing:
    """Counts what was said, so that a platform need not refuse."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._all = (float(max(1.0, pace.each_second)), time.monotonic())
        self._places: dict[str | None, tuple[float, float]] = {}

    def may(self, place: str | None) -> bool:
        """Tell whether one more may be said there now, and count it."""
        now = time.monotonic()
        each_second, each_minute = self._pace.each_second, self._pace.each_minute
        every = _filled(self._all, each_second, max(1.0, each_second), now)
        here = self._places.get(place, (each_minute, now))
        here = _filled(here, each_minute / 60, each_minute, now)
        if every[0] < 1 or here[0] < 1:
            self._all, self._places[place] = every, here
            return False
        self._all = (every[0] - 1, now)
        self._places[place] = (here[0] - 1, now)
        return True


def _filled(
    level: tuple[float, float], each_second: float, most: float, now: float
) -> tuple[float, float]:
    return min(most, level[0] + (now - level[1]) * each_second), now
