"""A bot that polls: what came is durable before Telegram is told so."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Iterator

import pytest
from bot_api import FakeBotApi
from bot_api_updates import TECH, every_update
from telegram import Update
from telegram_door import ListDoor, bot_for, listening, until

from adapters.contract import AdapterError
from adapters.telegram.updates import ALL
from archive.errors import ArchiveError


@pytest.fixture
def fake() -> Iterator[FakeBotApi]:
    with FakeBotApi() as running:
        yield running


def test_all_kinds_of_updates_are_asked_for_and_come_as_raw_json(fake: FakeBotApi) -> None:
    assert set(ALL) == set(Update.ALL_TYPES)

    async def run() -> None:
        door = ListDoor()
        async with listening(bot_for(fake), door):
            await until(lambda: door.said("connected"))
            fake.add_updates(list(every_update().values()))
            await until(lambda: len(door.events) == len(ALL))
        kinds = [next(k for k in json.loads(raw) if k != "update_id") for raw in door.events]
        assert kinds == list(every_update())

    asyncio.run(run())


def test_offset_moves_only_when_the_batch_is_durable(fake: FakeBotApi) -> None:
    """Fault 1: what was taken but not confirmed comes again, with the same key."""
    fake.say("eins")
    fake.say("zwei")
    adapter = bot_for(fake)

    async def killed_before_the_next_poll() -> list[bytes]:
        door = ListDoor()
        door.delay = 0.3
        async with listening(bot_for(fake), door):
            await asyncio.sleep(0.25)
            assert fake.queue.confirmed == 0
        return door.events

    async def run_again() -> ListDoor:
        door = ListDoor()
        async with listening(adapter, door):
            await until(lambda: fake.queue.confirmed == 2)
        return door

    assert asyncio.run(killed_before_the_next_poll()) == []
    door = asyncio.run(run_again())
    assert door.texts == ["eins", "zwei"]
    assert door.kept == str(fake.queue.next_id)
    again = asyncio.run(run_again_from(fake, None, door.events))
    assert again == []


async def run_again_from(fake: FakeBotApi, offset: str | None, known: list[bytes]) -> list[bytes]:
    """Return what a bot that lost its offset gets beyond what it had."""
    door = ListDoor(offset)
    async with listening(bot_for(fake), door):
        await until(lambda: door.said("connected"))
    keys = {bot_for(fake).envelope(raw).key for raw in known}
    return [raw for raw in door.events if bot_for(fake).envelope(raw).key not in keys]


def test_bot_goes_on_at_the_offset_that_was_kept(fake: FakeBotApi) -> None:
    for text in "abc":
        fake.say(text)

    async def run() -> None:
        door = ListDoor(str(fake.queue.next_id - 1))
        async with listening(bot_for(fake), door):
            await until(lambda: door.events)
        assert door.texts == ["c"]
        for unreadable in ("", "seq:5"):
            door = ListDoor(unreadable)
            fake.say("d")
            async with listening(bot_for(fake), door):
                await until(lambda: "d" in door.texts)  # noqa: B023

    asyncio.run(run())


def test_batch_that_is_refused_is_offered_again_and_nothing_behind_it(fake: FakeBotApi) -> None:
    for number in range(3):
        fake.say(str(number))

    async def run() -> None:
        door = ListDoor()
        door.refusals = 2
        async with listening(bot_for(fake), door):
            await until(lambda: door.refused)
            fake.say("3")
            await asyncio.sleep(0.3)
            assert (door.events, fake.queue.confirmed, len(fake.polls)) == ([], 0, 1)
            await until(lambda: len(door.events) == 4)
        assert door.texts == ["0", "1", "2", "3"]
        assert len(set(door.refused)) == 1
        assert door.said("alarm") == ["the disk is full."]

    asyncio.run(run())


def test_large_backlog_comes_in_order_in_batches(fake: FakeBotApi) -> None:
    for number in range(1234):
        fake.say(str(number))

    async def run() -> None:
        door = ListDoor()
        async with listening(bot_for(fake), door):
            await until(lambda: len(door.events) == 1234)
            await until(lambda: fake.queue.confirmed == 1234)
        assert door.texts == [str(number) for number in range(1234)]
        assert max(size for size, _ in door.batches) == 100
        assert len(fake.polls) < 20

    asyncio.run(run())


def test_numbers_that_begin_anew_lower_down_are_followed(fake: FakeBotApi) -> None:
    """Telegram numbers on from anywhere after a week; a bot that only counts up polls for ever."""
    fake.say("before")

    async def run() -> None:
        door = ListDoor()
        async with listening(bot_for(fake), door):
            await until(lambda: fake.queue.confirmed == 1)
            fake.queue.begin_anew(5_000)
            polls = len(fake.polls)
            fake.say("after")
            fake.say("later")
            await until(lambda: door.kept == "5002")
            await until(lambda: len(fake.queue.waiting) == 0)
        assert door.texts == ["before", "after", "later"]
        assert len(fake.polls) - polls < 10

    asyncio.run(run())


BROKEN = [
    b'{"update_id":0,"message":{"message_id":5,"text":"\xff\xfe"}}',
    b'{"update_id":0,"message":{"message_id":5,"text":"\\ud83d"}}',
    b'{"update_id":0,"message":{"message_id":5,"text":"\\x41"}}',
    b'{"update_id":0,"message":{"message_id":NaN}}',
    b'{"update_id":0,"message":{"a" 5}}',
    b'{"update_id":0,"message":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    b'{"message":{"text":"no number"}}',
    b'{"update_id":0}',
    b'{"update_id":0,"hologram":{"chat":{"id":-100,"type":"supergroup"}}}',
]


@pytest.mark.parametrize("broken", BROKEN)
def test_update_nobody_can_read_is_handed_over_and_holds_up_nothing(
    fake: FakeBotApi, broken: bytes
) -> None:
    """Faults 8 and 10: kept as it is, never asked for again, no hot loop."""
    fake.say("before")
    fake.add_raw(broken)
    fake.say("after")

    async def run() -> None:
        door = ListDoor()
        async with listening(bot_for(fake), door):
            await until(lambda: fake.queue.confirmed == 3)
            await asyncio.sleep(0.2)
        assert len(fake.polls) <= 4
        before, kept, after = door.events
        assert (b"before" in before, b"after" in after) == (True, True)
        assert re.sub(rb'(?<="update_id":)[0-9]+', b"0", kept) == broken
        adapter = bot_for(fake)
        try:
            envelope = adapter.envelope(kept)
        except AdapterError:
            return
        assert envelope.key
        adapter.records(kept)

    asyncio.run(run())


def test_server_that_forgets_the_offset_is_not_asked_without_end(fake: FakeBotApi) -> None:
    fake.say("again and again")
    update = fake.queue.waiting[0][1]

    async def run() -> None:
        fake.fail(times=None, status=200, body=b'{"ok":true,"result":[' + update + b"]}")
        door = ListDoor()
        async with listening(bot_for(fake), door):
            await asyncio.sleep(1.5)
        assert len(fake.polls) <= 3

    asyncio.run(run())


def test_alive_peer_is_heard_though_nothing_is_said(fake: FakeBotApi, slack: float) -> None:
    async def run() -> None:
        door = ListDoor()
        begun = time.monotonic()
        async with listening(bot_for(fake, poll_seconds=1), door):
            await until(lambda: door.heard_times >= 2)
        assert 1 < time.monotonic() - begun < 5 * slack
        assert door.told == [("connected", None)]
        assert door.batches == []

    asyncio.run(run())


def test_listening_ends_when_it_is_cancelled_in_any_state(fake: FakeBotApi, slack: float) -> None:
    async def run() -> None:
        for state in ("well", "broken", "down"):
            if state == "broken":
                fake.fail(times=None)
            elif state == "down":
                fake.stop()
            async with listening(bot_for(fake), ListDoor()):
                await asyncio.sleep(0.2)

    begun = time.monotonic()
    asyncio.run(run())
    assert time.monotonic() - begun < 5 * slack


class ClosedDoor(ListDoor):
    """A door whose archive is locked at first."""

    times = 1

    async def offset(self) -> str | None:
        if self.times:
            self.times -= 1
            raise ArchiveError("the database is locked.", "wait")
        return await super().offset()


def test_offset_that_cannot_be_read_is_asked_for_again(fake: FakeBotApi) -> None:
    fake.say("a", TECH)

    async def run() -> None:
        door = ClosedDoor()
        async with listening(bot_for(fake), door):
            await until(lambda: door.events)
        assert door.said("alarm") == ["the database is locked."]

    asyncio.run(run())
