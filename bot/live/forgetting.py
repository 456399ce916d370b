"""Finishes what `/forget` and `/optout` began: raw events, files, all of a person, the disk."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress

from archive import outbox
from archive.errors import ArchiveError
from archive.forget import Forgotten, forget_member, settle
from bot.live.capture import Capture
from bot.live.logs import said

log = logging.getLogger(__name__)

_AT_ONCE = 20
"""Messages of a person erased in one transaction, so that what comes in need not wait."""
_AGAIN = 30.0
"""Seconds before the disk is tried again."""


class Forgetting:
    """Works in the background; what a kill leaves undone is done at the next start."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._leaving: set[str] = set()
        self._more = asyncio.Event()

    async def after(self, done: Forgotten | None, leaving: str | None) -> None:
        """Erase the raw events at once; the rest follows."""
        if done is None and leaving is None:
            return
        # an answer may have quoted it
        await self._capture.writer.run(lambda db: outbox.expire(db, int(time.time()), 0))
        if done is not None:
            await self._erase_raw(done)
        if leaving is not None:
            self._leaving.add(leaving)
        self._more.set()

    async def run(self) -> None:
        """Finish what is asked for, and what was left undone, until cancelled."""
        self._leaving |= self._capture.standing.opted_out
        unsettled = True
        while True:
            self._more.clear()
            try:
                while self._leaving:
                    member = next(iter(self._leaving))
                    await self._forget_all(member)
                    self._leaving.discard(member)
                    unsettled = True
                if unsettled:
                    # what is erased as soon as it is done must be so before
                    await self._capture.caught_up()
                    unsettled = not await self._settle()
            except ArchiveError as error:
                log.error("not forgotten yet %s", said(why=error.what))
            with suppress(TimeoutError):
                async with asyncio.timeout(_AGAIN if unsettled else None):
                    await self._more.wait()
                    unsettled = True

    async def _forget_all(self, member: str) -> None:
        place: int | None = None
        while True:
            after = place
            done = await self._capture.writer.run(
                lambda db: forget_member(db, member, "opt out", limit=_AT_ONCE, after=after)  # noqa: B023
            )
            await self._erase_raw(done)
            place = done.next
            if place is None:
                return

    async def _erase_raw(self, done: Forgotten) -> None:
        inbox = self._capture.inbox
        for group_key, ids in done.names.items():
            await asyncio.to_thread(inbox.erase, group_key, ids, done.senders)
        for member in done.members:
            await asyncio.to_thread(inbox.erase_member, member)

    async def _settle(self) -> bool:
        return await asyncio.to_thread(settle, self._capture.archive)
