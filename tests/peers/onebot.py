"""A OneBot 11 gateway to test against: real WebSockets, forward and reverse, with a memory.

peer = OneBotPeer("napcat", token="secret")
url = await peer.start()              # they connect to it; or: peer.connect("ws://…/onebot")
peer.say(700, 20003, "你好")           # told to whoever is connected, kept in history
await peer.stop()                     # its groups and what is said meanwhile stay
await peer.start()                    # on the same port
"""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from onebot_actions import Actions, Failure
from onebot_told import Tells
from onebot_world import Event, World, public
from websockets.asyncio.client import connect
from websockets.asyncio.connection import Connection, broadcast
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.http11 import Request, Response


class OneBotPeer(Tells):
    """Plays NapCat, old NapCat, LLOneBot or Lagrange for everybody who connects."""

    def __init__(
        self,
        app: str = "napcat",
        *,
        token: str = "",
        self_id: int = 10001,
        as_string: bool = False,
        heartbeat: float = 1.0,
    ) -> None:
        self.world = World(app, self_id, as_string)
        self.actions = Actions(self.world, self.tell)
        self.token = token
        self.heartbeat = heartbeat
        """Seconds between heartbeats; 0 for none."""
        self.port = 0
        self.silent: set[str] = set()
        """Actions that are never answered."""
        self.refuse: dict[str, tuple[int, str]] = {}
        """Action → (retcode, words) with which it fails."""
        self.says_online = True
        self.is_kicked = False
        """The account is frozen though the gateway does not know it."""
        self.delay = 0.0
        """Seconds before an answer."""
        self.connections: set[Connection] = set()
        self._server: Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._waits: set[asyncio.Task[None]] = set()

    async def start(self, port: int = 0) -> str:
        """Listen; return the address. The port stays the same from the first time on."""
        self._server = await serve(
            self._served,
            "127.0.0.1",
            port or self.port,
            process_request=self._admitted,
            compression=None,
            max_size=64 << 20,
            ping_interval=None,
        )
        self.port = next(iter(self._server.sockets)).getsockname()[1]
        self._run(self._beat())
        return f"ws://127.0.0.1:{self.port}"

    def connect(self, url: str, pause: float = 0.2, **headers: str) -> None:
        """Connect to a listener, again and again until stopped (reverse WebSocket)."""
        self._run(self._keep_connecting(url, pause, headers))
        self._run(self._beat())

    async def stop(self, *, forget_ids: bool = True) -> None:
        """Go away; groups and history stay, short ids only where the gateway writes them down."""
        tasks, self._tasks = self._tasks | self._waits, set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._server is not None:
            self._server.close(close_connections=True)
            await self._server.wait_closed()
            self._server = None
        for connection in list(self.connections):
            await connection.close()
        self.connections.clear()
        if forget_ids:
            self.world.forget_ids()

    def drop(self) -> None:
        """Cut every connection as a failing line does, without a closing frame."""
        for connection in list(self.connections):
            connection.transport.abort()

    def tell(self, event: Event) -> None:
        """Tell an event to whoever is connected, unless the account is frozen."""
        if not self.is_kicked:
            self.frame(json.dumps(public(event), ensure_ascii=False))

    def frame(self, text: str) -> None:
        """Send any text frame to whoever is connected."""
        broadcast(self.connections, text)

    async def say_many(self, group_id: int, count: int, rate: float = 1000.0) -> list[Event]:
        """Say `count` numbered messages at `rate` a second."""
        began, said = time.monotonic(), []
        for number in range(count):
            user = 20001 + number % 3
            said.append(self.say(group_id, user, f"第 {number} 条 {group_id}"))
            ahead = began + number / rate - time.monotonic()
            if ahead > 0.001 or number % 50 == 49:
                await asyncio.sleep(max(ahead, 0))
        return said

    async def until_connected(self, seconds: float = 60) -> None:
        """Wait for somebody to be connected."""
        async with asyncio.timeout(seconds):
            while not self.connections:
                await asyncio.sleep(0.01)

    def _run(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)

    async def _beat(self) -> None:
        while self.heartbeat > 0:
            await asyncio.sleep(self.heartbeat)
            status = {"online": self.says_online, "good": True}
            interval = int(self.heartbeat * 1000)
            self.frame(json.dumps(self._meta("heartbeat", status=status, interval=interval)))

    def _meta(self, kind: str, **more: Any) -> Event:
        return {
            "time": int(time.time()),
            "self_id": self.world.self_id,
            "post_type": "meta_event",
            "meta_event_type": kind,
            **more,
        }

    def _admitted(self, connection: ServerConnection, request: Request) -> Response | None:
        if self.world.manner.refuses_by_http and not self._is_token(request):
            return connection.respond(HTTPStatus.UNAUTHORIZED, "wrong token\n")
        return None

    def _is_token(self, request: Request) -> bool:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        in_query = request.path.partition("access_token=")[2]
        return not self.token or self.token in (given, in_query)

    async def _served(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        if not self._is_token(connection.request):
            refusal = {"status": "failed", "retcode": 1403, "data": None, "echo": None}
            await connection.send(json.dumps({**refusal, "message": "token验证失败"}))
            return
        await self._converse(connection)

    async def _keep_connecting(self, url: str, pause: float, headers: dict[str, str]) -> None:
        told = {
            "X-Self-ID": str(self.world.self_id),
            "X-Client-Role": "Universal",
            "User-Agent": "OneBot/11",
        }
        if self.token:
            told["Authorization"] = f"Bearer {self.token}"
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        while True:
            with suppress(OSError, WebSocketException):
                async with connect(
                    url, additional_headers=told, compression=None, max_size=64 << 20,
                    ping_interval=None, proxy=None,
                ) as connection:  # fmt: skip
                    await self._converse(connection)
            await asyncio.sleep(pause)

    async def _converse(self, connection: Connection) -> None:
        try:
            await connection.send(json.dumps(self._meta("lifecycle", sub_type="connect")))
            self.connections.add(connection)
            async for frame in connection:
                wait = asyncio.create_task(self._answer(connection, frame))
                self._waits.add(wait)
                wait.add_done_callback(self._waits.discard)
        except ConnectionClosed:
            pass
        finally:
            self.connections.discard(connection)

    async def _answer(self, connection: Connection, frame: str | bytes) -> None:
        call = json.loads(frame)
        action, told, echo = call["action"], call.get("params") or {}, call.get("echo")
        frozen = action.startswith("send_") or told.get("no_cache")
        if action in self.silent or (self.is_kicked and frozen):
            return
        if self.delay:
            await asyncio.sleep(self.delay)
        answer: dict[str, Any] = {"status": "ok", "retcode": 0, "message": "", "wording": ""}
        try:
            if action in self.refuse:
                retcode, words = self.refuse[action]
                raise Failure(words, retcode)
            answer["data"] = self.actions.answer(action, told)
        except Failure as failure:
            words = str(failure)
            answer |= {"status": "failed", "retcode": failure.retcode, "data": None}
            answer |= {"message": words, "wording": words}
        with suppress(ConnectionClosed):
            await connection.send(json.dumps({**answer, "echo": echo}, ensure_ascii=False))
