"""Speaking through a gateway: answers, mentions, refusals, roles, and what `check` finds."""

from __future__ import annotations

import asyncio

import pytest
from onebot import OneBotPeer
from onebot_door import GROUP, KEY, account, connected, until

from adapters.contract import Forbidden, LoginExpired, NotReachable, Outgoing, TooFast


@pytest.mark.parametrize("app", ["napcat", "napcat-old", "llonebot", "lagrange"])
def test_an_answer_names_the_message_and_is_recognised_as_our_own(app: str) -> None:
    async def run() -> None:
        async with connected(app) as (peer, door, adapter):
            asked = peer.say(GROUP, 20003, "/帮助")
            await until(lambda: door.messages())
            own_id = door.messages()[0].id
            answer = Outgoing("[好]&, 😀", KEY, "qq:20003", reply_to=own_id)
            sent = await adapter.send(answer)
            action, told = peer.sent[-1]
            assert action == "send_group_msg" and told["group_id"] == GROUP
            reply, text = told["message"]
            assert reply["data"]["id"] == str(asked["message_id"])
            assert text == {"type": "text", "data": {"text": "[好]&, 😀"}}
            await until(lambda: len(door.messages()) == 2)
            echo = door.messages()[1]
            assert sent.message_id in echo.other_ids
            assert [e.own for e in door.envelopes() if e.kind == "message"] == [False, True]
            assert echo.reply_to == own_id

    asyncio.run(run())


def test_without_a_known_message_the_person_is_mentioned() -> None:
    async def run() -> None:
        async with connected("llonebot") as (peer, _, adapter):
            await adapter.send(Outgoing("好", KEY, "qq:20003", reply_to="308447"))
            at, _, text = peer.sent[-1][1]["message"]
            assert at == {"type": "at", "data": {"qq": "20003"}} and text["data"]["text"] == "好"
            await adapter.send(Outgoing("大家好", KEY))
            assert len(peer.sent[-1][1]["message"]) == 1

    asyncio.run(run())


def test_a_direct_message_goes_to_the_person_alone() -> None:
    async def run() -> None:
        async with connected() as (peer, _, adapter):
            sent = await adapter.send(Outgoing("链接", member_key="qq:20003"))
            action, told = peer.sent[-1]
            assert (action, told["user_id"]) == ("send_private_msg", 20003)
            assert sent.message_id is not None
            with pytest.raises(Forbidden):
                await adapter.send(Outgoing("链接", member_key="qq:5"))
            with pytest.raises(NotReachable):
                await adapter.send(Outgoing("谁"))

    asyncio.run(run())


@pytest.mark.parametrize(
    ("retcode", "words", "error"),
    [
        (200, 'EventChecker Failed: {"result": 120, "errMsg": "x"}', Forbidden),
        (1200, "你已被移出该群", Forbidden),
        (100, "GROUP_MUTED 全员禁言中", Forbidden),
        (1200, "消息发送过于频繁", TooFast),
        (1403, "token", LoginExpired),
        (1404, "不支持的API", Forbidden),
        (1200, "Timeout: 发送超时", NotReachable),
    ],
)
def test_refusals_say_what_to_do_and_never_what_was_said(
    retcode: int, words: str, error: type[Exception]
) -> None:
    """TRUST 11: each refusal leads to the right pause, or to none."""

    async def run() -> None:
        async with connected() as (peer, _, adapter):
            peer.refuse["send_group_msg"] = (retcode, f"{words} 秘密的话")
            with pytest.raises(error) as refused:
                await adapter.send(Outgoing("秘密的话", KEY))
            assert "秘密" not in str(refused.value)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("发送失败，请先添加对方为好友", Forbidden),
        ("无法获取用户信息", Forbidden),
        ("不能发送临时消息", Forbidden),
        ("Timeout: NTEvent serviceAndMethod:NodeIKernelMsgService/sendMsg", Forbidden),
        ("数据库忙", NotReachable),
    ],
)
def test_who_is_no_friend_is_written_to_only_once(words: str, error: type[Exception]) -> None:
    async def run() -> None:
        async with connected() as (peer, _, adapter):
            peer.refuse["send_private_msg"] = (1200, words)
            with pytest.raises(error):
                await adapter.send(Outgoing("链接", member_key="qq:20003"))

    asyncio.run(run())


def test_the_role_is_asked_of_qq_at_that_moment() -> None:
    async def run() -> None:
        async with connected() as (peer, _, adapter):
            assert await adapter.role_of(KEY, "qq:20001") == "owner"
            assert await adapter.role_of(KEY, "qq:20002") == "admin"
            peer.promote(GROUP, 20002, "member")
            assert await adapter.role_of(KEY, "qq:20002") == "member"
            peer.leave(GROUP, 20002)
            assert await adapter.role_of(KEY, "qq:20002") is None
            assert peer.actions.calls[-1][1]["no_cache"] is True
            peer.refuse["get_group_member_info"] = (1200, "timeout")
            with pytest.raises(NotReachable):
                await adapter.role_of(KEY, "qq:20003")

    asyncio.run(run())


def test_check_says_who_and_what_it_found_and_names_the_risk() -> None:
    async def run() -> None:
        peer = OneBotPeer(token="secret")
        peer.world.group(GROUP)
        url = await peer.start()
        found = await account(url=url, access_token="secret").check()
        words = " ".join(finding.what for finding in found)
        assert all(finding.good for finding in found)
        assert "NapCat.Onebot 4.18.13" in words and "10001" in words and "in 1 group." in words
        assert "frozen" in found[-1].what
        peer.world.groups.clear()
        found = await account(url=url, access_token="secret").check()
        assert any(not f.good and "no group" in f.what and f.hint for f in found)
        await peer.stop()

    asyncio.run(run())


@pytest.mark.parametrize("app", ["napcat", "lagrange"])
def test_check_names_a_wrong_token_and_a_gateway_that_is_away(app: str) -> None:
    async def run() -> None:
        peer = OneBotPeer(app, token="secret")
        url = await peer.start()
        found = await account(url=url, access_token="falsch").check()
        assert not found[0].good and "access_token" in found[0].what and found[0].hint
        await peer.stop()
        found = await account(url=url).check()
        assert not found[0].good and "does not answer" in found[0].what
        assert "falsch" not in str(found)
        (waits, risk) = await account(listen="/onebot", access_token="x").check()
        assert waits.good and "frozen" in risk.what

    asyncio.run(run())


def test_check_uses_the_connection_that_is_there() -> None:
    async def run() -> None:
        async with connected() as (peer, _, adapter):
            found = await adapter.check()
            assert found[0].good and len(peer.connections) == 1
            assert adapter.names == ("沉淀", "10001")

    asyncio.run(run())
