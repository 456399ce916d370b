"""QQ's open platform to test against: its API, gateway and webhook on real sockets.

with QQPlatform() as qq:
    adapter = make({"app_id": qq.app_id, "secret": qq.secret, "api_url": qq.url}, "qq")
    qq.say("dev", "alice", "你好")        # told to the gateway's client, or to the webhook
    qq.taken                              # what the bot said, in order
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Coroutine
from typing import Any

import uvicorn
from qq_open_api import OpenApi
from qq_open_events import BOT, alone, answering, mention_of_bot, message, openid
from qq_open_files import Files
from qq_open_gateway import Gateway
from qq_open_webhook import Courier
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute


class QQPlatform:
    """Runs in a thread of its own."""

    app_id = "102000001"
    secret = "DG5g3B4j9X2KOErG"

    def __init__(self) -> None:
        self.api = OpenApi(self)
        self.files = Files(self)
        self.gateway = Gateway(self)
        self.courier = Courier(self.app_id, self.secret)
        self.said: dict[str, tuple[str, float]] = {}
        """Message → the group or person it was said in or by, and when."""
        self.taken: list[dict[str, Any]] = []
        self.roles: dict[tuple[str, str], str] = {}
        self._ahead = 0.0
        self._events = 0
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        self.url, self.ws_url = f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port}/websocket"
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> QQPlatform:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        gateway = WebSocketRoute("/websocket", self.gateway.serve)
        app = Starlette(routes=[*self.files.routes(), *self.api.routes(), gateway])
        config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        courier = asyncio.create_task(self.courier.run())
        self._ready.set()
        await self._server.serve(sockets=[self._listener])
        courier.cancel()

    def _stop(self) -> None:
        self._server.force_exit = self._server.should_exit = True

    def now(self) -> float:
        """Return the platform's time."""
        return time.time() + self._ahead

    def pass_time(self, seconds: float) -> None:
        """Let time pass for answers."""
        self._ahead += seconds

    def do(self, what: Coroutine[Any, Any, Any]) -> Any:
        """Do something in the platform's own loop."""
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(10)

    def tell(self, kind: str, body: dict[str, Any]) -> None:
        """Tell the bot of an event, by the way that it chose."""
        self._events += 1
        name = f"{kind}:{self._events:08x}"
        if self.courier.url:
            event = {"op": 0, "id": name, "t": kind, "d": body}
            self._loop.call_soon_threadsafe(self.courier.put, event)
        else:
            self.do(self.gateway.dispatch(kind, body, name))

    def say(
        self, group: str, member: str, text: str, *, to: dict[str, Any] | None = None,
        to_bot: str = "", full: bool = True, unnamed: bool = False, **more: Any,
    ) -> dict[str, Any]:  # fmt: skip
        """Say something in a group; `to` is what it quotes.

        `to_bot` is "" or which of the two events tells that the bot is mentioned: "at", "both".
        Without `full` the group lets the bot have no more than that.
        """
        said = message(group, member, text, **more)
        if to is not None:
            answering(said, to, author=not unnamed)
        self.said[said["id"]] = (said["group_openid"], self.now())
        if to_bot:
            said["mentions"] = [*said.get("mentions", []), mention_of_bot()]
        if full and to_bot != "at":
            whole = f"<@{BOT}> {text}" if to_bot else text
            self.tell("GROUP_MESSAGE_CREATE", said | {"content": whole})
        if to_bot:
            self.tell("GROUP_AT_MESSAGE_CREATE", said | {"content": f" {text}"})
        return said

    def whisper(self, person: str, text: str, **more: Any) -> dict[str, Any]:
        """Say something to the bot alone."""
        said = alone(person, text, **more)
        self.said[said["id"]] = (openid(person), self.now())
        self.tell("C2C_MESSAGE_CREATE", said)
        return said

    def texts(self, to: str) -> list[str]:
        """Return what the bot said to a group or person, in order."""
        return [one["text"] for one in self.taken if one["to"] == openid(to)]
