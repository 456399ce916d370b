"""A door over a list for OneBot accounts, and an adapter that listens at it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from onebot import OneBotPeer

from adapters.contract import Envelope
from adapters.qq_onebot import make
from adapters.qq_onebot.adapter import OneBot
from archive.errors import ArchiveError
from archive.records import AnyRecord, Message

GROUP = 700
KEY = f"qq:{GROUP}"


class ListDoor:
    """Keeps events by their key, as a door does; as durable as a list is."""

    def __init__(self, *groups: str) -> None:
        self.archived = list(groups)
        self.adapter: OneBot | None = None
        self.events: list[bytes] = []
        self.keys: set[str] = set()
        self.quarantine: list[bytes] = []
        self.duplicates = 0
        self.batches: list[int] = []
        self.kept: str | None = None
        self.spans: list[tuple[str, int, int]] = []
        self.told: list[tuple[str, str]] = []
        """connected, lost and alarm, in order."""
        self.heard_times = 0
        self.refusals = 0
        """So many batches are refused before one is taken."""
        self.delay = 0.0

    async def take(self, events: Sequence[bytes], *, offset: str | None = None) -> None:
        await asyncio.sleep(self.delay)
        if self.refusals:
            self.refusals -= 1
            raise ArchiveError("the disk is full.", "make room")
        for raw in events:
            self._keep(raw)
        self.batches.append(len(events))
        self.kept = offset if offset is not None else self.kept

    def _keep(self, raw: bytes) -> None:
        assert self.adapter is not None
        try:
            envelope = self.adapter.envelope(raw)
        except Exception:
            self.quarantine.append(raw)
            return
        if envelope.group_key is None and not envelope.private:
            self.quarantine.append(raw)
        elif envelope.key in self.keys:
            self.duplicates += 1
        else:
            self.keys.add(envelope.key)
            self.events.append(raw)

    async def offset(self) -> str | None:
        return self.kept

    async def groups(self) -> list[str]:
        return list(self.archived)

    async def newest(self, group_key: str) -> list[tuple[str, int]]:
        found = [(m.id or "", m.sent_at or 0) for m in self.messages(group_key)]
        return sorted(found, key=lambda pair: pair[1], reverse=True)[:50]

    async def complete(self, group_key: str, since: int, until: int) -> None:
        self.spans.append((group_key, since, until))

    def connected(self) -> None:
        self.told.append(("connected", ""))

    def heard(self) -> None:
        self.heard_times += 1

    def lost(self, why: str, *, held: bool = False) -> None:
        self.told.append(("lost", why))

    def alarm(self, what: str, hint: str = "") -> None:
        self.told.append(("alarm", what))

    def said(self, kind: str) -> list[str]:
        """Return what was told of one kind."""
        return [what for name, what in self.told if name == kind]

    def envelopes(self) -> list[Envelope]:
        """Return the envelopes of what was taken, in order."""
        assert self.adapter is not None
        return [self.adapter.envelope(raw) for raw in self.events]

    def records(self, group_key: str = KEY) -> list[AnyRecord]:
        """Return the records of a group, in the order in which their events came."""
        assert self.adapter is not None
        made = (self.adapter.records(raw) for raw in self.events)
        return [r for rs in made for r in rs if getattr(r, "group_key", group_key) == group_key]

    def of(self, kind: type[Any], group_key: str = KEY) -> list[Any]:
        """Return the records of one kind."""
        return [record for record in self.records(group_key) if isinstance(record, kind)]

    def messages(self, group_key: str = KEY) -> list[Message]:
        """Return what people said in a group."""
        return [m for m in self.of(Message, group_key) if m.kind != "service"]

    def texts(self, group_key: str = KEY) -> list[str]:
        """Return the words of what people said in a group."""
        return [m.text for m in self.messages(group_key)]


def account(**options: Any) -> OneBot:
    """Make an adapter whose pauses are short enough for a test."""
    return make({"history_minutes": 0.005, "essence_minutes": 0.005, **options}, "qq")


@contextlib.asynccontextmanager
async def listening(adapter: OneBot, door: ListDoor) -> AsyncIterator[None]:
    """Let an adapter listen, and end it as a stop of the program would."""
    door.adapter = adapter
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


def raw(event: dict[str, Any], **known: Any) -> bytes:
    """Write an event as a frame, with what was looked up beside it."""
    return json.dumps({"event": event, "with": known} if known else event).encode()


@contextlib.asynccontextmanager
async def connected(
    app: str = "napcat", *groups: str, **options: Any
) -> AsyncIterator[tuple[OneBotPeer, ListDoor, OneBot]]:
    """Let an account listen to a gateway of its own, and wait until events flow."""
    peer = OneBotPeer(app, token="secret")
    peer.world.group(GROUP)
    door = ListDoor(*(groups or (KEY,)))
    url = await peer.start()
    adapter = account(url=url, access_token="secret", **options)
    try:
        async with listening(adapter, door):
            await until(lambda: door.said("connected"))
            yield peer, door, adapter
    finally:
        await peer.stop()
