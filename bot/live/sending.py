"""Says what is in the outbox, as fast as a platform allows, and notes what became of it."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
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
    TooLate,
)
from archive import bridged, interrupted, outbox
from archive.answering import say_unasked
from archive.bridge_told import DIGEST, LATE
from archive.database import piece
from archive.errors import ArchiveError
from archive.outbox import Parcel
from archive.questions import anonymous
from archive.spares import say_spare
from bot.live import greeting
from bot.live.capture import Capture
from bot.live.copies import Batch, Copies, is_copy, said_in
from bot.live.doubts import doubt_of
from bot.live.linkless import has_links, without_links
from bot.live.logs import said
from bot.live.pacing import Pacing, answering, is_unasked, together
from bot.live.parcels import begin, say
from bot.live.splitting import split
from bot.live.taken import Left, Taken

T = TypeVar("T")

log = logging.getLogger(__name__)

_TRIES = 10
_AT_ONCE = 8
"""Groups and people to which an account speaks at once."""
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
        self._taken = Taken(capture.archive.folder)
        self.copies: Copies | None = None
        """None: there is no bridge, and what waits for one is not said."""

    def wake(self, account: str) -> None:
        """Say that there is something new to say."""
        self._more[account].set()

    async def run(self) -> None:
        """Send until cancelled. What a kill interrupted is not sent again by itself, but where the
        platform can be looked at first."""
        left = await asyncio.to_thread(self._taken.left)
        number = await self._write(lambda db: self._resume(db, left))
        if number:
            log.warning("perhaps not sent %s", said(number=number, do="chendian outbox list"))
        with suppress(OSError):
            await asyncio.to_thread(self._taken.begin)
        try:
            async with asyncio.TaskGroup() as tasks:
                for account, adapter in self._capture.adapters.items():
                    tasks.create_task(self._serve(account, adapter))
        finally:
            self._taken.close()

    def _resume(self, db: sqlite3.Connection, left: Left) -> int:
        """Note what became of what was being sent; return of how many that is not known."""
        for parcel in interrupted.sending(db, left.taken):
            self._sent(db, parcel, left.taken[parcel.id])
        if left.whole:
            interrupted.put_back_followers(db)
        looking = [n for n, one in self._capture.adapters.items() if one.carries.looks]
        brought = (bridged.PURPOSE, DIGEST, LATE) if self.copies is not None else ()
        for purpose in (outbox.DIGEST, *brought):
            interrupted.doubted(db, looking, purpose)
        return interrupted.unsure(db)

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
        batches: list[Batch] = []
        try:
            while some := together(parcels[at:], adapter, pacing):
                async with free:
                    if is_copy(some[0]):
                        batch = await self._begin_copies(adapter, some, batches)
                        done, go_on = await self._send_copies(account, adapter, batch)
                    else:
                        done, go_on = 1, await self._send(account, adapter, some[0])
                at += done
                if not go_on:
                    break
        finally:
            if batches:
                await self._write(lambda db: self._note(db, batches), durably=False)
                self._taken.known(said_in(batches))
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
        if not await self._write(lambda db: begin(db, parcel, more, pace)):
            return True
        doubt = await doubt_of(self._capture.archive, parcel)
        whom = draft.group_key, draft.member_key
        outgoing = Outgoing(text, *whom, draft.reply_to, parcel.id, doubt=doubt)
        done = await self._try(account, adapter, parcel, outgoing)
        if isinstance(done, Sent):
            with suppress(OSError):
                self._taken.note(parcel.id, done)
            await self._write(lambda db: self._sent(db, parcel, done), durably=False)
            self._taken.known([parcel.id])
        return done is not False

    async def _begin_copies(
        self, adapter: Adapter, parcels: list[Parcel], batches: list[Batch]
    ) -> Batch:
        """Begin copies; what became of those begun before is noted in the same transaction."""
        copies, former, batch = self.copies, batches[:], Batch()
        assert copies is not None

        def begin(db: sqlite3.Connection) -> None:
            self._note(db, former)
            batch.begun = copies.begin(db, parcels, adapter)
            batch.left = list(batch.begun.parcels)

        batches.append(batch)
        await self._write(begin)
        self._taken.known(said_in(former))
        del batches[:-1]
        return batch

    async def _send_copies(self, account: str, adapter: Adapter, batch: Batch) -> tuple[int, bool]:
        """Send copies one after another; return how many are dealt with, and whether what follows
        need not wait."""
        go_on = True
        while batch.left and go_on:
            parcel, outgoing = batch.left.pop(0)
            # what is said elsewhere may have addresses that may not be said here
            text = await self._sayable(outgoing.text, adapter.pace)
            outgoing = msgspec.structs.replace(outgoing, text=text)
            done = await self._try(account, adapter, parcel, outgoing)
            if isinstance(done, Sent):
                batch.said.append((parcel, done))
                try:
                    self._taken.note(parcel.id, done)
                except OSError as error:
                    # a kill would leave it in doubt whether the next one was reached
                    log.error("not written down %s", said(why=error.strerror or "a cut line"))
                    go_on = False
            go_on = go_on and done is not False
        return batch.begun.looked_at - len(batch.left), go_on and not batch.begun.held_up

    def _note(self, db: sqlite3.Connection, batches: Sequence[Batch]) -> None:
        for batch in batches:
            for parcel, done in batch.said:
                self._sent(db, parcel, done)
            outbox.put_back(db, [parcel.id for parcel, _ in batch.left])

    async def _try(
        self, account: str, adapter: Adapter, parcel: Parcel, outgoing: Outgoing
    ) -> Sent | bool:
        """Send what was begun; without success, whether what follows need not wait."""
        try:
            with self._capture.lately.saying(account, outgoing.text):
                done = await say(adapter, parcel, outgoing)
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
        outbox.sent(db, parcel.id, done.message_id, spares=not is_copy(parcel))
        if self.copies is not None and is_copy(parcel):
            self.copies.said(db, parcel, done)
        if parcel.draft.purpose == anonymous.PURPOSE:
            # it was said, whatever becomes of the archive: during a reindex nothing is added
            with suppress(ArchiveError), piece(db):
                anonymous.posted(db, parcel.id, done.message_id, int(time.time()))
