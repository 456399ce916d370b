"""The gateway: heartbeats, going on after a cut, a new session, and what QQ forbids."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import pytest
from qq_open import QQPlatform
from qq_open_door import GROUP, ListDoor, bot_of, connected, listening, until
from qq_open_events import about_group

from adapters.contract import LoginExpired


@pytest.fixture
def qq() -> Iterator[QQPlatform]:
    with QQPlatform() as running:
        yield running
    assert running.gateway.complaints == []


def test_events_come_in_order_and_the_place_to_go_on_from_with_them(qq: QQPlatform) -> None:
    async def run() -> None:
        async with connected(qq) as (door, bot):
            for number in range(50):
                qq.say("dev", "阿珍", str(number))
            await until(lambda: len(door.events) == 50)
            assert door.texts(GROUP) == [str(number) for number in range(50)]
            assert bot.names == ("沉淀",)
            kept = json.loads(door.kept or "{}")
            assert kept["sequence"] == 51 and kept["id"] in qq.gateway.sessions

    asyncio.run(run())


def test_heartbeats_name_the_last_event(qq: QQPlatform) -> None:
    async def run() -> None:
        async with connected(qq) as (door, _):
            qq.say("dev", "阿珍", "a")
            await until(lambda: 2 in qq.gateway.beats)
            qq.say("dev", "阿珍", "b")
            await until(lambda: 3 in qq.gateway.beats)
            assert door.heard_times > 0 and qq.gateway.identified == 1

    asyncio.run(run())


def test_what_is_said_while_the_line_is_cut_comes_afterwards(qq: QQPlatform) -> None:
    async def run() -> None:
        async with connected(qq) as (door, _):
            qq.say("dev", "阿珍", "before")
            await until(lambda: door.events)
            qq.do(qq.gateway.drop())
            qq.say("dev", "阿珍", "meanwhile")
            await until(lambda: len(door.events) == 2)
            qq.say("dev", "阿珍", "after")
            await until(lambda: len(door.events) == 3)
            assert door.texts(GROUP) == ["before", "meanwhile", "after"]
            assert qq.gateway.identified == 1 and qq.gateway.resumed == [2]
            assert door.duplicates == 0

    asyncio.run(run())


def test_another_process_goes_on_where_the_last_one_ended(qq: QQPlatform) -> None:
    async def run() -> None:
        async with connected(qq) as (door, _):
            qq.say("dev", "阿珍", "before")
            await until(lambda: door.events)
        qq.say("dev", "阿珍", "while nobody listens")
        async with connected(qq, door):
            await until(lambda: len(door.events) == 2)
        assert door.texts(GROUP) == ["before", "while nobody listens"]
        assert qq.gateway.identified == 1

    asyncio.run(run())


def test_session_that_qq_forgot_is_begun_anew(qq: QQPlatform) -> None:
    async def run() -> None:
        async with connected(qq) as (door, _):
            qq.gateway.forget_sessions()
            qq.do(qq.gateway.drop())
            await until(lambda: len(door.said("connected")) == 2)
            qq.say("dev", "阿珍", "after")
            await until(lambda: door.events)
            # what was said in between is a gap, and known as one
            assert door.told[:3] == [
                ("connected", ""),
                ("lost", "the connection was lost (1011)."),
                ("connected", ""),
            ]
            assert qq.gateway.identified == 2

    asyncio.run(run())


@pytest.mark.parametrize(
    ("code", "identified"), [(4009, 1), (4008, 1), (4006, 2), (4007, 2), (4900, 2), (4913, 2)]
)
def test_closing_codes_are_understood(
    qq: QQPlatform, code: int, identified: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.qq_official.gateway._SLOW_DOWN", 1.0)

    async def run() -> None:
        async with connected(qq) as (door, _):
            qq.do(qq.gateway.drop(code))
            await until(lambda: len(door.said("connected")) == 2)
            qq.say("dev", "阿珍", "after")
            await until(lambda: door.events)
        assert qq.gateway.identified == identified

    asyncio.run(run())


def test_gateway_that_asks_for_a_new_connection_gets_one(qq: QQPlatform) -> None:
    async def run() -> None:
        async with connected(qq) as (door, _):
            qq.do(qq.gateway.frame('{"op": 7}'))
            await until(lambda: qq.gateway.resumed)
            qq.do(qq.gateway.frame('{"op": 9, "d": false}'))
            await until(lambda: qq.gateway.identified == 2)
            await until(lambda: qq.gateway.connected)
            qq.say("dev", "阿珍", "after")
            await until(lambda: door.events)

    asyncio.run(run())


def test_gateway_that_answers_no_heartbeats_is_left(qq: QQPlatform) -> None:
    """Fault 12: a line over which nothing comes is no line, whatever it says of itself."""
    qq.gateway.heartbeat = 0.05

    async def run() -> None:
        async with connected(qq) as (door, _):
            qq.gateway.answers_heartbeats = False
            await until(lambda: door.said("lost"))
            qq.gateway.answers_heartbeats = True
            await until(lambda: len(door.said("connected")) >= 2)

    asyncio.run(run())


def test_token_is_renewed_before_and_after_its_time(qq: QQPlatform) -> None:
    """Fault 11: a token that ended is fetched anew, once, and nothing of it is lost."""
    qq.api.token_seconds = 60.9

    async def run() -> None:
        async with connected(qq) as (door, bot):
            given = qq.api.tokens_given
            await asyncio.gather(*(bot.check() for _ in range(5)))
            assert qq.api.tokens_given == given
            qq.api.expire_tokens()
            assert all(finding.good for finding in await bot.check())
            assert qq.api.tokens_given == given + 1
            qq.api.expire_tokens()
            qq.do(qq.gateway.drop())
            await until(lambda: len(door.said("connected")) == 2)
            qq.say("dev", "阿珍", "after")
            await until(lambda: door.events)

    asyncio.run(run())


def test_wrong_secret_is_an_alarm_and_no_hot_loop(qq: QQPlatform) -> None:
    """Fault 11: who is not let in tells the operator at once, and asks ever more seldom."""

    async def run() -> None:
        door = ListDoor()
        bot = bot_of(qq, secret="not-the-secret")
        async with listening(bot, door):
            await until(lambda: door.said("alarm"))
            await asyncio.sleep(0.3)
            assert door.said("alarm") == ["QQ does not accept app_id and secret."]
            assert len(door.said("lost")) == 1 and door.kept is None
            with pytest.raises(LoginExpired):
                await bot._api.token()
        assert "not-the-secret" not in str(door.told)

    asyncio.run(run())


def test_bot_that_may_not_see_who_comes_still_hears_what_is_said(qq: QQPlatform) -> None:
    qq.gateway.forbidden_intents = 1 << 24

    async def run() -> None:
        async with connected(qq) as (door, _):
            qq.say("dev", "阿珍", "a")
            await until(lambda: door.events)
            assert [session.intents for session in qq.gateway.sessions.values()] == [1 << 25]
            assert door.said("alarm") == []

    asyncio.run(run())


def test_bot_that_may_hear_nothing_is_an_alarm(qq: QQPlatform) -> None:
    qq.gateway.forbidden_intents = 1 << 25

    async def run() -> None:
        door = ListDoor()
        async with listening(bot_of(qq), door):
            await until(lambda: door.said("alarm"))
        assert door.said("alarm") == ["QQ does not let the bot hear groups."]

    asyncio.run(run())


def test_disk_that_refuses_loses_nothing(qq: QQPlatform) -> None:
    """Fault 1: the place to go on from moves with what is kept, never before it."""

    async def run() -> None:
        async with connected(qq) as (door, _):
            door.refusals = 2
            qq.say("dev", "阿珍", "a")
            qq.say("dev", "阿珍", "b")
            await asyncio.sleep(0.1)
            assert door.events == [] and door.kept is None
            await until(lambda: len(door.events) == 2)
            assert door.texts(GROUP) == ["a", "b"]

    asyncio.run(run())


def test_nonsense_is_put_aside_and_what_follows_is_heard(qq: QQPlatform) -> None:
    """Fault 8: bad frames and unknown events; fault 10: JSON without a bottom."""

    async def run() -> None:
        async with connected(qq) as (door, _):
            qq.do(qq.gateway.frame("{"))
            qq.do(qq.gateway.frame("[" * 50_000))
            qq.do(qq.gateway.frame('{"op": 77}'))
            qq.tell("GROUP_SOMETHING_NEW", {"group_openid": GROUP[6:], "what": 1})
            qq.say("dev", "阿珍", "after")
            await until(lambda: len(door.events) == 2)
            (unknown, said) = door.messages(GROUP)
            assert (unknown.kind, said.text) == ("unknown", "after")
            assert unknown.detail["raw"]["d"]["what"] == 1
            assert len(door.quarantine) == 2

    asyncio.run(run())


def test_operator_is_told_when_the_bot_is_thrown_out(qq: QQPlatform) -> None:
    async def run() -> None:
        async with connected(qq) as (door, _):
            qq.tell("GROUP_DEL_ROBOT", about_group("dev", "阿珍"))
            await until(lambda: door.said("alarm"))
            assert door.said("alarm") == [f"the bot was removed from a group ({GROUP})."]

    asyncio.run(run())


def test_span_that_qq_told_of_afterwards_is_no_gap(qq: QQPlatform) -> None:
    """Fault 13: what was cut and caught up with is known to be whole."""

    async def run() -> None:
        async with connected(qq) as (door, _):
            qq.say("dev", "阿珍", "before")
            await until(lambda: door.events)
            qq.do(qq.gateway.drop())
            qq.say("dev", "阿珍", "meanwhile")
            await until(lambda: door.spans)
            ((key, since, until_),) = door.spans
            assert key == GROUP and len(door.events) == 2
            assert 0 <= until_ - since <= 60

    asyncio.run(run())
