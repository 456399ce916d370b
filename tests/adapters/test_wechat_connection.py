"""The connection to the gateway: lost, back, taken by another, refused, asleep, logged out."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator

import pytest
from gateway import Gateway, needed
from wechat_door import ListDoor, account, listening, stop, until

from adapters.wechat.adapter import WeChat
from adapters.wechat.listening import Patience


@pytest.fixture(scope="module")
def shared() -> Iterator[Gateway]:
    needed()
    with Gateway() as running:
        yield running


@pytest.fixture
def gateway(shared: Gateway) -> Gateway:
    if not shared.running:
        shared.start()
    return shared


def test_a_gateway_that_dies_and_returns_is_listened_to_again_within_five_seconds(
    gateway: Gateway, slack: float
) -> None:
    """TRUST 13: the loss is told, so that the gap is known."""

    async def run() -> ListDoor:
        async with listening(gateway) as door:
            gateway.say("之前")
            await until(lambda: len(door.events) == 1)
            gateway.kill()
            await until(lambda: "lost" in door.told[-1], 3 * slack)
            await asyncio.sleep(2.5)  # by now the pauses are at their longest
            await asyncio.to_thread(gateway.start)
            assert await until(lambda: door.told[-1] == "connected") <= 5 * slack
            gateway.say("之后")
            await until(lambda: len(door.events) == 2)
            return door

    door = asyncio.run(run())
    assert [message.text for message in door.messages] == ["之前", "之后"]
    assert [line.split(":")[0] for line in door.told] == [
        "connected", "lost", "connected", "lost",
    ]  # fmt: skip
    assert door.alarms() == []


def test_pauses_grow_to_three_seconds_and_never_spin(gateway: Gateway) -> None:
    """TRUST 11: no hot loop."""
    assert Patience().longest == 3
    asked: list[float] = []

    async def run() -> ListDoor:
        gateway.kill()
        made = account(gateway, Patience(first=0.1, longest=0.6))
        door = ListDoor(made)
        ask = made._gateway.version

        async def counted(seconds: float | None = None) -> str:
            asked.append(asyncio.get_running_loop().time())
            return await ask(seconds)

        made._gateway.version = counted  # type: ignore[method-assign]
        task = asyncio.create_task(made.listen(door))
        await asyncio.sleep(2)
        await stop(task)
        await made.close()
        return door

    assert asyncio.run(run()).told == []
    pauses = [after - before for before, after in itertools.pairwise(asked)]
    assert 3 <= len(pauses) <= 5
    assert all(0.09 <= pause < 1.2 for pause in pauses)


def test_a_gateway_that_starts_later_is_found(gateway: Gateway) -> None:
    async def run() -> None:
        gateway.kill()
        made = account(gateway)
        door = ListDoor(made)
        task = asyncio.create_task(made.listen(door))
        await asyncio.sleep(1)
        await asyncio.to_thread(gateway.start)
        await until(lambda: door.told == ["connected"], 5)
        await stop(task)
        await made.close()

    asyncio.run(run())


def test_messages_under_way_when_the_gateway_dies_are_asked_for_again(gateway: Gateway) -> None:
    async def run() -> ListDoor:
        async with listening(gateway) as door:
            gateway.say("不变的", key="k1", fails=1000)
            await asyncio.sleep(0.15)
            gateway.kill()
            await asyncio.to_thread(gateway.start)
            # a real gateway keeps its messages; the mock is told the same one again
            gateway.say("不变的", key="k1")
            await until(lambda: door.messages)
            return door

    door = asyncio.run(run())
    assert [message.text for message in door.messages] == ["不变的"]


def test_a_second_listener_is_told_that_the_stream_is_taken(gateway: Gateway) -> None:
    async def run() -> None:
        async with listening(gateway) as first:
            made = account(gateway)
            second = ListDoor(made)
            task = asyncio.create_task(made.listen(second))
            await until(second.alarms)
            await asyncio.sleep(2)
            assert second.told == [
                "alarm: another program listens to the WeChat gateway, which serves only one."
            ]
            assert "stop that one" in second.hints[0]
            gateway.say("给第一个")
            await until(lambda: first.events)
            assert second.events == []
            await stop(task)
            await made.close()

    asyncio.run(run())


def test_the_second_listener_takes_over_when_the_first_ends(gateway: Gateway) -> None:
    async def run() -> None:
        made = account(gateway)
        second = ListDoor(made)
        async with listening(gateway):
            task = asyncio.create_task(made.listen(second))
            await until(second.alarms)
        await until(lambda: second.told[-1] == "connected", 5)
        gateway.say("现在给我")
        await until(lambda: second.events)
        await stop(task)
        await made.close()

    asyncio.run(run())


def test_a_wrong_token_alarms_at_once_and_is_not_tried_in_a_loop(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    """TRUST 11: and neither the alarm nor the log says the token."""

    async def run() -> ListDoor:
        made = WeChat("127.0.0.1", gateway.port, "wrong-token-77", "wx")
        door = ListDoor(made)
        task = asyncio.create_task(made.listen(door))
        await until(door.alarms, 5)
        await asyncio.sleep(1.5)
        await stop(task)
        await made.close()
        return door

    caplog.set_level("DEBUG")
    door = asyncio.run(run())
    assert door.told == ["alarm: the WeChat gateway does not accept the token."]
    ours = [line.getMessage() for line in caplog.records if line.name.startswith("adapters")]
    said = "".join([*door.told, *door.hints, *ours])
    assert "wrong-token-77" not in said and gateway.token not in said


def test_logging_out_is_a_loss_and_asks_for_a_scan_once(gateway: Gateway) -> None:
    async def run() -> ListDoor:
        async with listening(gateway) as door:
            gateway.do("logout")
            await until(door.alarms)
            for status in (2, 5, 2):
                gateway.do("emit", event="scan", payload={
                    "status": status, "qrcode": "https://login.example/l/secret-code",
                })  # fmt: skip
            gateway.do("login")
            await until(lambda: door.told[-1] == "connected")
            gateway.say("又好了")
            await until(lambda: door.events)
            return door

    door = asyncio.run(run())
    assert door.told[:4] == [
        "connected", "lost: logged out", "alarm: the WeChat account was logged out.", "connected",
    ]  # fmt: skip
    assert "QR code that the gateway at 127.0.0.1" in door.hints[0]
    assert "secret-code" not in "".join([*door.told, *door.hints])


def test_a_gateway_that_waits_for_a_scan_says_so() -> None:
    needed()

    async def run(gateway: Gateway) -> ListDoor:
        made = account(gateway)
        door = ListDoor(made)
        task = asyncio.create_task(made.listen(door))
        await asyncio.sleep(0.5)
        gateway.do("emit", event="scan", payload={"status": 2, "qrcode": "x"})
        await until(door.alarms)
        assert "connected" not in door.told
        gateway.do("emit", event="scan", payload={"status": 3})
        gateway.do("login")
        await until(lambda: door.told[-1] == "connected")
        await stop(task)
        await made.close()
        return door

    with Gateway(logged_in=False) as gateway:
        door = asyncio.run(run(gateway))
    assert door.alarms() == ["alarm: the WeChat account is not logged in."]


def test_a_gateway_that_never_tells_who_is_logged_in_is_believed_to_be_alive() -> None:
    needed()

    async def run(gateway: Gateway) -> None:
        patience = Patience(assumed=0.5)
        async with listening(gateway, patience) as door:
            assert door.told == ["connected"]

    with Gateway(logged_in=False) as gateway:
        asyncio.run(run(gateway))


def test_heartbeats_and_answers_are_signs_of_life(gateway: Gateway) -> None:
    async def run() -> int:
        async with listening(gateway) as door:
            before = door.heard_times
            for event in ("heartbeat", "dong", "ready"):
                gateway.do("emit", event=event, payload={"data": "x"})
            await until(lambda: door.heard_times == before + 3)
            return len(door.events)

    assert asyncio.run(run()) == 0


def test_errors_of_the_puppet_are_logged_without_their_words(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> None:
        async with listening(gateway) as door:
            gateway.do("emit", event="error", payload={"data": "he said: 秘密"})
            gateway.say("还在")
            await until(lambda: door.events)

    caplog.set_level("INFO")
    asyncio.run(run())
    said = [r.getMessage() for r in caplog.records if r.name.startswith("adapters")]
    assert any("wechat.gateway_error" in line for line in said)
    assert not any("秘密" in line or "还在" in line for line in said)
