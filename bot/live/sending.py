"""Says what is in the outbox, as fast as a platform allows, and notes what became of it."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from functools import partial
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
    TooLate,
)
from archive import bridged, outbox
from archive.answering import say_unasked
from archive.bridge_told import DIGEST, LATE
from archive.database import piece
from archive.errors import ArchiveError
from archive.outbox import Parcel
from archive.questions import anonymous
from archive.spares import say_spare
from bot.live import greeting
from bot.live.capture import Capture
from bot.live.copies import Copies, is_copy
from bot.live.linkless import has_links, without_links
from bot.live.logs import said
from bot.live.pacing import Pacing, answering, is_unasked
from bot.live.splitting import split

T = TypeVar("T")

log = logging.getLogger(__name__)

_TRIES = 10
_AT_ONCE = 8
"""Groups and people to which an account speaks at once."""
_COPIES_AT_ONCE = 8
"""Noted in one transaction."""
_OF_ONE_PLACE = 100
"""Messages looked up at once."""
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
        self.copies: Copies | None = None
        """None: there is no bridge, and what waits for one is not said."""

    def wake(self, account: str) -> None:
        """Say that there is something new to say."""
        self._more[account].set()

    async def run(self) -> None:
        """Send until cancelled. What a kill interrupted is not sent again by itself, but where the
        platform can be looked at first."""
        adapters = self._capture.adapters
        if self.copies is not None:
            looking = [name for name, one in adapters.items() if one.carries.looks]
            for what in (bridged.PURPOSE, DIGEST, LATE):
                await self._write(partial(outbox.doubted, accounts=looking, purpose=what))
        number = await self._write(outbox.unsure)
        if number:
            log.warning("perhaps not sent %s", said(number=number, do="chendian outbox list"))
        async with asyncio.TaskGroup() as tasks:
            for account, adapter in adapters.items():
                tasks.create_task(self._serve(account, adapter))

    async def _serve(self, account: str, adapter: Adapter) -> None:
        pacing, pace = Pacing(adapter.pace), adapter.pace
        free = asyncio.Semaphore(_AT_ONCE)
        while True:
            self._more[account].clear()
            lanes: dict[str | None, list[Parcel]] = defaultdict(list)
            for parcel in await asyncio.to_thread(self._due, account, pace):
                lanes[parcel.draft.group_key or parcel.draft.member_key].append(parcel)
            progress = await asyncio.gather(
                *(self._lane(account, adapter, lane, pacing, free) for lane in lanes.values())
            )
            if not any(progress):
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK):
                        await self._more[account].wait()

    async def _lane(
        self, account: str, adapter: Adapter, parcels: list[Parcel], pacing: Pacing,
        free: asyncio.Semaphore,
    ) -> bool:  # fmt: skip
        """Send what is for one group or person, in order; tell whether there was anything to do."""
        at = 0
        while some := _together(parcels[at:], adapter, pacing):
            async with free:
                if is_copy(some[0]):
                    done, go_on = await self._send_copies(account, adapter, some)
                else:
                    done, go_on = 1, await self._send(account, adapter, some[0])
            at += done
            if not go_on:
                break
        return at > 0

    def _due(self, account: str, pace: Pace) -> list[Parcel]:
        now = int(time.time())
        with self._capture.archive.reading() as db:
            due = outbox.due(db, account, now, limit=_OF_ONE_PLACE)
            if self.copies is None:
                due = [parcel for parcel in due if not is_copy(parcel)]
            return [answering(db, account, parcel, pace, now) for parcel in due]

    async def _send(self, account: str, adapter: Adapter, parcel: Parcel) -> bool:
        """Send one; False where what follows in the same group must wait."""
        draft, pace = parcel.draft, adapter.pace
        if is_unasked(parcel, pace) and pace.unasked_each_minute == 0:
            await self._give_up(account, parcel, Forbidden("the bot answers only."))
            return True
        text, *more = split(await self._sayable(draft.text, pace), pace) or [""]
        if not await self._write(lambda db: _begin(db, parcel, more, pace)):
            return True
        outgoing = Outgoing(text, draft.group_key, draft.member_key, draft.reply_to, parcel.id)
        done = await self._try(account, adapter, parcel, outgoing)
        if isinstance(done, Sent):
            await self._write(lambda db: self._sent(db, parcel, done), durably=False)
        return done is not False

    async def _send_copies(
        self, account: str, adapter: Adapter, parcels: list[Parcel]
    ) -> tuple[int, bool]:
        """Send copies that are noted together; return how many are dealt with, and whether what
        follows need not wait."""
        copies = self.copies
        assert copies is not None
        begun = await self._write(lambda db: copies.begin(db, parcels, adapter))
        said: list[tuple[Parcel, Sent]] = []
        left = list(begun.parcels)
        go_on = True
        while left and go_on:
            parcel, outgoing = left.pop(0)
            if adapter.pace.links is not None:
                # what is said elsewhere may have addresses that may not be said here
                text = await self._sayable(outgoing.text, adapter.pace)
                outgoing = msgspec.structs.replace(outgoing, text=text)
            done = await self._try(account, adapter, parcel, outgoing)
            go_on = done is not False
            if isinstance(done, Sent):
                said.append((parcel, done))

        def note(db: sqlite3.Connection) -> None:
            for parcel, done in said:
                self._sent(db, parcel, done)
            outbox.put_back(db, [parcel.id for parcel, _ in left])

        await self._write(note, durably=False)
        return begun.looked_at - len(left), go_on and not begun.held_up

    async def _try(
        self, account: str, adapter: Adapter, parcel: Parcel, outgoing: Outgoing
    ) -> Sent | bool:
        """Send what was begun; without success, whether what follows need not wait."""
        try:
            done = await _say(adapter, parcel, outgoing)
        except TooLate:
            # who asked has waited long enough: it is said on its own
            await self._write(lambda db: say_unasked(db, parcel.id))
            return False
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
        self._capture.metrics.sent.labels(account).inc()
        return done

    async def _sayable(self, text: str, pace: Pace) -> str:
        """Return a text without the links that may not be said there."""
        allowed = pace.links
        if allowed is None or not has_links(text, allowed):
            return text
        base_url = self._capture.config.web.base_url
        return await self._write(lambda db: without_links(db, text, allowed, base_url))

    async def _later(self, parcel: Parcel, error: AdapterError, pause: float) -> None:
        at = int(time.time() + max(1.0, pause))
        await self._write(lambda db: outbox.later(db, parcel.id, at, error.what))

    async def _give_up(self, account: str, parcel: Parcel, error: AdapterError) -> None:
        await self._write(lambda db: self._gave_up(db, parcel, error))
        self._capture.metrics.send_failures.labels(account).inc()
        log.error("not sent %s", said(account=account, purpose=parcel.draft.purpose,
                                      group=parcel.draft.group_key, why=error.what))  # fmt: skip
        self.wake(account)

    async def _write(self, does: Callable[[sqlite3.Connection], T], durably: bool = True) -> T:
        """Write, however long the disk refuses; meanwhile nothing is said."""
        writer, pause = self._capture.writer, 1.0
        while True:
            try:
                return await (writer.run(does) if durably else writer.soon(does))
            except ArchiveError as error:
                log.error("outbox not written %s", said(why=error.what))
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_REFUSAL)

    def _gave_up(self, db: sqlite3.Connection, parcel: Parcel, error: AdapterError) -> None:
        """Give up; what a person may not be told alone is said in the group instead."""
        draft = parcel.draft
        outbox.give_up(db, parcel.id, error.what)
        if self.copies is not None and is_copy(parcel):
            self.copies.gave_up(db, parcel, error)
        if isinstance(error, Forbidden):
            say_spare(db, draft.unique, int(time.time()), _ONCE_IN)
        if draft.purpose == greeting.PURPOSE and draft.group_key is None:
            greeting.say_in_group(db, draft)

    def _sent(self, db: sqlite3.Connection, parcel: Parcel, done: Sent) -> None:
        """Note that the platform took it; a question asked for somebody is a message, too."""
        outbox.sent(db, parcel.id, done.message_id)
        if self.copies is not None and is_copy(parcel):
            self.copies.said(db, parcel, done)
        if parcel.draft.purpose == anonymous.PURPOSE:
            # it was said, whatever becomes of the archive: during a reindex nothing is added
            with suppress(ArchiveError), piece(db):
                anonymous.posted(db, parcel.id, done.message_id, int(time.time()))


def _together(parcels: list[Parcel], adapter: Adapter, pacing: Pacing) -> list[Parcel]:
    """Return what may be said next: one, or several copies where a kill in between does no harm,
    for the platform can be looked at."""
    some: list[Parcel] = []
    for parcel in parcels:
        several = is_copy(parcel) and adapter.carries.looks
        if some and not (several and is_copy(some[0])):
            break
        place = parcel.draft.group_key or parcel.draft.member_key
        if not pacing.may(place, unasked=is_unasked(parcel, adapter.pace)):
            break
        some.append(parcel)
        if len(some) >= _COPIES_AT_ONCE:
            break
    return some


def _begin(db: sqlite3.Connection, parcel: Parcel, more: list[str], pace: Pace) -> bool:
    """Begin to send, having noted what does not fit as messages of their own."""
    if not outbox.begin(db, parcel.id):
        return False  # what it shows was forgotten meanwhile, perhaps
    # where answers are counted, every part of one is one
    reply_to = parcel.draft.reply_to if pace.answers is not None else None
    for number, text in enumerate(more, 2):
        part = msgspec.structs.replace(
            parcel.draft, text=text, reply_to=reply_to, unique=f"{parcel.id}#part{number}"
        )
        outbox.put(db, part)
    return True


async def _say(adapter: Adapter, parcel: Parcel, outgoing: Outgoing) -> Sent:
    draft = parcel.draft
    if draft.essence is not None and draft.group_key is not None:
        if "essence" in adapter.abilities:
            await adapter.mark_essence(draft.group_key, *draft.essence)
        return Sent()
    return await adapter.send(outgoing)
