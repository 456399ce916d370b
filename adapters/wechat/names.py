"""What the gateway said of people and rooms, remembered for a while so that it is asked once."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

from adapters.contract import AdapterError
from adapters.wechat.gateway import Gateway

Told = dict[str, Any]
PERSON, ROOM, UNKNOWN, LIST = 3600.0, 60.0, 30.0, 3600.0
"""Seconds a person, a room, a failure to answer and a list of members are remembered. A room is
short: who owns it decides what its commands may do."""
MOST = 20_000
AT_ONCE = 16
"""Members asked for at the same time."""


class Remembered:
    """Answers by key; many who ask at once wait for one question."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._known: dict[tuple[str, ...], tuple[float, Told]] = {}
        self._asked: dict[tuple[str, ...], asyncio.Task[Told]] = {}

    async def get(self, key: tuple[str, ...], ask: Callable[[], Awaitable[Told]]) -> Told:
        """Return what is known, or ask; empty where the gateway does not know."""
        until, told = self._known.get(key, (0.0, {}))
        if until > time.monotonic():
            return told
        task = self._asked.get(key)
        if task is None:
            task = self._asked[key] = asyncio.create_task(self._ask(key, ask))
            task.add_done_callback(lambda _: self._asked.pop(key, None))
        return await asyncio.shield(task)

    def forget(self, part: str) -> None:
        """Forget every answer about this id."""
        for key in [key for key in self._known if part in key]:
            del self._known[key]

    async def _ask(self, key: tuple[str, ...], ask: Callable[[], Awaitable[Told]]) -> Told:
        seconds = self._seconds
        try:
            told = await ask()
        except AdapterError:
            told, seconds = {}, UNKNOWN
        self._known.pop(key, None)
        self._known[key] = (time.monotonic() + seconds, told)
        if len(self._known) > MOST:
            del self._known[next(iter(self._known))]
        return told


class Names:
    """The people and rooms of one account."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._people = Remembered(PERSON)
        self._members = Remembered(PERSON)
        self._rooms = Remembered(ROOM)
        self._called: dict[str, tuple[float, dict[str, list[str]]]] = {}

    async def room(self, room_id: str) -> Told:
        """Return `topic`, `owner`, `admins`, as far as they are known."""
        return await self._rooms.get((room_id,), lambda: self._gateway.room(room_id))

    async def person(self, contact_id: str, room_id: str | None) -> Told:
        """Return `name`, and `alias` in a room, as far as they are known."""
        told = await self._people.get((contact_id,), lambda: self._gateway.contact(contact_id))
        if room_id is None:
            return told
        there = await self._members.get(
            (room_id, contact_id), lambda: self._gateway.member(room_id, contact_id)
        )
        return {**there, **told}

    async def called(self, names: list[str], room_id: str) -> dict[str, list[str]]:
        """Return the ids of whom a room calls by these names; who is not found is left out."""
        until, index = self._called.get(room_id, (0.0, {}))
        missing = any(name not in index for name in names)
        if until < time.monotonic() + (LIST - UNKNOWN if missing else 0):
            index = await self._listed(room_id)
            self._called[room_id] = (time.monotonic() + LIST, index)
        return {name: index[name] for name in names if name in index}

    def forget(self, some_id: str) -> None:
        """Forget what is known of a person or room, for it has changed."""
        for remembered in (self._people, self._members, self._rooms):
            remembered.forget(some_id)

    async def _listed(self, room_id: str) -> dict[str, list[str]]:
        index: dict[str, list[str]] = defaultdict(list)
        try:
            ids = await self._gateway.members(room_id)
        except AdapterError:
            return index
        turns = asyncio.Semaphore(AT_ONCE)

        async def one(contact_id: str) -> None:
            async with turns:
                told = await self.person(contact_id, room_id)
            for name in {told.get("alias", ""), told.get("name", "")} - {""}:
                index[name].append(contact_id)

        await asyncio.gather(*map(one, ids))
        return index
