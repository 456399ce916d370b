"""Listening to a gateway: order, bursts, a door that cannot, broken lines, what is looked up."""

from __future__ import annotations

import asyncio
import json
import time
from functools import partial

import pytest
from onebot import OneBotPeer
from onebot_door import GROUP, KEY, ListDoor, account, connected, listening, until

from archive.records import EssenceMark, Member, Reacted, Recall

APPS = ["napcat", "napcat-old", "llonebot", "lagrange"]


@pytest.mark.parametrize("app", APPS)
@pytest.mark.parametrize("as_string", [False, True])
def test_what_is_said_comes_in_order_once(app: str, as_string: bool) -> None:
    async def run() -> None:
        async with connected(app) as (peer, door, _):
            peer.world.as_string = as_string
            said = await peer.say_many(GROUP, 300, rate=3000)
            await until(lambda: len(door.messages()) >= 300)
            assert door.texts() == [f"第 {n} 条 {GROUP}" for n in range(300)]
            await asyncio.sleep(0.1)
            assert len(door.messages()) == 300 and len(said) == 300

    asyncio.run(run())


def test_a_frame_is_taken_as_the_bytes_it_was() -> None:
    async def run() -> None:
        async with connected() as (peer, door, _):
            start = '{ "post_type":"message","message_type" : "group","group_id":700,'
            frame = start + '"time":1,\n"user_id":20003,"message_id":9,"message":"\\u4f60 "}'
            peer.frame(frame)
            await until(lambda: frame.encode() in door.events)

    asyncio.run(run())


def test_a_burst_is_taken_in_few_batches() -> None:
    async def run() -> None:
        async with connected() as (peer, door, _):
            door.delay = 0.05
            before = len(door.batches)
            for number in range(2000):
                peer.say(GROUP, 20003, f"{number}")
            await until(lambda: len(door.messages()) == 2000)
            assert len(door.batches) - before < 30
            assert door.texts() == [str(number) for number in range(2000)]

    asyncio.run(run())


def test_five_thousand_messages_a_second_are_taken(slack: float) -> None:
    async def run() -> None:
        async with connected(history_minutes=10) as (peer, door, _):
            began = time.monotonic()
            await peer.say_many(GROUP, 5000, rate=5000)
            await until(lambda: len(door.events) >= 5000)
            assert time.monotonic() - began < 6 * slack

    asyncio.run(run())


def test_events_a_door_could_not_keep_are_offered_again() -> None:
    """TRUST 1 and 39: a full disk loses nothing and doubles nothing."""

    async def run() -> None:
        async with connected() as (peer, door, _):
            door.refusals = 3
            peer.say(GROUP, 20003, "一")
            await asyncio.sleep(0.05)
            peer.say(GROUP, 20003, "二")
            await until(lambda: len(door.messages()) == 2)
            assert door.texts() == ["一", "二"]

    asyncio.run(run())


@pytest.mark.parametrize("app", APPS)
def test_after_a_broken_line_nothing_is_missing_and_nothing_is_twice(app: str) -> None:
    async def run() -> None:
        async with connected(app) as (peer, door, _):
            for round_ in range(3):
                peer.say(GROUP, 20003, f"前 {round_}")
                peer.drop()
                await until(lambda: not peer.connections)
                for number in range(40):
                    peer.say(GROUP, 20002, f"断线 {round_}-{number}")
                await peer.until_connected()
                peer.say(GROUP, 20003, f"后 {round_}")
            await until(lambda: len(door.messages()) >= 126)
            await asyncio.sleep(0.3)
            ids = [m.id for m in door.messages()]
            assert len(set(ids)) == len(ids) == 126
            assert set(door.texts()) == {m["raw_message"] for m in peer.world.groups[GROUP].log}

    asyncio.run(run())


def test_the_gateway_is_found_again_within_seconds_of_its_return(slack: float) -> None:
    async def run() -> None:
        async with connected() as (peer, door, _):
            await peer.stop()
            await until(lambda: door.said("lost"))
            await asyncio.sleep(2.5)
            await peer.start()
            assert await until(lambda: len(door.said("connected")) == 2) < 5 * slack

    asyncio.run(run())


def test_answers_recalls_and_marks_name_messages_that_are_known() -> None:
    async def run() -> None:
        async with connected(essence_minutes=10) as (peer, door, _):
            first = peer.say(GROUP, 20003, "原话")
            answer = peer.say(GROUP, 20002, "答", reply=first)
            peer.essence(first, by=20001)
            peer.recall(answer, by=20001)
            await until(lambda: door.of(Recall) and door.of(EssenceMark))
            told = door.messages()
            assert told[1].reply_to == told[0].id
            assert door.of(EssenceMark)[0].id in told[0].other_ids
            assert door.of(Recall)[0].id in told[1].other_ids
            quoting = next(e for e in door.envelopes() if e.text == "答")
            assert (quoting.reply_to, quoting.quoted) == (told[0].id, ())

    asyncio.run(run())


def test_an_answer_to_an_old_message_is_looked_up() -> None:
    async def run() -> None:
        async with connected(history_minutes=10) as (peer, door, _):
            await until(lambda: any(isinstance(r, Member) for r in door.records()))
            old = peer.say(GROUP, 20003, "旧话", told=False, at=1700000000)
            quote = {"type": "reply", "data": {"id": str(old["message_id"]), "text": "旧话"}}
            peer.say(GROUP, 20002, [quote, {"type": "text", "data": {"text": "答"}}])
            await until(lambda: door.messages())
            assert door.messages()[0].reply_to == str(old["real_seq"])
            assert [e.quoted for e in door.envelopes() if e.text == "答"] == [("qq:20003",)]
            assert door.messages()[0].quote is not None

    asyncio.run(run())


