"""A door over lists, and an account that listens at it through the real gateway."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, TypeVar

from gateway import ROOM, Gateway

from adapters.wechat.adapter import WeChat
from adapters.wechat.listening import Patience
from archive.errors import ArchiveError
from archive.records import AnyRecord, Message

R = TypeVar("R")


class ListDoor:
    """Keeps events once by key, as durably as a list can."""

    def __init__(self, account: WeChat) -> None:
        self.account = account
        self.events: list[bytes] = []
        self.batches: list[int] = []
        """How many events each batch had."""
        self.told: list[str] = []
        """connected, lost and alarm, in order, with their words."""
        self.hints: list[str] = []
        self.heard_times = 0
        self.refusals = 0
        """So many batches are refused before one is taken."""
        self.archived = [f"wechat:{ROOM}"]
        self._keys: set[str] = set()

    async def take(self, events: Sequence[bytes], *, offset: str | None = None) -> None:
        await asyncio.sleep(0)
        if self.refusals:
            self.refusals -= 1
            raise ArchiveError("the disk is full.", "make room")
        for raw in events:
            key = self.account.envelope(raw).key
            if key not in self._keys:
                self._keys.add(key)
                self.events.append(raw)
        self.batches.append(len(events))

    async def offset(self) -> str | None:
        return None

    async def groups(self) -> list[str]:
        return self.archived

    async def newest(self, group_key: str) -> list[tuple[str, int]]:
        return []

    async def complete(self, group_key: str, since: int, until: int) -> None:
        raise AssertionError("WeChat never knows that a span is whole")

    def connected(self) -> None:
        self.told.append("connected")

    def heard(self) -> None:
        self.heard_times += 1

    def lost(self, why: str, *, held: bool = False) -> None:
        assert not held, "WeChat keeps nothing for us"
        self.told.append(f"lost: {why}")

    def alarm(self, what: str, hint: str = "") -> None:
        self.told.append(f"alarm: {what}")
        self.hints.append(hint)

    @property
    def records(self) -> list[AnyRecord]:
        """What all events taken mean, in order."""
        return [record for raw in self.events for record in self.account.records(raw)]

    def all(self, kind: type[R]) -> list[R]:
        """Return the records of one kind, in order."""
        return [record for record in self.records if isinstance(record, kind)]

    @property
    def messages(self) -> list[Message]:
        """The messages and rows taken, in order."""
        return self.all(Message)

    def alarms(self) -> list[str]:
        """Return what the operator was told."""
        return [line for line in self.told if line.startswith("alarm")]


def account(gateway: Gateway, patience: Patience | None = None) -> WeChat:
    """Make the account of a gateway."""
    return WeChat("127.0.0.1", gateway.port, gateway.token, "wx", patience)


@contextlib.asynccontextmanager
async def listening(gateway: Gateway, patience: Patience | None = None) -> AsyncIterator[ListDoor]:
    """Listen until the block ends, from when events flow."""
    made = account(gateway, patience)
    door = ListDoor(made)
    task = asyncio.create_task(made.listen(door))
    try:
        await until(lambda: "connected" in door.told or task.done())
        yield door
        if task.done():
            task.result()
    finally:
        await stop(task)
        await made.close()


async def stop(task: asyncio.Task[None]) -> None:
    """End listening as a stop of the program does."""
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def until(true: Callable[[], Any], seconds: float = 60) -> float:
    """Wait for something; return after how many seconds it was true."""
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < seconds, "it did not happen in time"
        await asyncio.sleep(0.005)
    return time.monotonic() - begun


def raw_event(number: int = 2, payload: Any = None, **told: Any) -> bytes:
    """Write a raw event as the adapter composes it, for the pure half."""
    event = {"type": number, "payload": {"messageId": "m1"} if payload is None else payload}
    return json.dumps(
        {"event": event, "at": 1_764_000_100_000, "self": "wxid_bot", **told}
    ).encode()


def raw_message(kind: int, text: str = "", **told: Any) -> bytes:
    """Write a raw message of a type number in the usual room, said by 林一舟."""
    message = {
        "id": "m1", "type": kind, "text": text, "timestamp": 1_764_000_000_000,
        "from_id": "wxid_lin", "room_id": "20000000001@chatroom", **told.pop("message", {}),
    }  # fmt: skip
    usual = {
        "contacts": {"wxid_lin": {"name": "林一舟"}},
        "room": {"topic": "运营人一群", "owner": "wxid_lin"},
    }
    return raw_event(message=message, **{**usual, **told})
