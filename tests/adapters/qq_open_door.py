"""An official bot that listens at a door over a list, and a site that QQ can post to."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from typing import Any

import uvicorn
from onebot_door import ListDoor, listening, until
from qq_open import QQPlatform
from qq_open_events import openid
from starlette.applications import Starlette

from adapters.qq_official import make
from adapters.qq_official.adapter import OfficialBot

GROUP = f"qqbot:{openid('dev')}"

__all__ = ["GROUP", "ListDoor", "Site", "bot_of", "connected", "listening", "raw", "until"]


def bot_of(qq: QQPlatform, **options: Any) -> OfficialBot:
    """Make the adapter of a platform's bot."""
    given = {"app_id": qq.app_id, "secret": qq.secret, "api_url": qq.url}
    made = make(given | options, "qq")
    assert isinstance(made, OfficialBot)
    return made


def raw(kind: str, body: dict[str, Any]) -> bytes:
    """Write an event as QQ would send it."""
    return json.dumps({"op": 0, "s": 5, "t": kind, "id": f"{kind}:1", "d": body}).encode()


@contextlib.asynccontextmanager
async def connected(
    qq: QQPlatform, door: ListDoor | None = None, **options: Any
) -> AsyncIterator[tuple[ListDoor, OfficialBot]]:
    """Let a bot listen to the gateway, and wait until events flow."""
    door, bot = door or ListDoor(GROUP), bot_of(qq, **options)
    before = len(door.said("connected"))
    async with listening(bot, door):  # type: ignore[arg-type]
        await until(lambda: len(door.said("connected")) > before)
        yield door, bot


class Site:
    """Our own site with a bot's route, on a real socket."""

    def __init__(self, qq: QQPlatform, **options: Any) -> None:
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self.bot = bot_of(qq, mode="webhook", **options)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/hooks/qq"
        qq.courier.url = self.url

    @contextlib.asynccontextmanager
    async def served(self) -> AsyncIterator[None]:
        app = Starlette(routes=self.bot.routes())
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        server.config.load()
        task = asyncio.create_task(server.serve(sockets=[self._listener]))
        await until(lambda: server.started)
        try:
            yield
        finally:
            server.force_exit = server.should_exit = True
            await task
