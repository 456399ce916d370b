"""A gateway that says nothing: asleep, or with nothing to say."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from gateway import Gateway, needed
from wechat_door import ListDoor, listening, until

from adapters.wechat import gateway as wire
from adapters.wechat.listening import Patience


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    needed()
    with Gateway() as running:
        yield running


def test_a_gateway_that_sleeps_with_open_sockets_is_noticed(gateway: Gateway) -> None:
    """TRUST 12: a connection that only looks alive is dropped, and taken up again."""

    async def run() -> ListDoor:
        patience = Patience(silence=1.5, answer=1)
        async with listening(gateway, patience) as door:
            gateway.sleep()
            try:
                await until(lambda: "lost" in door.told[-1])
            finally:
                gateway.wake()
            await until(lambda: door.told[-1] == "connected")
            gateway.say("醒了")
            await until(lambda: door.events)
            return door

    assert asyncio.run(run()).messages[0].text == "醒了"


def test_a_stream_that_does_not_notice_that_its_connection_is_gone_is_ended(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one that was only being opened when the connection was let go."""

    async def run() -> ListDoor:
        patience = Patience(silence=0.9, answer=0.5)
        async with listening(gateway, patience) as door:
            with monkeypatch.context() as patched:
                patched.setattr(wire.Gateway, "close", lambda _: None)
                gateway.sleep()
                try:
                    await until(lambda: "did not end" in door.told[-1])
                finally:
                    gateway.wake()
            await until(lambda: door.told[-1] == "connected")
            gateway.say("又听见了")
            await until(lambda: door.events)
            return door

    assert asyncio.run(run()).messages[0].text == "又听见了"


def test_a_silent_but_living_gateway_is_left_alone(gateway: Gateway) -> None:
    async def run() -> ListDoor:
        async with listening(gateway, Patience(silence=0.6)) as door:
            before = door.heard_times
            await until(lambda: door.heard_times >= before + 3)
            return door

    assert asyncio.run(run()).told[0] == "connected"
