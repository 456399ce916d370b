"""What was missed is fetched from history, in each gateway's manner; holes are not hidden."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable

import pytest
from onebot import OneBotPeer
from onebot_door import GROUP, KEY, ListDoor, account, connected, listening, until

APPS = ["napcat", "napcat-old", "llonebot", "lagrange"]


@contextlib.asynccontextmanager
async def away(app: str, **options: object) -> AsyncIterator[tuple[OneBotPeer, ListDoor]]:
    """Give a gateway and a door that have met once; nobody listens while the body runs, and
    everything missed has been fetched when it is left."""
    peer, door = OneBotPeer(app), ListDoor(KEY)
    peer.world.group(GROUP)
    url = await peer.start()
    async with listening(account(url=url), door):
        await until(lambda: door.said("connected"))
        peer.say(GROUP, 20003, "见过")
        await until(lambda: door.messages() and door.spans)
    yield peer, door
    spans = len(door.spans)
    async with listening(account(url=url, **options), door):
        await until(lambda: len(door.spans) > spans, 20)
    await peer.stop()


@pytest.mark.parametrize("app", APPS)
def test_ten_thousand_missed_messages_are_fetched_in_ten_seconds(app: str, slack: float) -> None:
    """TRUST 13: what the platform keeps is fetched at connect, oldest first."""

    async def run() -> None:
        async with away(app) as (peer, door):
            now = int(time.time())
            for number in range(10_000):
                peer.say(GROUP, 20001 + number % 3, f"错过 {number}", at=now + number // 50)
            peer.world.forget_ids()
            began = time.monotonic()
        assert time.monotonic() - began < 10 * slack
        assert door.texts()[1:] == [f"错过 {n}" for n in range(10_000)]

    asyncio.run(run())


@pytest.mark.parametrize("app", APPS)
def test_messages_of_one_second_are_all_fetched(app: str) -> None:
    async def run() -> None:
        async with away(app) as (peer, door):
            at = int(time.time()) + 1
            for number in range(450):
                peer.say(GROUP, 20003, f"{number}", at=at)
        assert sorted(map(int, door.texts()[1:])) == list(range(450))

    asyncio.run(run())


def test_a_look_back_that_was_cut_short_goes_on_where_it_ended() -> None:
    async def run() -> None:
        peer, door = OneBotPeer(), ListDoor(KEY)
        peer.world.group(GROUP)
        url = await peer.start()
        async with listening(account(url=url), door):
            await until(lambda: door.said("connected"))
            peer.say(GROUP, 20003, "见过")
            await until(lambda: door.spans)
        now = int(time.time())
        for number in range(3000):
            peer.say(GROUP, 20003, f"{number}", at=now + number)
        for more in range(1, 5):
            door.delay = 0.2
            task = asyncio.create_task(account(url=url).listen(door))
            with contextlib.suppress(AssertionError):
                await until(_more_than(door, more), 1)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        door.delay = 0
        async with listening(account(url=url), door):
            await until(lambda: len(door.messages()) == 3001)
        assert door.texts()[1:] == [str(n) for n in range(3000)]
        await peer.stop()

    asyncio.run(run())


def _more_than(door: ListDoor, number: int) -> Callable[[], bool]:
    have = len(door.events) + number
    return lambda: len(door.events) > have


def test_messages_that_come_live_do_not_hide_the_gap_before_them() -> None:
    async def run() -> None:
        peer, door = OneBotPeer(), ListDoor(KEY)
        url = await peer.start()
        async with listening(account(url=url), door):
            await until(lambda: door.said("connected"))
        for round_ in range(3):  # killed each time before history is asked for
            for number in range(50):
                peer.say(GROUP, 20003, f"错过 {round_} {number}")
            peer.silent = {"get_group_list"}
            async with listening(account(url=url), door):
                await peer.until_connected()
                peer.say(GROUP, 20003, f"现场 {round_}", at=int(time.time()) + round_)
                await until(lambda round_=round_: f"现场 {round_}" in door.texts())  # type: ignore[misc]
        peer.silent = set()
        async with listening(account(url=url), door):
            await until(lambda: len(door.messages()) == 153)
        assert len(set(door.texts())) == 153
        await peer.stop()

    asyncio.run(run())


def test_what_is_said_while_consent_is_withdrawn_is_never_fetched() -> None:
    """TRUST 37: archiving that is taken up again does not reach back over the pause."""

    async def run() -> None:
        peer, door = OneBotPeer(), ListDoor(KEY)
        url = await peer.start()
        async with listening(account(url=url), door):
            await until(lambda: door.said("connected"))
            peer.say(GROUP, 20003, "之前")
            await until(lambda: door.spans)
            door.archived.clear()
            await until(lambda: 'withdrawn":{"qq' in (door.kept or ""))
            peer.say(GROUP, 20003, "不许存", at=int(time.time()) + 1, told=False)
            await asyncio.sleep(2.6)
            door.archived.append(KEY)
            await until(lambda: 'covered":{"qq' in (door.kept or ""))
            peer.say(GROUP, 20003, "之后", told=False)
            await until(lambda: "之后" in door.texts())
        assert door.texts() == ["之前", "之后"]
        await peer.stop()

    asyncio.run(run())


def test_what_was_said_before_the_group_was_archived_is_not_fetched() -> None:
    async def run() -> None:
        peer, door = OneBotPeer(), ListDoor()
        for number in range(300):
            peer.say(GROUP, 20003, f"从前 {number}", at=int(time.time()) - 5000 + number)
        async with listening(account(url=await peer.start()), door):
            await until(lambda: door.said("connected"))
            door.archived.append(KEY)
            await until(lambda: door.kept and KEY in json.loads(door.kept)["covered"])
            peer.say(GROUP, 20003, "从此", told=False)
            await until(lambda: door.messages())
        assert door.texts() == ["从此"]
        await peer.stop()

    asyncio.run(run())


def test_the_end_of_an_import_is_where_a_first_look_back_stops() -> None:
    async def run() -> None:
        peer, door = OneBotPeer(), ListDoor(KEY)
        old = int(time.time()) - 90_000
        for number in range(300):
            peer.say(GROUP, 20003, f"{number}", at=old + number)
        door.adapter = adapter = account(url=await peer.start())
        imported = json.dumps({**peer.world.groups[GROUP].log[199], "_place": 0}).encode()
        await door.take([imported])
        async with listening(adapter, door):
            await until(lambda: len(door.messages()) == 101)
        assert door.texts()[1:] == [str(n) for n in range(200, 300)]
        await peer.stop()

    asyncio.run(run())


def test_a_napcat_that_forgot_its_ids_in_the_middle_is_asked_anew() -> None:
    """`消息N不存在`: the short id of the anchor lives in the gateway's memory only."""

    async def run() -> None:
        async with away("napcat") as (peer, door):
            for number in range(500):
                peer.say(GROUP, 20003, f"{number}")
            answer = peer.actions.answer
            pages = 0

            def forgetful(action: str, told: dict[str, object]) -> object:
                nonlocal pages
                pages += action == "get_group_msg_history"
                if pages == 3:
                    pages += 1
                    peer.world.forget_ids()
                return answer(action, told)

            peer.actions.answer = forgetful  # type: ignore[method-assign]
        assert sorted(map(int, door.texts()[1:])) == list(range(500))

    asyncio.run(run())


