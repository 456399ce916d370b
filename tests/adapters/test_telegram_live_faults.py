"""A bot whose way to Telegram is broken: it says so, waits, and comes back by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from bot_api import FakeBotApi
from telegram_door import ListDoor, bot_for, listening, until

from adapters.contract import NotReachable, TooFast
from adapters.telegram import link
from adapters.telegram.api import NoConnection


@pytest.fixture
def fake() -> Iterator[FakeBotApi]:
    with FakeBotApi() as running:
        yield running


def test_killed_peer_is_noticed_and_heard_again_within_five_seconds(
    fake: FakeBotApi, slack: float
) -> None:
    fake.say("before")

    async def run() -> None:
        door = ListDoor()
        async with listening(bot_for(fake), door):
            await until(lambda: door.events)
            fake.stop()
            await until(lambda: door.said("lost"), 5 * slack)
            fake.say("meanwhile")
            await asyncio.sleep(2.5)
            fake.start()
            assert await until(lambda: len(door.events) == 2) < 5 * slack
        assert door.told == [("connected", None), ("lost", True), ("connected", None)]
        assert door.texts == ["before", "meanwhile"]

    asyncio.run(run())


BREAK: dict[str, Callable[[FakeBotApi], None]] = {
    "500 twice": lambda fake: fake.fail(times=2),
    "502 as HTML": lambda fake: fake.fail(
        status=502, body=b"<html><h1>502 Bad Gateway</h1></html>"
    ),
    "HTML with 200": lambda fake: fake.fail(status=200, body=b"<html>login</html>"),
    "other JSON": lambda fake: fake.fail(status=200, body=b'{"status":"up"}'),
    "JSON list": lambda fake: fake.fail(status=200, body=b"[1,2]"),
    "other result": lambda fake: fake.fail(status=200, body=b'{"ok":true,"result":5}'),
    "no result": lambda fake: fake.fail(status=200, body=b'{"description":"x"}'),
    "odd error": lambda fake: fake.fail(status=500, body=b'{"description":5,"parameters":[1]}'),
    "nothing": lambda fake: fake.fail(status=200, body=b""),
    "cut": lambda fake: fake.fail(drop=True),
    "cut JSON": lambda fake: fake.fail(
        status=200, body=b'{"ok":true,"result":[{"update_id":7,"message":{"text":"a'
    ),
}


@pytest.mark.parametrize("kind", BREAK)
def test_broken_answer_moves_no_offset_and_is_followed_by_a_pause(
    fake: FakeBotApi, kind: str
) -> None:
    """Fault 11: back-off, no hot loop, nothing lost."""
    fake.say("said")
    BREAK[kind](fake)

    async def run() -> None:
        door = ListDoor()
        async with listening(bot_for(fake), door):
            await until(lambda: door.events)
        assert door.texts == ["said"]
        assert door.told == [("lost", True), ("connected", None)]

    asyncio.run(run())
    waits = [after - before for before, after in pairwise(fake.polls)]
    assert waits[0] >= 0.9
    assert len(waits) < 2 or waits[1] >= 1.9 or kind != "500 twice"


def test_pause_telegram_asks_for_is_kept(fake: FakeBotApi) -> None:
    """Fault 11: 429 with retry_after."""
    fake.say("said")
    fake.fail(status=429, description="Too Many Requests: retry after 3", retry_after=3)

    async def run() -> None:
        door = ListDoor()
        async with listening(bot_for(fake), door):
            await until(lambda: door.events)

    asyncio.run(run())
    assert fake.polls[1] - fake.polls[0] >= 3


def test_second_poller_is_an_alarm_and_what_it_takes_is_not_held(fake: FakeBotApi) -> None:
    """Fault 11: 409."""
    fake.fail(
        times=None, status=409,
        description="Conflict: terminated by other getUpdates request; make sure that only one bot"
        " instance is running",
    )  # fmt: skip

    async def run() -> None:
        door = ListDoor()
        async with listening(bot_for(fake), door):
            await until(lambda: door.said("alarm"), 5)
            await asyncio.sleep(3)
            assert len(fake.polls) == 1
        assert door.said("alarm") == ["another program takes the updates of this bot."]
        assert door.said("lost") == [False]

    asyncio.run(run())


def test_two_real_pollers_both_go_on_without_a_hot_loop(fake: FakeBotApi) -> None:
    async def run() -> None:
        first, second = ListDoor(), ListDoor()
        async with listening(bot_for(fake), first), listening(bot_for(fake), second):
            await until(lambda: first.said("alarm") or second.said("alarm"), 5)
            fake.say("said")
            await until(lambda: first.events or second.events)
            await asyncio.sleep(1)
        assert len(fake.polls) < 12

    asyncio.run(run())


def test_webhook_in_the_way_is_named(fake: FakeBotApi) -> None:
    fake.answering.courier.url = "https://example.org/x"

    async def run() -> None:
        door = ListDoor()
        async with listening(bot_for(fake), door):
            await until(lambda: door.said("alarm"), 5)
        assert "webhook" in door.said("alarm")[0]

    asyncio.run(run())


def test_revoked_token_is_a_loud_alarm_at_once_and_a_slow_retry(
    fake: FakeBotApi, slack: float
) -> None:
    """Fault 11: 401, the owner knows within the minute."""

    async def run() -> None:
        door = ListDoor()
        async with listening(bot_for(fake), door):
            await until(lambda: door.said("connected"))
            fake.revoke()
            assert await until(lambda: door.said("alarm")) < 5 * slack
            polls = len(fake.polls)
            await asyncio.sleep(3)
            assert len(fake.polls) == polls
            fake.mend()
            fake.say("new token, same bot")
            await until(lambda: door.events)
        assert door.said("alarm") == ["Telegram does not accept the bot's token."]
        assert door.said("lost") == [True]

    asyncio.run(run())


def test_longer_away_than_telegram_keeps_updates_is_a_gap(
    fake: FakeBotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 13: a day without Telegram (here no time at all) is told as lost for good, once."""

    async def run() -> None:
        door = ListDoor()
        async with listening(bot_for(fake), door):
            await until(lambda: door.said("connected"))
            fake.stop()
            await until(lambda: door.said("lost"))
            assert door.said("lost") == [True]
            monkeypatch.setattr(link, "KEPT", 0.0)
            await until(lambda: door.said("lost") == [True, False])
            await asyncio.sleep(1)
            fake.start()
            await until(lambda: len(door.said("connected")) == 2)
        assert door.said("lost") == [True, False]

    asyncio.run(run())


def pauses(error: Exception, number: int) -> list[float]:
    state = link.Link(ListDoor(), "tg")
    return [state.failed(error) for _ in range(number)]  # type: ignore[arg-type]


def test_pauses_grow_to_a_limit() -> None:
    assert pauses(NotReachable("x"), 8) == [1, 2, 4, 8, 16, 30, 30, 30]
    assert pauses(NoConnection("x"), 5) == [1, 2, 3, 3, 3]
    assert pauses(TooFast("x", 45.0), 2) == [45, 45]
    assert max(pauses(NotReachable("x"), 5000)) == 30
