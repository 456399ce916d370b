"""Listens to the gateway's event stream: keeps it open, hands over in order, says what is wrong."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import aclosing, suppress
from typing import Any

import msgspec

from adapters.contract import AdapterError, Door, LoginExpired
from adapters.wechat.composing import Composer, Heard
from adapters.wechat.event import identity
from adapters.wechat.gateway import Gateway, Held
from adapters.wechat.names import Names
from adapters.wechat.state import State
from archive.errors import ArchiveError

log = logging.getLogger(__name__)

HEARTBEAT, MESSAGE, DONG, POST, ERROR, FRIEND, INVITED = 1, 2, 3, 4, 16, 17, 18
SCAN, READY, RESET, LOGIN, LOGOUT, DIRTY = 22, 23, 24, 25, 26, 27
_CHANGED = (19, 20, 21)
"""Events after which the gateway's copy of a room is stale."""
_ASKED_TO_SCAN = (2, 5)
"""Scan states: waiting, timed out."""
_IDLE = (HEARTBEAT, DONG, POST, FRIEND, READY, RESET)
_WAITING = 20_000
"""Events that may wait here; then the gateway itself has to hold them."""
_BATCH = 200


class Patience(msgspec.Struct, frozen=True):
    """How long to wait, in seconds."""

    first: float = 0.5
    """Before the first attempt to connect again; twice as long each time, up to `longest`."""
    longest: float = 3
    refused: float = 60
    """Before trying a token again that was not accepted."""
    answer: float = 3
    """For a sign of life."""
    silence: float = 30
    """Without an event, before one is asked for."""
    assumed: float = 3
    """After which a gateway that says nothing of a login is taken to be logged in."""
    farewell: float = 5
    """To hand over what was heard when told to stop."""