def test_words_quoted_of_nobody_in_particular_are_not_stored() -> None:
    async def run() -> None:
        async with connected() as (peer, door, _):
            quote = {"type": "reply", "data": {"id": "424242", "text": "某人的话"}}
            peer.say(GROUP, 20002, [quote, {"type": "text", "data": {"text": "答"}}])
            await until(lambda: door.messages())
            assert door.messages()[0].reply_to == "m424242"
            assert "某人的话" not in b"".join(door.events).decode()

    asyncio.run(run())


@pytest.mark.parametrize("app", ["napcat", "llonebot", "lagrange"])
def test_merged_records_are_opened_and_their_authors_named(app: str) -> None:
    async def run() -> None:
        async with connected(app) as (peer, door, _):
            inner = [peer.node(20009, "最里面")]
            peer.world.forwards["R2"] = inner
            data = {"id": "R2", "content": inner} if app == "napcat" else {"id": "R2"}
            nodes = [
                peer.node(20002, "外面"),
                peer.node(20001, [{"type": "forward", "data": data}]),
            ]
            peer.say_record(GROUP, 20003, nodes, "R1")
            peer.say(GROUP, 20003, "下一句")
            await until(lambda: len(door.messages()) == 2)
            found = next(m for m in door.messages() if m.kind == "forward")
            assert [m.text for m in found.nested] == ["外面", ""]
            assert found.nested[1].nested[0].text == "最里面"
            quoted = next(e.quoted for e in door.envelopes() if e.message_id == found.id)
            assert set(quoted) == {"qq:20002", "qq:20001", "qq:20009"}

    asyncio.run(run())


def test_a_gateway_that_does_not_answer_lookups_delays_only_that_message() -> None:
    async def run() -> None:
        async with connected("llonebot") as (peer, door, _):
            peer.silent = {"get_forward_msg"}
            peer.say_record(GROUP, 20003, [peer.node(20002, "x")], "R1")
            peer.say(GROUP, 20003, "下一句")
            await until(lambda: "下一句" in door.texts(), 1)
            await until(lambda: len(door.messages()) == 2, 8)

    asyncio.run(run())


def test_nothing_is_asked_about_groups_that_are_not_archived() -> None:
    async def run() -> None:
        async with connected("llonebot", "qq:1") as (peer, door, _):
            peer.say_record(GROUP, 20003, [peer.node(20002, "x")], "R1")
            peer.say(GROUP, 20003, "别的群")
            await until(lambda: len(door.events) >= 2)
            asked = {action for action, told in peer.actions.calls if "group_id" in told}
            assert asked == set() and "get_forward_msg" not in dict(peer.actions.calls)

    asyncio.run(run())


def _is_told_twice(door: ListDoor, name: str) -> bool:
    return sum(name in str(m) for m in door.messages()) == 2


def test_reactions_come_with_all_counts_and_files_once() -> None:
    async def run() -> None:
        async with connected() as (peer, door, _):
            first = peer.say(GROUP, 20003, "好消息")
            for person in (20001, 20002):
                peer.react(first, person, "128077")
            await until(lambda: len(door.of(Reacted)) == 2)
            assert door.of(Reacted)[-1].reactions[0].count == 2
            for notice_first in (True, False):
                name = f"{notice_first}.pdf"
                peer.upload(GROUP, 20003, name, 9, lag=17, first=notice_first)
                await until(partial(_is_told_twice, door, name))
                one, two = [m for m in door.messages() if name in str(m)]
                assert one.id == two.id or one.id in two.other_ids or two.id in one.other_ids

    asyncio.run(run())


def test_bad_frames_go_through_and_the_rest_goes_on() -> None:
    """TRUST 8 and 10: what cannot be read is handed over for quarantine, nothing stops."""

    async def run() -> None:
        async with connected() as (peer, door, _):
            for frame in ("{", "[]", "5", '"x"', "{}", "[" * 100_000, '{"post_type":5}'):
                peer.frame(frame)
            peer.frame(json.dumps({"post_type": "message", "group_id": [], "message": {}}))
            peer.say(GROUP, 20003, "还在")
            await until(lambda: "还在" in door.texts())
            assert len(door.quarantine) == 8

    asyncio.run(run())


def test_titles_and_members_are_told_at_connect_and_for_a_group_archived_later() -> None:
    async def run() -> None:
        async with connected() as (peer, door, _):
            await until(lambda: len(door.of(Member)) >= 4)
            assert {m.key: m.role for m in door.of(Member)}["qq:20001"] == "owner"
            peer.world.group(701, "新群")
            door.archived.append("qq:701")
            await until(lambda: door.of(Member, "qq:701"))
            assert any("新群" in raw.decode() for raw in door.events)

    asyncio.run(run())


def test_heartbeats_are_heard_and_never_stored() -> None:
    async def run() -> None:
        async with connected() as (_, door, _2):
            await until(lambda: door.heard_times >= 2)
            assert not any(b"meta_event" in raw for raw in door.events)

    asyncio.run(run())


def test_what_has_come_is_handed_over_when_the_program_stops() -> None:
    async def run() -> None:
        peer, door = OneBotPeer(), ListDoor(KEY)
        adapter = account(url=await peer.start())
        async with listening(adapter, door):
            await until(lambda: door.said("connected"))
            door.delay = 0.3
            for number in range(50):
                peer.say(GROUP, 20003, str(number))
            await asyncio.sleep(0.1)
        assert door.texts() == [str(number) for number in range(50)]
        await peer.stop()

    asyncio.run(run())
