"""What the account says, and what `check` finds out about it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from gateway import BOT, CHEN, LIN, ROOM, Gateway, needed
from wechat_door import account, listening, until

from adapters.contract import (
    AdapterError,
    Finding,
    Forbidden,
    LoginExpired,
    NotReachable,
    Outgoing,
    Sent,
    TooFast,
)
from adapters.wechat.adapter import WeChat
from adapters.wechat.checking import RISK


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    needed()
    with Gateway() as running:
        yield running


@pytest.fixture(autouse=True)
def willing(gateway: Gateway) -> Iterator[None]:
    yield
    gateway.do("refuse", why=None)


def sent(gateway: Gateway, message: Outgoing) -> Sent:
    async def run() -> Sent:
        made = account(gateway)
        try:
            return await made.send(message)
        finally:
            await made.close()

    return asyncio.run(run())


def test_a_text_goes_to_a_group(gateway: Gateway) -> None:
    answer = sent(gateway, Outgoing("找到 3 条", group_key=f"wechat:{ROOM}"))
    assert answer.message_id == f"sent-{len(gateway.sent())}"
    assert gateway.sent()[-1] == {"conversation": ROOM, "text": "找到 3 条", "mentions": []}


def test_an_answer_in_a_group_mentions_whom_it_is_for(gateway: Gateway) -> None:
    message = Outgoing("已标为精华", group_key=f"wechat:{ROOM}", member_key=f"wechat:{CHEN}")
    sent(gateway, message)
    assert gateway.sent()[-1] == {
        "conversation": ROOM, "text": "@默默\u2005已标为精华", "mentions": [CHEN],
    }  # fmt: skip


def test_a_direct_message_goes_to_the_person_alone(gateway: Gateway) -> None:
    sent(gateway, Outgoing("你的链接", member_key=f"wechat:{LIN}"))
    assert gateway.sent()[-1] == {"conversation": LIN, "text": "你的链接", "mentions": []}


def test_what_was_sent_comes_back_as_our_own(gateway: Gateway) -> None:
    async def run() -> None:
        async with listening(gateway) as door:
            await door.account.send(Outgoing("回声", group_key=f"wechat:{ROOM}"))
            await until(lambda: door.events)
            envelope = door.account.envelope(door.events[0])
            assert (envelope.own, envelope.text) == (True, "回声")
            assert envelope.sender_key == f"wechat:{BOT}"

    asyncio.run(run())


def test_sending_to_nobody_is_refused(gateway: Gateway) -> None:
    with pytest.raises(Forbidden):
        sent(gateway, Outgoing("x"))


@pytest.mark.parametrize(
    ("why", "expected"),
    [
        ("not logged in", LoginExpired), ("操作过于频繁，请稍后再试", TooFast),
        ("对方还不是你的好友", Forbidden), ("room does not exist", Forbidden),
        ("something else: 已标为精华", AdapterError),
    ],
)  # fmt: skip
def test_refusals_are_told_apart_and_never_quoted(
    gateway: Gateway, why: str, expected: type[AdapterError]
) -> None:
    """TRUST 11."""
    gateway.do("refuse", why=why)
    with pytest.raises(expected) as error:
        sent(gateway, Outgoing("已标为精华", group_key=f"wechat:{ROOM}"))
    assert type(error.value).__mro__[0] is expected or expected is AdapterError
    assert "精华" not in str(error.value) and gateway.token not in str(error.value)
    assert error.value.__cause__ is None


def test_nothing_is_sent_while_nobody_is_logged_in(gateway: Gateway) -> None:
    async def run() -> None:
        async with listening(gateway) as door:
            gateway.do("logout")
            await until(door.alarms)
            before = len(gateway.sent())
            with pytest.raises(LoginExpired):
                await door.account.send(Outgoing("x", group_key=f"wechat:{ROOM}"))
            assert len(gateway.sent()) == before
            gateway.do("login")
            await until(lambda: door.told[-1] == "connected")

    asyncio.run(run())


def test_sending_without_a_gateway_or_with_a_wrong_token_says_which(gateway: Gateway) -> None:
    async def run() -> None:
        message = Outgoing("x", group_key=f"wechat:{ROOM}")
        away = WeChat("127.0.0.1", 1, gateway.token, "wx")
        with pytest.raises(NotReachable):
            await away.send(message)
        wrong = WeChat("127.0.0.1", gateway.port, "wrong", "wx")
        with pytest.raises(LoginExpired):
            await wrong.send(message)
        await away.close()
        await wrong.close()

    asyncio.run(run())


def test_the_pace_is_slow_and_the_abilities_are_declared(gateway: Gateway) -> None:
    made = account(gateway)
    assert (made.pace.each_second, made.pace.each_minute) == (1, 10)
    assert made.abilities == {"media", "files", "direct"}
    assert made.routes() == []
    for does in (
        made.role_of(f"wechat:{ROOM}", f"wechat:{LIN}"),
        made.mark_essence(f"wechat:{ROOM}", "m1", True),
        made.offer_menu([]),
    ):
        with pytest.raises(Forbidden):
            asyncio.run(does)


def checked(made: WeChat) -> list[Finding]:
    async def run() -> list[Finding]:
        try:
            return await made.check()
        finally:
            await made.close()

    return asyncio.run(run())


def test_check_says_who_is_logged_in_how_many_groups_and_the_risk(gateway: Gateway) -> None:
    findings = checked(account(gateway))
    assert [finding.good for finding in findings] == [True] * 4
    assert gateway.endpoint in findings[0].what
    assert findings[1].what == "logged in as 沉淀"
    assert findings[2].what == "groups: 1"
    assert findings[3].what == RISK


def test_check_beside_a_running_listener_does_not_disturb_it(gateway: Gateway) -> None:
    async def run() -> None:
        async with listening(gateway) as door:
            other = account(gateway)
            findings = await other.check()
            await other.close()
            assert "taken" in findings[1].what and findings[1].good
            own = await door.account.check()
            assert own[1].what == "logged in as 沉淀"
            gateway.say("ungestört")
            await until(lambda: door.events)
            assert door.alarms() == []

    asyncio.run(run())


def test_check_names_what_is_wrong_and_what_to_do(gateway: Gateway) -> None:
    away = checked(WeChat("127.0.0.1", 1, gateway.token, "wx"))
    assert (away[0].good, away[-1].what) == (False, RISK)
    assert "see that it runs" in away[0].hint
    wrong = checked(WeChat("127.0.0.1", gateway.port, "wrong-token", "wx"))
    assert not wrong[0].good and "token" in wrong[0].hint
    assert "wrong-token" not in wrong[0].what + wrong[0].hint


def test_check_without_a_login_asks_for_a_scan(gateway: Gateway) -> None:
    async def run() -> list[Finding]:
        made = account(gateway)
        gateway.do("logout")
        try:
            asking = asyncio.create_task(made.check())
            await asyncio.sleep(0.7)
            gateway.do("emit", event="scan", payload={"status": 2, "qrcode": "x"})
            return await asking
        finally:
            gateway.do("login")
            await made.close()

    findings = asyncio.run(run())
    assert (findings[1].good, findings[1].what) == (False, "nobody is logged in at the gateway.")
    assert "scan" in findings[1].hint


def test_a_gateway_with_tls_is_not_reachable_rather_than_a_riddle() -> None:
    needed()

    async def run(gateway: Gateway) -> None:
        made = account(gateway)
        findings = await made.check()
        assert not findings[0].good
        assert "without TLS" in findings[0].hint
        await made.close()

    with Gateway(tls=True) as gateway:
        asyncio.run(run(gateway))
