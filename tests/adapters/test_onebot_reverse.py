"""Gateways that connect to us: on the site's port, with the token or not at all."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
from onebot import OneBotPeer
from onebot_door import GROUP, KEY, ListDoor, account, listening, until
from starlette.applications import Starlette
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from adapters.contract import AdapterError
from adapters.qq_onebot import make
from adapters.qq_onebot.adapter import OneBot


@contextlib.asynccontextmanager
async def site(adapter: OneBot) -> AsyncIterator[str]:
    """Serve an adapter's routes; yield the WebSocket address."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(Starlette(routes=adapter.routes()), log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    await until(lambda: server.started)
    try:
        yield f"ws://127.0.0.1:{listener.getsockname()[1]}/onebot"
    finally:
        server.should_exit = server.force_exit = True
        await serving


@contextlib.asynccontextmanager
async def waiting(**options: Any) -> AsyncIterator[tuple[OneBot, ListDoor, str]]:
    """Let an account wait for its gateway."""
    adapter = account(listen="/onebot", access_token="secret", **options)
    door = ListDoor(KEY)
    async with site(adapter) as url, listening(adapter, door):
        await asyncio.sleep(0)
        yield adapter, door, url


@pytest.mark.parametrize("app", ["napcat", "llonebot", "lagrange"])
def test_a_gateway_connects_and_both_directions_work(app: str) -> None:
    async def run() -> None:
        async with waiting() as (adapter, door, url):
            peer = OneBotPeer(app, token="secret")
            peer.connect(url)
            await until(lambda: door.said("connected"))
            await peer.say_many(GROUP, 200, rate=2000)
            await until(lambda: len(door.messages()) == 200)
            assert door.texts() == [f"第 {n} 条 {GROUP}" for n in range(200)]
            assert await adapter.role_of(KEY, "qq:20001") == "owner"
            await peer.stop()

    asyncio.run(run())


def test_after_a_broken_line_the_gateway_comes_again_and_nothing_is_missing() -> None:
    async def run() -> None:
        async with waiting() as (_, door, url):
            peer = OneBotPeer(token="secret")
            peer.connect(url)
            await until(lambda: door.said("connected"))
            peer.say(GROUP, 20003, "前")
            await until(lambda: door.messages())
            for _ in range(3):
                peer.drop()
                await until(lambda: not peer.connections)
                peer.say(GROUP, 20003, "断线时")
                await peer.until_connected()
            await until(lambda: len(door.messages()) == 4, 8)
            assert door.said("lost")
            await peer.stop()

    asyncio.run(run())


def test_without_the_token_nobody_gets_in() -> None:
    """TRUST 36, for this door: no token, a wrong one, one that only begins right."""

    async def run() -> None:
        async with waiting() as (_, door, url):
            headers = {"X-Self-ID": "10001", "X-Client-Role": "Universal"}
            for token in (
                None,
                "Bearer wrong",
                "Bearer secre",
                "Bearer ",
                "secret",
                "Basic secret",
            ):
                given = {**headers, **({"Authorization": token} if token else {})}
                with pytest.raises(InvalidStatus) as refused:
                    await connect(url, additional_headers=given, proxy=None)
                assert refused.value.response.status_code == 401
            with pytest.raises(InvalidStatus):
                await connect(f"{url}?access_token=wrong", additional_headers=headers, proxy=None)
            for ok in ("Bearer secret", "Token secret"):
                given = {**headers, "Authorization": ok}
                async with connect(url, additional_headers=given, proxy=None):
                    pass
            async with connect(
                f"{url}?access_token=secret", additional_headers=headers, proxy=None
            ):
                pass
            assert door.events == []

    asyncio.run(run())


def test_only_a_connection_for_both_directions_is_taken() -> None:
    async def run() -> None:
        async with waiting() as (_, _2, url):
            token = {"Authorization": "Bearer secret"}
            for headers in (
                {"X-Self-ID": "10001", "X-Client-Role": "Event"},
                {"X-Self-ID": "x"},
                {},
            ):
                with pytest.raises(InvalidStatus) as refused:
                    await connect(url, additional_headers={**token, **headers}, proxy=None)
                assert refused.value.response.status_code == 400

    asyncio.run(run())


def test_a_second_connection_of_the_account_replaces_a_dead_first_one() -> None:
    async def run() -> None:
        async with waiting() as (_, door, url):
            first, second = (OneBotPeer(token="secret") for _ in range(2))
            first.connect(url, pause=60)
            await until(lambda: door.said("connected"))
            second.connect(url)
            await until(lambda: len(door.said("connected")) == 2)
            second.say(GROUP, 20003, "从第二条来")
            await until(lambda: door.texts() == ["从第二条来"])
            stranger = OneBotPeer(token="secret", self_id=99)
            stranger.connect(url, pause=60)
            await asyncio.sleep(0.5)
            stranger.say(GROUP, 20003, "别的账号")
            await asyncio.sleep(0.3)
            assert door.texts() == ["从第二条来"]
            for peer in (first, second, stranger):
                await peer.stop()

    asyncio.run(run())


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"url": "ws://a", "listen": "/b", "access_token": "x"},
        {"url": "http://127.0.0.1"},
        {"listen": "onebot", "access_token": "x"},
        {"listen": "/onebot"},
        {"url": "ws://a", "colour": "red"},
        {"url": "ws://a", "history_minutes": 0},
        {"url": 5},
    ],
)
def test_wrong_options_are_named(options: dict[str, Any]) -> None:
    with pytest.raises(AdapterError) as error:
        make(options, "qq")
    assert error.value.what and "secret" not in str(error.value)