class Listener:
    """One run of `listen`."""

    def __init__(
        self, gateway: Gateway, names: Names, state: State, door: Door, patience: Patience
    ) -> None:
        self._gateway, self._names, self._state, self._door = gateway, names, state, door
        self._patience = patience
        self._composer = Composer(gateway, names, state, door.groups)
        self._queue: asyncio.Queue[Heard] = asyncio.Queue(_WAITING)
        self._batch: list[Heard] = []
        self._last = 0.0
        self._limit: asyncio.Timeout | None = None
        self._dropped = False
        """The connection was let go since the stream last said something."""
        self._flowing = False
        self._alarmed: set[str] = set()

    async def run(self) -> None:
        """Listen until cancelled; what was heard by then is still handed over."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._stay_connected())
                tasks.create_task(self._hand_over())
                tasks.create_task(self._watch())
        finally:
            self._state.listening.clear()
            self._stopped("stopped")
            await self._say_farewell()

    async def _stay_connected(self) -> None:
        pause = self._patience.first
        while True:
            wait, began = pause, time.monotonic()
            try:
                async with asyncio.timeout(None) as self._limit:
                    await self._stream()
                why = "the gateway ended the stream"
            except TimeoutError:
                why = "the stream did not end with its connection"
            except (LoginExpired, Held) as error:
                why = error.what
                self._alarm(type(error).__name__, error.what, error.hint)
                wait = self._patience.refused if isinstance(error, LoginExpired) else pause
            except AdapterError as error:
                why = error.what
            self._state.listening.clear()
            self._state.logged_in = None
            self._dropped = False
            self._stopped(why)
            pause = min(pause * 2, self._patience.longest)
            if time.monotonic() - began > 10:
                wait = pause = self._patience.first
            await asyncio.sleep(wait)

    async def _stream(self) -> None:
        # a call with an end first: the stream itself says nothing while nothing happens
        await self._gateway.version(self._patience.answer)
        begun = asyncio.create_task(self._begin())
        try:
            async with aclosing(self._gateway.events()) as events:
                async for number, payload in events:
                    self._opened()
                    await self._hear(number, payload)
        finally:
            begun.cancel()

    async def _begin(self) -> None:
        """Have the puppet started, as Wechaty's own clients do once they listen; then assume that
        events flow, for not every gateway says who is logged in."""
        await asyncio.sleep(self._patience.assumed)
        with suppress(AdapterError):
            await self._gateway.begin()
        if self._state.logged_in is None:
            self._opened()
            self._flow()

    def _opened(self) -> None:
        self._last = time.monotonic()
        self._dropped = False
        if not self._state.listening.is_set():
            log.info("wechat.listening gateway=%s", self._gateway.place)
            self._state.listening.set()
            self._alarmed -= {"LoginExpired", "Held"}

    async def _hear(self, number: int, payload: dict[str, Any]) -> None:
        if number in _IDLE or (number == MESSAGE and self._is_own(payload)):
            self._door.heard()
        elif number == LOGIN:
            await self._logged_in(identity(payload.get("contactId")))
        elif number == LOGOUT:
            self._logged_out()
        elif number == SCAN:
            self._asked_to_scan(payload.get("status"))
        elif number == INVITED:
            self._alarm(f"invited {payload.get('roomInvitationId')}",
                        "the WeChat account is invited into a group.",
                        "accept it in WeChat, if it is yours")  # fmt: skip
        elif number == ERROR:
            log.warning("wechat.gateway_error gateway=%s", self._gateway.place)
            self._door.heard()
        elif number == DIRTY:
            self._names.forget(identity(payload.get("payloadId")) or "")
        else:
            if self._state.logged_in is None:
                self._flow()
            await self._changed(number, payload)
            await self._queue.put(Heard(number, payload, time.time()))

    def _is_own(self, payload: dict[str, Any]) -> bool:
        """Tell whether it is what was sent just now: its text need not be asked for."""
        return identity(payload.get("messageId")) in self._state.sent

    async def _changed(self, number: int, payload: dict[str, Any]) -> None:
        room_id = identity(payload.get("roomId"))
        if number in _CHANGED and room_id:
            self._names.forget(room_id)
            with suppress(AdapterError):
                await self._gateway.forget_room(room_id)

    async def _logged_in(self, contact_id: str | None) -> None:
        log.info("wechat.logged_in gateway=%s", self._gateway.place)
        self._state.self_id = contact_id or self._state.self_id
        self._state.logged_in = True
        self._alarmed -= {"scan"}
        self._flow()
        if contact_id is not None:
            self._state.called(await self._names.person(contact_id, None))

    def _logged_out(self) -> None:
        self._state.logged_in = False
        self._stopped("logged out")
        self._ask_for_scan("the WeChat account was logged out.")

    def _asked_to_scan(self, status: object) -> None:
        if status in _ASKED_TO_SCAN:
            self._state.logged_in = False
            self._stopped("not logged in")
            self._ask_for_scan("the WeChat account is not logged in.")

    def _ask_for_scan(self, what: str) -> None:
        self._alarm(
            "scan", what,
            f"scan with the phone the QR code that the gateway at {self._gateway.place} shows",
        )  # fmt: skip

    def _flow(self) -> None:
        if not self._flowing:
            self._flowing = True
            self._door.connected()

    def _stopped(self, why: str) -> None:
        if self._flowing:
            self._flowing = False
            self._door.lost(why)

    def _alarm(self, key: str, what: str, hint: str) -> None:
        if key not in self._alarmed:
            self._alarmed.add(key)
            self._door.alarm(what, hint)

    async def _hand_over(self) -> None:
        while True:
            self._batch = [await self._queue.get()]
            self._fill()
            raw = await self._composer.compose(self._batch)
            pause = 1.0
            while True:
                try:
                    await self._door.take(raw)
                    break
                except ArchiveError as error:
                    log.error("wechat.not_stored events=%d why=%r", len(raw), error.what)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 10)
            self._batch = []

    def _fill(self) -> None:
        while len(self._batch) < _BATCH and not self._queue.empty():
            self._batch.append(self._queue.get_nowait())

    async def _say_farewell(self) -> None:
        # nobody keeps these for us: the gateway forgets an event once it has sent it
        with suppress(ArchiveError, TimeoutError):
            async with asyncio.timeout(self._patience.farewell):
                while self._batch or not self._queue.empty():
                    self._fill()
                    await self._door.take(await self._composer.compose(self._batch))
                    self._batch = []

    async def _watch(self) -> None:
        """Ask a silent gateway for a sign; drop a connection that only looks alive."""
        while True:
            await asyncio.sleep(self._patience.silence / 3)
            silent = time.monotonic() - self._last > self._patience.silence
            if not self._state.listening.is_set() or not silent:
                continue
            if self._dropped and self._limit is not None:
                # one that is only being opened does not notice, and would be deaf for ever
                self._limit.reschedule(asyncio.get_running_loop().time())
                continue
            try:
                await self._gateway.version(self._patience.answer)
                self._last = time.monotonic()
                self._door.heard()
            except AdapterError:
                log.warning("wechat.silent gateway=%s", self._gateway.place)
                self._gateway.close()
                self._dropped = True
