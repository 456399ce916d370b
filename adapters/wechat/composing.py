"""Makes one raw event of what the gateway names by ids only: fetches the rest, writes it down."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec

from adapters.contract import AdapterError, LoginExpired, NotReachable
from adapters.wechat.content import content, people_in
from adapters.wechat.event import MESSAGE, identities, identity, read, written
from adapters.wechat.gateway import Gateway
from adapters.wechat.names import Names
from adapters.wechat.state import State

AT_ONCE = 32
"""Events composed at the same time; their order stays."""
AGAIN = (0.2, 0.8, 2.0)
"""Seconds between attempts to fetch a message that the gateway does not know yet."""
AWAY = 30.0
"""Seconds to wait for a gateway that went away in between."""
_ACTORS = ("inviterId", "removerId", "changerId")
_LISTS = ("inviteeIdList", "removeeIdList")


Archived = Callable[[], Awaitable[list[str]]]
"""Tells the keys of the groups that are archived now."""


class Heard(msgspec.Struct, frozen=True):
    """An event as the gateway gives it."""

    number: int
    payload: dict[str, Any]
    at: float


class Composer:
    """Composes raw events, in order."""

    def __init__(self, gateway: Gateway, names: Names, state: State, archived: Archived) -> None:
        self._gateway, self._names, self._state = gateway, names, state
        self._archived = archived
        # by the type number of the message
        self._extras = {
            3: gateway.card, 8: gateway.location, 9: gateway.mini_program, 14: gateway.link,
        }  # fmt: skip
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def compose(self, events: Sequence[Heard]) -> list[bytes]:
        """Compose events; what cannot be fetched is left out of the raw event, not the event."""
        return list(await asyncio.gather(*map(self._one, events)))

    async def _one(self, heard: Heard) -> bytes:
        async with self._turns:
            return written(await self._told(heard))

    async def _told(self, heard: Heard) -> dict[str, Any]:
        told: dict[str, Any] = {
            "event": {"type": heard.number, "payload": heard.payload},
            "at": int(heard.at * 1000),
            "self": self._state.self_id,
        }
        message_id = identity(heard.payload.get("messageId"))
        if message_id is not None:
            message = await self._patiently(lambda: self._gateway.message(message_id))
            if message is None:
                return told
            told["message"] = message
            told["extra"] = await self._extra(message, message_id)
        await self._who_and_where(told, heard)
        return told

    async def _who_and_where(self, told: dict[str, Any], heard: Heard) -> None:
        event = read(written(told))
        room_id, payload = event.room_id, heard.payload
        people = [event.sender_id, *(identity(payload.get(name)) for name in _ACTORS)]
        people += identities((event.message or {}).get("mention_ids"))[:50]
        for name in _LISTS:
            people += identities(payload.get(name))[:100]
        ids = [one for one in dict.fromkeys(people) if one]
        known = await asyncio.gather(*(self._names.person(one, room_id) for one in ids))
        told["contacts"] = dict(zip(ids, known, strict=True))
        self._state.called(told["contacts"].get(self._state.self_id, {}))
        if room_id is None:
            return
        told["room"] = await self._names.room(room_id)
        if event.name == MESSAGE and event.message is not None:
            names = people_in(content(event))
            # of others nothing is kept, so the gateway is not asked for all their members
            if names and event.group_key in await self._archived():
                told["called"] = await self._names.called(names, room_id)

    async def _extra(self, message: dict[str, Any], message_id: str) -> dict[str, Any]:
        ask = self._extras.get(message.get("type", 0))
        if ask is None or "<" in message.get("text", ""):
            return {}
        return await self._patiently(lambda: ask(message_id), AGAIN[:1]) or {}

    async def _patiently(
        self,
        ask: Callable[[], Awaitable[dict[str, Any]]],
        pauses: Sequence[float] = AGAIN,
    ) -> dict[str, Any] | None:
        """Ask several times, waiting for the gateway to come back if it went; None if in vain."""
        until = time.monotonic() + AWAY
        for pause in (*pauses, None):
            try:
                return await ask()
            except (NotReachable, LoginExpired):
                await self._returned(until)
            except AdapterError:
                pass
            if pause is not None:
                await asyncio.sleep(pause)
        return None

    async def _returned(self, until: float) -> None:
        try:
            async with asyncio.timeout(max(until - time.monotonic(), 0)):
                await self._state.listening.wait()
        except TimeoutError:
            pass
