"""The way of live frames to the door: in order, many at once, held until the door has them."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from adapters.contract import AdapterError, Door
from adapters.qq_onebot import keys
from adapters.qq_onebot.envelope import MESSAGES
from adapters.qq_onebot.link import Head, Link
from adapters.qq_onebot.lookups import looked_up, needs_asking, without_strangers_words
from adapters.qq_onebot.memory import Memory
from adapters.qq_onebot.raw import Read, read, with_known
from archive.errors import ArchiveError

log = logging.getLogger(__name__)

MOST_AT_ONCE = 1000
"""Events in one `door.take`."""
_MOST_HELD = 50_000
_MOST_BYTES = 64 << 20
"""What may wait for the door before the gateway is made to wait."""
_MOST_LOOKUPS = 200
_LONGEST_PAUSE = 3.0
_STANDING_SECONDS = 0.5
_LAST_WORDS_SECONDS = 5.0


class Intake:
    """Takes frames from whatever connection there is and hands them over."""

    def __init__(self, door: Door, memory: Memory) -> None:
        self._door = door
        self._memory = memory
        self._held: list[bytes] = []
        self._queued = self._taken = 0
        self._bytes = 0
        self._some = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self.gate = asyncio.Event()
        """Closed until it is known what was archived before this connection."""
        self._lookups: set[asyncio.Task[None]] = set()
        self._archived: frozenset[str] = frozenset()
        self._archived_at = float("-inf")
        self.last_message = time.monotonic()
        """When a message of any group came last."""
        self.marked: dict[str, dict[str, int]] = {}
        """Group key → short id of what was just marked as essence → when; whoever compares takes
        them: nobody may say that a mark was taken away again."""

    async def frame(self, link: Link, frame: bytes, head: Head) -> None:
        """Queue one event; what must be asked about first is queued once it is answered."""
        try:
            told = read(frame)
        except AdapterError:
            self._queue(frame)  # the door puts it into quarantine and counts it
            await self._room.wait()
            return
        group = keys.group_key(told.event)
        told = Read(told.event, self._memory.beside(told))
        self._memory.learn(told.event)
        if head.post_type in MESSAGES and group is not None:
            self.last_message = time.monotonic()
            self._memory.hand(keys.platform_id(group), keys.message_id(told.event))
        self._note_mark(group, told.event)
        if needs_asking(told, live=True) and (
            _is_for_us(told.event) or await self.is_archived(group)
        ):
            if len(self._lookups) < _MOST_LOOKUPS:
                task = asyncio.create_task(self._ask_first(link, frame, told))
                self._lookups.add(task)
                task.add_done_callback(self._lookups.discard)
                return
            log.warning("onebot: too many lookups, going on without")
        self._queue(with_known(*without_strangers_words(frame, told.event, told.known)))
        await self._room.wait()

    def _note_mark(self, group: str | None, event: dict[str, Any]) -> None:
        if group is None or event.get("notice_type") != "essence":
            return
        name = keys.short_name(event.get("message_id"))
        if name is not None and event.get("sub_type") == "add":
            self.marked.setdefault(group, {})[name] = keys.seconds(event.get("time")) or 0

    async def _ask_first(self, link: Link, frame: bytes, told: Read) -> None:
        event = with_known(*without_strangers_words(frame, told.event, told.known))
        try:
            event = await looked_up(link, self._memory, frame, told)
        finally:
            self._queue(event)

    def _queue(self, event: bytes) -> None:
        self._held.append(event)
        self._queued += 1
        self._bytes += len(event)
        self._some.set()
        if len(self._held) >= _MOST_HELD or self._bytes >= _MOST_BYTES:
            self._room.clear()

    async def deliver(self) -> None:
        """Hand over what is queued, for ever; what the door could not keep is offered again."""
        while True:
            await self._some.wait()
            await self.gate.wait()
            batch = self._held[:MOST_AT_ONCE]
            await self.hand_over(batch)
            del self._held[: len(batch)]
            self._taken += len(batch)
            self._bytes -= sum(map(len, batch))
            self._room.set()
            if not self._held:
                self._some.clear()

    async def hand_over(self, events: Sequence[bytes], *, offset: str | None = None) -> None:
        """Give events to the door until it has them."""
        pause = 0.1
        while True:
            try:
                await self._door.take(events, offset=offset)
                return
            except ArchiveError as error:
                log.error("onebot: events=%d not kept: %s", len(events), error.what)
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)

    async def settle(self) -> None:
        """Wait until the door has every event that has come so far."""
        if self._lookups:
            await asyncio.wait(set(self._lookups))
        so_far = self._queued
        while self._taken < so_far:
            await asyncio.sleep(0.01)

    async def finish(self) -> None:
        """Hand over what is still here, before the process ends."""
        if self._lookups:
            await asyncio.wait(self._lookups, timeout=_LAST_WORDS_SECONDS / 2)
        for task in list(self._lookups):
            task.cancel()
        await asyncio.sleep(0)
        with suppress(ArchiveError, TimeoutError):
            async with asyncio.timeout(_LAST_WORDS_SECONDS):
                while self._held:
                    batch = self._held[:MOST_AT_ONCE]
                    await self._door.take(batch)
                    del self._held[: len(batch)]

    async def archived(self) -> frozenset[str]:
        """Return the keys of the groups that are archived, asked at most twice a second."""
        if time.monotonic() - self._archived_at > _STANDING_SECONDS:
            self._archived = frozenset(await self._door.groups())
            self._archived_at = time.monotonic()
        return self._archived

    async def is_archived(self, group_key: str | None) -> bool:
        """Tell whether a group is archived; nothing is asked about any other."""
        return group_key is not None and group_key in await self.archived()


def _is_for_us(event: dict[str, Any]) -> bool:
    """Tell what somebody says to the bot alone."""
    return event.get("post_type") == "message" and event.get("message_type") == "private"
