"""A door over lists, and a bot that listens at it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from bot_api import FakeBotApi

from adapters.contract import Adapter
from adapters.telegram import make
from archive.errors import ArchiveError


class ListDoor:
    """Keeps events with their offset, as durable as a list is."""

    def __init__(self, offset: str | None = None) -> None:
        self.events: list[bytes] = []
        self.batches: list[tuple[int, str | None]] = []
        """How many events each accepted batch had, and its offset."""
        self.kept = offset
        self.told: list[tuple[str, Any]] = []
        """connected, lost and alarm, in order."""
        self.heard_times = 0
        self.refusals = 0
        """So many batches are refused before one is taken."""
        self.refused: list[tuple[int, str | None]] = []
        self.delay = 0.0

    async def take(self, events: Sequence[bytes], *, offset: str | None = None) -> None:
        await asyncio.sleep(self.delay)
        if self.refusals:
            self.refusals -= 1
            self.refused.append((len(events), offset))
            raise ArchiveError("the disk is full.", "make room")
        self.events += events
        self.batches.append((len(events), offset))
        self.kept = offset

    async def offset(self) -> str | None:
        return self.kept

    async def groups(self) -> list[str]:
        return []

    async def newest(self, group_key: str) -> list[tuple[str, int]]:
        return []

    async def complete(self, group_key: str, since: int, until: int) -> None:
        raise AssertionError("a bot never knows that a span is whole")

    def connected(self) -> None:
        self.told.append(("connected", None))

    def heard(self) -> None:
        self.heard_times += 1

    def lost(self, why: str, *, held: bool = False) -> None:
        self.told.append(("lost", held))

    def alarm(self, what: str, hint: str = "") -> None:
        self.told.append(("alarm", what))

    def said(self, kind: str) -> list[Any]:
        """Return what was told of one kind."""
        return [what for name, what in self.told if name == kind]

    @property
    def texts(self) -> list[str]:
        """The words of the messages taken, in order."""
        return [text_of(raw) for raw in self.events]


def text_of(raw: bytes) -> str:
    update = json.loads(raw)
    (body,) = (part for name, part in update.items() if name != "update_id")
    return str(body.get("text", ""))


def bot_for(fake: FakeBotApi, **options: Any) -> Adapter:
    """Make the adapter of a fake's bot."""
    return make({"token": fake.token, "api_url": fake.url, "poll_seconds": 2} | options, "tg")


@contextlib.asynccontextmanager
async def listening(adapter: Adapter, door: ListDoor) -> AsyncIterator[None]:
    """Let a bot listen, and end it as a stop of the program would."""
    task = asyncio.create_task(adapter.listen(door))
    try:
        yield
        if task.done():
            task.result()
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await adapter.close()


async def until(true: Callable[[], Any], seconds: float = 60) -> float:
    """Wait for something; return after how many seconds it was true."""
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < seconds, "it did not happen in time"
        await asyncio.sleep(0.005)
    return time.monotonic() - begun
