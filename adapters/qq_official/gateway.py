"""QQ's WebSocket gateway: identify, heartbeats, resume; events are handed over in their order.

https://bot.q.qq.com/wiki/develop/api-v2/dev-prepare/interface-framework/event-emit.html and, of the
closing codes, https://bot.q.qq.com/wiki/develop/api-v2/dev-prepare/error-trace/websocket.html
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from adapters.contract import AdapterError, Door, LoginExpired, NotReachable, TooFast
from adapters.qq_official.api import Api
from adapters.qq_official.event import Event, dictionary, read, words
from adapters.qq_official.groups import Groups
from adapters.qq_official.link import Link
from adapters.qq_official.notes import note
from adapters.qq_official.session import Session, session_of
from adapters.qq_official.trimming import trimmed
from archive.errors import ArchiveError

INTENTS = 1 << 25 | 1 << 24
"""Messages of groups and of people alone; who comes and goes."""
WITHOUT_MEMBERS = 1 << 25
"""The same for a bot that may not see who comes and goes."""
_DISPATCH, _HEARTBEAT, _IDENTIFY, _RESUME = 0, 1, 2, 6
_RECONNECT, _INVALID, _HELLO, _ACKNOWLEDGED = 7, 9, 10, 11
_MOST_BYTES = 4 << 20
_SECONDS = 10.0
"""For the gateway to say hello, and whether it takes us."""
_WAITING = 5000
"""Events held while the disk refuses; then nothing more is read."""
_AT_ONCE = 200
_LONGEST_REFUSAL = 10.0
_WRONG_TOKEN = (4004,)
_FORGOTTEN = (4006, 4007, 9001, 9005, *range(4900, 4914))
_NO_INTENTS = (4013, 4014)
_UNWANTED = (4914, 4915)
_SLOW = 4008
_SLOW_DOWN = 10.0

log = logging.getLogger("chendian.qq_official")


class _Lost(AdapterError):
    """The connection ended; the next one may go on with the session."""


class Gateway:
    """One bot's connection, again and again."""

    def __init__(self, api: Api, name: str) -> None:
        self.names: tuple[str, ...] = ()
        self._api = api
        self._name = name
        self._session = Session()
        self._intents = INTENTS
        self._waiting: asyncio.Queue[tuple[bytes | int, Session]] = asyncio.Queue(_WAITING)
        """Events; a number says that since then (Unix seconds) nothing was missed."""

    async def listen(self, door: Door) -> None:
        """Hand over events until cancelled; what QQ kept since the last one comes first."""
        link = Link(door, self._name)
        self._session = session_of(await door.offset())
        self._waiting = asyncio.Queue(_WAITING)
        deliver = asyncio.create_task(self._deliver(door))
        groups = asyncio.create_task(Groups(self._api, door).run())
        try:
            while True:
                serve = asyncio.create_task(self._connection(door, link))
                pause = await _outcome(serve, deliver, link)
                await asyncio.sleep(pause)
        finally:
            groups.cancel()
            deliver.cancel()
            await asyncio.gather(groups, deliver, return_exceptions=True)

    async def _connection(self, door: Door, link: Link) -> None:
        """Live through one connection. Raises AdapterError when it ends."""
        url = await self._address()
        try:
            async with connect(
                url, max_size=_MOST_BYTES, open_timeout=_SECONDS, close_timeout=1,
                ping_interval=None, proxy=None, user_agent_header="chendian",
            ) as socket:  # fmt: skip
                await self._serve(socket, door, link)
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd is not None else 1006
            raise self._closed(code) from None
        except (InvalidStatus, InvalidHandshake):
            raise NotReachable("what answers is not QQ's gateway.", "check api_url") from None
        except (OSError, TimeoutError):
            raise NotReachable("QQ's gateway does not answer.", "check the network") from None

    async def _address(self) -> str:
        told = dictionary(await self._api.ask("GET", "/gateway/bot"))
        limit = dictionary(told.get("session_start_limit"))
        if limit.get("remaining") == 0 and not self._session.id:
            after = limit.get("reset_after")
            wait = after / 1000 if type(after) is int and after > 0 else 600.0
            raise TooFast("QQ lets the bot connect no more today.", min(wait, 600.0))
        url = words(told.get("url"))
        if not url.startswith(("wss://", "ws://")):
            raise NotReachable("QQ names no gateway.", "check api_url")
        return url

    async def _serve(self, socket: ClientConnection, door: Door, link: Link) -> None:
        async with asyncio.timeout(_SECONDS):
            hello = read(await _received(socket))
        if hello.op != _HELLO:
            raise NotReachable("the gateway does not say hello.", "check api_url")
        interval = hello.body.get("heartbeat_interval")
        seconds = interval / 1000 if type(interval) is int and interval > 0 else 45.0
        await self._introduce(socket)
        beats = _Beats(socket, seconds)
        reading = asyncio.create_task(self._read(socket, door, link, beats))
        beating = asyncio.create_task(beats.run(lambda: self._session.sequence))
        try:
            done, _ = await asyncio.wait({reading, beating}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (reading, beating):
                task.cancel()
            await asyncio.gather(reading, beating, return_exceptions=True)
        for task in done:
            task.result()

    async def _introduce(self, socket: ClientConnection) -> None:
        """Go on with the session, or begin one."""
        token = f"QQBot {await self._api.token()}"
        if self._session.id:
            told = {"session_id": self._session.id, "seq": self._session.sequence or 0}
            await _say(socket, _RESUME, {"token": token, **told})
            return
        whole = {"intents": self._intents, "shard": [0, 1], "properties": {}}
        await _say(socket, _IDENTIFY, {"token": token, **whole})

    async def _read(self, socket: ClientConnection, door: Door, link: Link, beats: _Beats) -> None:
        while True:
            raw = await _received(socket)
            try:
                event = read(raw)
            except AdapterError:
                await self._waiting.put((raw, self._session))  # the door puts it aside
                continue
            if event.op == _DISPATCH:
                await self._dispatched(event, raw, door, link)
            elif event.op == _ACKNOWLEDGED:
                beats.answered()
                link.heard()
            elif event.op == _HEARTBEAT:
                await _say(socket, _HEARTBEAT, self._session.sequence)
            elif event.op == _RECONNECT:
                raise _Lost("the gateway asks for a new connection.")
            elif event.op == _INVALID:
                self._session = Session()
                raise _Lost("the gateway does not know the session any more.")

    async def _dispatched(self, event: Event, raw: bytes, door: Door, link: Link) -> None:
        if event.kind == "READY":
            self._session = Session(words(event.body.get("session_id")), event.sequence)
            name = words(dictionary(event.body.get("user")).get("username"))
            self.names = (name,) if name else ()
            link.works()
            return
        if event.kind == "RESUMED":
            link.works()
            if self._session.at:
                await self._waiting.put((self._session.at, self._session))
            return
        if event.sequence is not None:
            self._session = Session(self._session.id, event.sequence, int(time.time()))
        note(event, door)
        await self._waiting.put((trimmed(raw, event), self._session))

    async def _deliver(self, door: Door) -> None:
        """Hand over what waits, with the place to go on from; again where the disk refuses."""
        while True:
            told = [await self._waiting.get()]
            while len(told) < _AT_ONCE and not self._waiting.empty():
                told.append(self._waiting.get_nowait())
            raws = [raw for raw, _ in told if isinstance(raw, bytes)]
            pause = 0.5
            while True:
                try:
                    if raws:
                        await door.take(raws, offset=told[-1][1].written())
                        raws = []
                    await _whole(door, [since for since, _ in told if isinstance(since, int)])
                    break
                except ArchiveError as error:
                    log.error("not kept account=%s what=%r", self._name, error.what)
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_REFUSAL)

    def _closed(self, code: int) -> AdapterError:
        """Say why the gateway ended the connection, and forget what it forgot."""
        if code in _WRONG_TOKEN:
            self._api.forget_token()
            return _Lost("the gateway does not accept the token any more.")
        if code in _FORGOTTEN:
            self._session = Session()
            return _Lost(f"the gateway ended the session ({code}).")
        if code in _NO_INTENTS:
            return self._without_intents()
        if code in _UNWANTED:
            return LoginExpired(
                "QQ lets the bot connect no more.",
                "it was taken down or banned: look at its page on q.qq.com",
            )
        if code == _SLOW:
            return TooFast("the gateway finds the bot too fast.", _SLOW_DOWN)
        return _Lost(f"the connection was lost ({code}).")

    def _without_intents(self) -> AdapterError:
        self._session = Session()
        if self._intents == INTENTS:
            self._intents = WITHOUT_MEMBERS
            return _Lost("QQ does not let the bot see who comes and goes.")
        return LoginExpired(
            "QQ does not let the bot hear groups.",
            "on q.qq.com: let it be used in groups, and by people alone",
        )