def test_a_hole_in_the_gateways_own_history_is_not_called_complete() -> None:
    """TRUST 13: NapCat may not have what was said while it was itself offline."""

    async def run() -> None:
        async with away("napcat") as (peer, door):
            now = int(time.time())
            for number in range(200):
                event = peer.say(GROUP, 20003, f"{number}", at=now + number)
                if 50 <= number < 150:
                    peer.actions.hidden.add(event["_place"])
            before = len(door.spans)
        told = [(since, until) for _, since, until in door.spans[before : before + 2]]
        assert len(door.messages()) == 101
        assert told[0][1] == now + 49 and told[1] == (now + 150, now + 199)

    asyncio.run(run())


def test_history_that_fails_is_tried_again_and_claims_nothing() -> None:
    """TRUST 11: a refusal neither ends the listening nor counts as complete."""

    async def run() -> None:
        async with connected() as (peer, door, _):
            await until(lambda: peer.actions.calls[-1][0] == "get_group_member_list")
            peer.refuse["get_group_msg_history"] = (1200, "timeout")
            peer.say(GROUP, 20003, "漏了", told=False)
            await asyncio.sleep(1.5)
            assert door.spans == [] and not door.messages()
            peer.refuse.clear()
            await until(lambda: door.texts() == ["漏了"])
            await until(lambda: door.spans)

    asyncio.run(run())


def test_a_message_lost_on_the_way_is_found_without_a_reconnection() -> None:
    async def run() -> None:
        async with connected() as (peer, door, _):
            peer.say(GROUP, 20003, "到了")
            peer.say(GROUP, 20003, "丢了", told=False)
            peer.say(GROUP, 20003, "也到了")
            await until(lambda: len(door.messages()) == 3, 8)
            assert len(door.said("connected")) == 1 and door.duplicates == 0

    asyncio.run(run())


def test_a_message_of_the_year_2099_does_not_end_the_looking_back() -> None:
    """TRUST 6: one wrong time must not say that everything before it is there."""

    async def run() -> None:
        async with away("napcat") as (peer, door):
            peer.say(GROUP, 20003, "来自未来", at=4_070_908_800)
        url = await peer.start()
        peer.say(GROUP, 20003, "之后", told=False)
        async with listening(account(url=url), door):
            await until(lambda: "之后" in door.texts())
        await peer.stop()

    asyncio.run(run())


def test_a_group_in_which_nothing_is_said_is_complete_up_to_now() -> None:
    async def run() -> None:
        async with connected() as (_, door, _2):
            began = int(time.time())
            await until(lambda: door.spans and door.spans[-1][2] > began + 1)
            assert not door.messages()

    asyncio.run(run())


def test_groups_of_another_account_are_left_alone() -> None:
    async def run() -> None:
        async with connected("napcat", KEY, "qq:999") as (peer, _door, _):
            await until(lambda: "get_essence_msg_list" in dict(peer.actions.calls))
            asked = {told.get("group_id") for _, told in peer.actions.calls}
            assert 999 not in asked

    asyncio.run(run())
