"""群精华 in both directions: followed, compared with the gateway's list, set and taken away."""

from __future__ import annotations

import asyncio

import pytest
from onebot_door import GROUP, KEY, ListDoor, account, connected, listening, until

from adapters.contract import Forbidden, NotReachable
from archive.records import EssenceMark


def marks(door: ListDoor) -> list[tuple[str, bool]]:
    return [(mark.id, mark.removed) for mark in door.of(EssenceMark)]


@pytest.mark.parametrize("app", ["napcat", "napcat-old", "llonebot", "lagrange"])
def test_a_mark_taken_away_is_noticed_though_napcat_does_not_say_so(app: str) -> None:
    async def run() -> None:
        async with connected(app) as (peer, door, _):
            first, second = peer.say(GROUP, 20003, "好"), peer.say(GROUP, 20003, "也好")
            peer.essence(first)
            peer.essence(second, operator_told=False)
            await until(lambda: len(marks(door)) >= 4)
            peer.unessence(second)
            await until(lambda: any(removed for _, removed in marks(door)))
            one, two = door.messages()
            gone = {mark for mark, removed in marks(door) if removed}
            assert gone and gone <= {two.id, *two.other_ids}
            assert {mark for mark, _ in marks(door)} - gone <= {
                one.id, *one.other_ids, two.id, *two.other_ids
            }  # fmt: skip

    asyncio.run(run())


def test_a_mark_taken_away_before_it_was_ever_listed_is_noticed() -> None:
    async def run() -> None:
        async with connected("napcat", essence_minutes=10) as (peer, door, _):
            first = peer.say(GROUP, 20003, "好")
            await until(lambda: door.messages())
            peer.essence(first)
            await until(lambda: marks(door))
            peer.unessence(first)
            await until(lambda: any(removed for _, removed in marks(door)))
            (told,) = {mark for mark, removed in marks(door) if removed}
            assert told in {door.messages()[0].id, *door.messages()[0].other_ids}

    asyncio.run(run())


def test_marks_set_and_taken_away_while_nobody_listened_are_followed() -> None:
    async def run() -> None:
        async with connected() as (peer, door, _):
            first, second = peer.say(GROUP, 20003, "好"), peer.say(GROUP, 20003, "也好")
            peer.essence(first)
            await until(lambda: len(marks(door)) >= 2)
            url = f"ws://127.0.0.1:{peer.port}"
        again = ListDoor(KEY)
        again.kept = door.kept
        peer.unessence(first)
        peer.essence(second)
        await peer.start()
        async with listening(account(url=url, access_token="secret"), again):
            await until(lambda: len(marks(again)) == 2)
            assert set(marks(again)) == {
                (str(first["real_seq"]), True),
                (str(second["real_seq"]), False),
            }
        await peer.stop()

    asyncio.run(run())


def test_a_marked_message_older_than_the_archive_comes_with_its_mark() -> None:
    async def run() -> None:
        async with connected() as (peer, door, _):
            old = peer.say(GROUP, 20003, "很久以前的好话", at=1600000000, told=False)
            peer.essence(old, by=20001)
            await until(lambda: door.messages() and len(marks(door)) == 2)
            (found,) = door.messages()
            assert (found.text, found.sent_at) == ("很久以前的好话", 1600000000)
            assert marks(door)[-1] == (found.id, False)
            assert door.of(EssenceMark)[-1].by == "qq:20001"

    asyncio.run(run())


def test_a_list_of_twenty_says_nothing_of_older_marks() -> None:
    async def run() -> None:
        async with connected() as (peer, door, _):
            said = [peer.say(GROUP, 20003, str(n)) for n in range(25)]
            for number, event in enumerate(said):
                peer.actions.mark(event, 20001)
                entry = peer.world.groups[GROUP].essence[event["_place"]]
                entry["operator_time"] = 1760000000 + number
            await until(lambda: len(marks(door)) >= 50)
            peer.actions.essence_most = 20
            peer.unessence(said[-1])
            await until(lambda: any(removed for _, removed in marks(door)))
            await asyncio.sleep(1)
            gone = [mark for mark, removed in marks(door) if removed]
            assert gone == [str(said[-1]["real_seq"])]

    asyncio.run(run())


def test_a_list_that_cannot_be_had_takes_no_mark_away() -> None:
    async def run() -> None:
        async with connected() as (peer, door, _):
            peer.essence(peer.say(GROUP, 20003, "好"))
            await until(lambda: len(marks(door)) >= 2)
            peer.refuse["get_essence_msg_list"] = (200, "获取失败")
            await asyncio.sleep(1.5)
            assert not any(removed for _, removed in marks(door))

    asyncio.run(run())


@pytest.mark.parametrize("app", ["napcat", "napcat-old", "llonebot", "lagrange"])
def test_a_message_is_marked_and_unmarked_through_the_gateway(app: str) -> None:
    async def run() -> None:
        async with connected(app) as (peer, door, adapter):
            peer.say(GROUP, 20003, "好")
            await until(lambda: door.messages())
            own_id = door.messages()[0].id
            assert own_id is not None
            await adapter.mark_essence(KEY, own_id, True)
            assert len(peer.world.groups[GROUP].essence) == 1
            await adapter.mark_essence(KEY, own_id, True)
            await adapter.mark_essence(KEY, own_id, False)
            assert not peer.world.groups[GROUP].essence

    asyncio.run(run())


def test_an_old_message_is_found_in_history_to_be_marked() -> None:
    async def run() -> None:
        async with connected() as (peer, _, adapter):
            said = [
                peer.say(GROUP, 20003, str(n), told=False, at=1700000000 + n) for n in range(250)
            ]
            peer.world.forget_ids()
            await adapter.mark_essence(KEY, str(said[3]["real_seq"]), True)
            assert list(peer.world.groups[GROUP].essence) == [said[3]["_place"]]
            with pytest.raises(Forbidden):
                await adapter.mark_essence(KEY, "999999", True)
            peer.refuse["set_essence_msg"] = (1401, "权限不足")
            with pytest.raises(Exception, match="access_token"):
                await adapter.mark_essence(KEY, str(said[3]["real_seq"]), True)

    asyncio.run(run())


def test_nothing_is_marked_without_a_gateway() -> None:
    async def run() -> None:
        with pytest.raises(NotReachable):
            await account(url="ws://127.0.0.1:9").mark_essence(KEY, "1", True)

    asyncio.run(run())