class _Beats:
    """Heartbeats, each with the sequence heard last; silence after two ends the connection."""

    def __init__(self, socket: ClientConnection, seconds: float) -> None:
        self._socket = socket
        self._seconds = seconds
        self._unanswered = 0

    def answered(self) -> None:
        """Note that the gateway heard one."""
        self._unanswered = 0

    async def run(self, sequence: Any) -> None:
        """Beat until the gateway is silent. Raises AdapterError."""
        while True:
            await asyncio.sleep(self._seconds * 0.9)
            if self._unanswered >= 2:
                raise _Lost("the gateway does not answer heartbeats.")
            self._unanswered += 1
            await _say(self._socket, _HEARTBEAT, sequence())


async def _whole(door: Door, since: list[int]) -> None:
    """Note that nothing was missed: QQ told afterwards what was said meanwhile."""
    if since:
        for key in await door.groups():
            await door.complete(key, min(since), int(time.time()))


async def _received(socket: ClientConnection) -> bytes:
    return await socket.recv(decode=False)


async def _say(socket: ClientConnection, op: int, what: Any) -> None:
    await socket.send(msgspec.json.encode({"op": op, "d": what}).decode())


async def _outcome(serve: asyncio.Task[None], deliver: asyncio.Task[None], link: Link) -> float:
    """Wait for the end of a connection; return how long to wait before the next."""
    try:
        await asyncio.wait({serve, deliver}, return_when=asyncio.FIRST_COMPLETED)
        if deliver.done():
            deliver.result()
        await serve
    except AdapterError as error:
        return link.failed(error)
    finally:
        serve.cancel()
        await asyncio.gather(serve, return_exceptions=True)
    return link.failed(_Lost("the connection was lost."))
