"""A bot Telegram calls: what came is durable before it is answered with 200."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
import uvicorn
from bot_api import FakeBotApi
from starlette.applications import Starlette
from telegram_door import ListDoor, bot_for, listening, until

from adapters.contract import Adapter
from adapters.telegram.webhook import LARGEST

SECRET = "s3cret-" + "x" * 20
HEADER = "X-Telegram-Bot-Api-Secret-Token"
UPDATE = b'{"update_id":1,"message":{"message_id":1,"text":"x"}}'


@pytest.fixture
def fake() -> Iterator[FakeBotApi]:
    with FakeBotApi() as running:
        yield running


class Site:
    """Our own site with an adapter's routes, on a real socket."""

    def __init__(self, fake: FakeBotApi) -> None:
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/hooks/telegram"
        self.adapter: Adapter = bot_for(
            fake, mode="webhook", webhook_url=self.url, webhook_secret=SECRET
        )

    @contextlib.asynccontextmanager
    async def served(self) -> AsyncIterator[None]:
        app = Starlette(routes=self.adapter.routes())
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        server.config.load()
        task = asyncio.create_task(server.serve(sockets=[self._listener]))
        await until(lambda: server.started)
        try:
            yield
        finally:
            server.force_exit = server.should_exit = True
            await task


def test_updates_come_in_order_and_each_is_confirmed_once_it_is_durable(fake: FakeBotApi) -> None:
    async def run() -> None:
        site, door = Site(fake), ListDoor()
        async with site.served(), listening(site.adapter, door):
            await until(lambda: door.said("connected"))
            for number in range(50):
                fake.say(str(number))
            await until(lambda: fake.queue.confirmed == 50)
        assert door.texts == [str(number) for number in range(50)]
        assert site.adapter.names == ("chendian_bot",)

    asyncio.run(run())
    (given,) = [given for name, given in fake.calls if name == "setWebhook"]
    assert given["secret_token"] == SECRET
    assert "message_reaction" in given["allowed_updates"]


def test_update_that_could_not_be_kept_is_brought_again(fake: FakeBotApi) -> None:
    """Fault 1: nothing is acknowledged that is not durable."""

    async def run() -> None:
        site, door = Site(fake), ListDoor()
        async with site.served(), listening(site.adapter, door):
            await until(lambda: door.said("connected"))
            door.refusals = 2
            fake.say("a")
            fake.say("b")
            await until(lambda: len(door.events) == 2)
        assert (door.texts, len(door.refused)) == (["a", "b"], 2)

    asyncio.run(run())


def test_what_telegram_did_not_send_is_refused_and_kept_nowhere(fake: FakeBotApi) -> None:
    """Fault 36: no or a wrong secret, other methods, bodies without end."""

    async def run() -> None:
        site, door = Site(fake), ListDoor()
        async with site.served(), listening(site.adapter, door), httpx.AsyncClient() as client:
            await until(lambda: door.said("connected"))

            async def post(secret: str | None, body: Any) -> int:
                headers = {HEADER: secret} if secret is not None else {}
                return (await client.post(site.url, content=body, headers=headers)).status_code

            for secret in (None, "", "wrong", SECRET + "x", SECRET[:-1], SECRET.upper()):
                assert await post(secret, UPDATE) == 401
            assert await post(SECRET, b"x" * (LARGEST + 1)) == 413
            assert await post(SECRET, endless()) == 413
            assert await post(SECRET, b" ") == 400
            assert (await client.get(site.url, headers={HEADER: SECRET})).status_code == 405
            assert door.events == []
            assert await post(SECRET, UPDATE) == 200
            assert await post(SECRET, b"not JSON") == 200
        # what Telegram itself sends is kept, whatever it is
        assert door.events == [UPDATE, b"not JSON"]

    asyncio.run(run())


async def endless() -> AsyncIterator[bytes]:
    for _ in range(LARGEST // 65536 + 2):
        yield b"x" * 65536


def test_update_before_anybody_listens_is_brought_again(fake: FakeBotApi) -> None:
    async def run() -> None:
        site = Site(fake)
        async with site.served(), httpx.AsyncClient() as client:
            answer = await client.post(site.url, content=UPDATE, headers={HEADER: SECRET})
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        await site.adapter.close()

    asyncio.run(run())


def test_webhook_that_cannot_be_set_is_tried_again(fake: FakeBotApi) -> None:
    fake.fail("setWebhook", status=500)

    async def run() -> None:
        site, door = Site(fake), ListDoor()
        async with site.served(), listening(site.adapter, door):
            await until(lambda: door.said("connected"))
            fake.say("a")
            await until(lambda: door.events)
        assert door.told[:2] == [("lost", True), ("connected", None)]

    asyncio.run(run())


def test_deliveries_that_fail_are_an_alarm(
    fake: FakeBotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.telegram.webhook._LOOK", 0.2)

    async def run() -> None:
        site, door = Site(fake), ListDoor()
        async with listening(site.adapter, door):
            await until(lambda: door.said("connected"))
            await until(lambda: door.heard_times > 1)
            assert door.said("alarm") == []
            fake.say("nobody serves the site")
            await until(lambda: door.said("alarm"))
            findings = await site.adapter.check()
        assert any("could not deliver 1" in f.what for f in findings if not f.good)

    asyncio.run(run())


def test_webhook_taken_away_by_somebody_is_set_again(
    fake: FakeBotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.telegram.webhook._LOOK", 0.2)

    async def run() -> None:
        site, door = Site(fake), ListDoor()
        async with site.served(), listening(site.adapter, door):
            await until(lambda: door.said("connected"))
            async with httpx.AsyncClient() as client:
                await client.get(f"{fake.url}/bot{fake.token}/deleteWebhook")
            fake.say("a")
            await until(lambda: door.events)

    asyncio.run(run())


def test_polling_bot_has_no_routes(fake: FakeBotApi) -> None:
    assert bot_for(fake).routes() == []
