"""In order, all of it, once: bursts, slow answers, a door that refuses, payloads that are late."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from gateway import LIN, ROOM, Gateway, needed
from wechat_door import ListDoor, account, listening, stop, until

from adapters.wechat.listening import Patience


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    needed()
    with Gateway() as running:
        yield running


def texts(door: ListDoor) -> list[str]:
    return [message.text for message in door.messages]


@pytest.mark.parametrize("slow", [False, True])
def test_a_burst_of_500_keeps_its_order_and_comes_in_batches(gateway: Gateway, slow: bool) -> None:
    async def run() -> ListDoor:
        async with listening(gateway) as door:
            gateway.do("slow", on=slow)
            gateway.do("burst", count=500)
            await until(lambda: len(door.events) == 500)
            gateway.do("slow", on=False)
            return door

    door = asyncio.run(run())
    assert texts(door) == [f"第{i}条" for i in range(500)]
    assert len(door.batches) < 50


def test_order_holds_between_messages_and_what_happens_in_the_room(gateway: Gateway) -> None:
    async def run() -> ListDoor:
        async with listening(gateway) as door:
            gateway.say("一", fails=2)
            gateway.do("topic", title="新名字")
            gateway.say("二")
            await until(lambda: len(door.events) == 3)
            gateway.do("topic", title="运营人一群")
            return door

    assert texts(asyncio.run(run())) == ["一", '"林一舟"修改群名为“新名字”', "二"]


def test_a_door_that_refuses_is_offered_the_same_again(gateway: Gateway) -> None:
    """TRUST 1: what was not stored is not lost, what was stored is not doubled."""

    async def run() -> ListDoor:
        async with listening(gateway) as door:
            door.refusals = 1
            gateway.do("burst", count=5)
            await until(lambda: len(door.events) == 5)
            return door

    assert texts(asyncio.run(run())) == [f"第{i}条" for i in range(5)]


def test_the_same_event_again_has_the_same_key(gateway: Gateway) -> None:
    """TRUST 1."""

    async def run() -> ListDoor:
        async with listening(gateway) as door:
            key = gateway.say("只有一次")
            gateway.do("emit", event="message", payload={"messageId": key})
            gateway.say("然后")
            await until(lambda: len(door.events) == 2)
            return door

    door = asyncio.run(run())
    assert texts(door) == ["只有一次", "然后"]
    assert sum(door.batches) == 3


def test_a_payload_that_is_late_is_asked_for_again(gateway: Gateway) -> None:
    async def run() -> ListDoor:
        async with listening(gateway) as door:
            gateway.say("迟到", fails=2)
            await until(lambda: door.events)
            return door

    assert texts(asyncio.run(run())) == ["迟到"]


def test_a_payload_that_never_comes_is_kept_with_its_id_and_holds_nobody_up(
    gateway: Gateway,
) -> None:
    """TRUST 8: without a group the door puts it into quarantine."""

    async def run() -> ListDoor:
        async with listening(gateway) as door:
            gateway.do("emit", event="message", payload={"messageId": "lost-1"})
            gateway.say("下一条")
            await until(lambda: len(door.events) == 2)
            return door

    door = asyncio.run(run())
    envelope = door.account.envelope(door.events[0])
    assert (envelope.key, envelope.group_key) == ("wechat:?:lost-1:message", None)
    assert not envelope.private
    assert b"lost-1" in door.events[0]
    assert texts(door) == ["下一条"]


def test_a_sender_who_cannot_be_looked_up_is_known_by_id(gateway: Gateway) -> None:
    async def run() -> ListDoor:
        gateway.do("person", key="wxid_ghost", name="幽灵")
        gateway.do("fails", key="wxid_ghost", times=1000)
        async with listening(gateway) as door:
            gateway.say("谁", sender="wxid_ghost")
            await until(lambda: door.events)
            return door

    (message,) = asyncio.run(run()).messages
    assert (message.sender_key, message.sender_name) == ("wechat:wxid_ghost", None)


def test_people_and_rooms_are_asked_for_once(gateway: Gateway) -> None:
    async def run() -> int:
        made = account(gateway)
        asked = 0
        ask = made._gateway.contact

        async def counted(contact_id: str) -> dict[str, object]:
            nonlocal asked
            asked += contact_id == LIN
            return await ask(contact_id)

        made._gateway.contact = counted  # type: ignore[method-assign]
        door = ListDoor(made)
        task = asyncio.create_task(made.listen(door))
        await until(lambda: "connected" in door.told)
        gateway.do("burst", count=100)
        await until(lambda: len(door.events) == 100)
        await stop(task)
        await made.close()
        return asked

    assert asyncio.run(run()) == 1


def test_what_was_heard_before_a_stop_is_still_handed_over(gateway: Gateway) -> None:
    """TRUST 13: the gateway keeps nothing, so a stop must not lose what it has sent."""

    async def run() -> ListDoor:
        made = account(gateway, Patience(farewell=20))
        door = ListDoor(made)
        task = asyncio.create_task(made.listen(door))
        await until(lambda: "connected" in door.told)
        gateway.do("slow", on=True)
        gateway.do("burst", count=60)
        gateway.say("最后")
        await asyncio.sleep(0.2)
        await stop(task)
        gateway.do("slow", on=False)
        await made.close()
        return door

    door = asyncio.run(run())
    assert texts(door) == [*(f"第{i}条" for i in range(60)), "最后"]


def test_names_that_lie_and_texts_that_hurt_arrive_as_they_were(gateway: Gateway) -> None:
    """TRUST 9."""
    name = "\u202e管理\u200b员\u2066"
    nasty = [
        "a\x00b",
        "e" + "\u0301" * 10_000,
        "👨\u200d👩\u200d👧",
        "\u202eabc",
        "\ufeff",
        "cut \ud83d",
    ]

    async def run() -> ListDoor:
        gateway.do("person", key="wxid_nasty", name=name)
        async with listening(gateway) as door:
            for text in nasty:
                gateway.say(text, sender="wxid_nasty")
            await until(lambda: len(door.events) == len(nasty))
            return door

    door = asyncio.run(run())
    assert texts(door) == nasty
    assert {message.sender_name for message in door.messages} == {name}
    assert door.messages[0].group_key == f"wechat:{ROOM}"


def test_a_text_of_a_megabyte_and_ten_thousand_lines_arrives(gateway: Gateway) -> None:
    """TRUST 10: how much of it is kept is the archive's to say."""

    async def run() -> ListDoor:
        async with listening(gateway) as door:
            gateway.say("长" * 350_000)
            gateway.say("行\n" * 10_000)
            await until(lambda: len(door.events) == 2)
            return door

    assert [len(text) for text in texts(asyncio.run(run()))] == [350_000, 20_000]


def test_a_payload_nested_without_end_is_kept_as_text(gateway: Gateway) -> None:
    """TRUST 10."""

    async def run() -> ListDoor:
        async with listening(gateway) as door:
            deep: list[object] = []
            for _ in range(300):
                deep = [deep]
            gateway.do("emit", event="room-topic", payload={"roomId": ROOM, "x": deep})
            gateway.say("之后")
            await until(lambda: len(door.events) == 2)
            return door

    door = asyncio.run(run())
    assert texts(door) == ["之后"]
    assert door.account.envelope(door.events[0]).group_key is None
