"""Independent clients of OneBot 11 judge the simulator that the other tests believe."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Any

import aiocqhttp
import nonebot
import pytest
import uvicorn
from nonebot.adapters import Event
from nonebot.adapters.onebot.v11 import Adapter as NoneBotAdapter
from nonebot.adapters.onebot.v11 import event as events
from nonebot.message import event_preprocessor
from onebot import OneBotPeer
from onebot_door import GROUP, until


@contextlib.asynccontextmanager
async def served(app: Any) -> AsyncIterator[str]:
    """Serve an ASGI application; yield its WebSocket address."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    await until(lambda: server.started)
    yield f"ws://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = server.force_exit = True
    with contextlib.suppress(asyncio.CancelledError):
        await serving


def do_everything(peer: OneBotPeer) -> None:
    """Let every kind of event happen once."""
    first = peer.say(GROUP, 20003, "你好 [CQ:at,qq=1]")
    answer = peer.say(GROUP, 20002, [{"type": "at", "data": {"qq": "20003"}}], reply=first)
    peer.essence(first)
    peer.react(first, 20002, "76")
    peer.upload(GROUP, 20003, "a.txt", 3)
    peer.recall(answer, by=20001)
    peer.join(GROUP, 20010, by=20001)
    peer.promote(GROUP, 20010, "admin")
    peer.leave(GROUP, 20010, kicked_by=20001)
    peer.poke(GROUP, 20003, 20002)
    peer.rename(GROUP, "新群名")
    peer.whisper(20003, "悄悄话")


@pytest.mark.parametrize("app", ["napcat", "llonebot", "lagrange"])
@pytest.mark.parametrize("as_string", [False, True])
def test_aiocqhttp_understands_the_peer_in_reverse(app: str, as_string: bool) -> None:
    async def run() -> None:
        bot = aiocqhttp.CQHttp(access_token="secret", message_class=aiocqhttp.Message)
        seen: list[aiocqhttp.Event] = []

        @bot.on_message
        async def _(event: aiocqhttp.Event) -> None:
            seen.append(event)

        @bot.on_notice
        async def _(event: aiocqhttp.Event) -> None:
            seen.append(event)

        peer = OneBotPeer(app, token="secret", as_string=as_string)
        peer.world.group(GROUP)
        async with served(bot.asgi) as url:
            peer.connect(f"{url}/ws/")
            await peer.until_connected()
            do_everything(peer)
            await until(lambda: len(seen) >= 13)
            names = {event.detail_type for event in seen}
            assert {"group", "private", "essence", "group_recall", "notify"} <= names
            texts = [e.message.extract_plain_text() for e in seen if e.type == "message"]
            assert "你好 [CQ:at,qq=1]" in texts and "悄悄话" in texts
            me = await bot.get_login_info(self_id=10001)
            assert me["user_id"] == 10001
            sent = await bot.send_group_msg(self_id=10001, group_id=GROUP, message="答")
            assert sent["message_id"] and peer.sent[-1][1]["group_id"] == GROUP
            people = await bot.get_group_member_list(self_id=10001, group_id=GROUP)
            assert {"owner", "admin", "member"} == {person["role"] for person in people}
            with pytest.raises(aiocqhttp.ActionFailed):
                await bot.get_group_member_info(self_id=10001, group_id=GROUP, user_id=5)
            await peer.stop()

    asyncio.run(run())


def test_nonebot_understands_the_peer_that_it_connects_to() -> None:
    async def run() -> None:
        peer = OneBotPeer("napcat", token="secret")
        peer.world.group(GROUP)
        url = await peer.start()
        nonebot.init(
            driver="~websockets",
            onebot_ws_urls=[url],
            onebot_access_token="secret",
            log_level="ERROR",
        )
        driver = nonebot.get_driver()
        driver.register_adapter(NoneBotAdapter)
        seen: list[Any] = []

        @event_preprocessor
        async def _(event: Event) -> None:
            seen.append(event)

        lifespan = driver._lifespan
        await lifespan.startup()
        await until(lambda: bool(nonebot.get_bots()))
        do_everything(peer)
        await until(lambda: len(seen) >= 13)
        kinds = {type(event) for event in seen}
        wanted = {
            events.GroupMessageEvent, events.PrivateMessageEvent, events.GroupRecallNoticeEvent,
            events.GroupUploadNoticeEvent, events.GroupIncreaseNoticeEvent,
            events.GroupDecreaseNoticeEvent, events.GroupAdminNoticeEvent, events.PokeNotifyEvent,
        }  # fmt: skip
        assert wanted <= kinds
        (bot,) = nonebot.get_bots().values()
        page = await bot.get_group_msg_history(group_id=GROUP, count=20)
        assert len(page["messages"]) >= 2
        asked = await bot.get_msg(message_id=page["messages"][0]["message_id"])
        assert asked["message"] == page["messages"][0]["message"]
        await lifespan.shutdown()
        await peer.stop()

    asyncio.run(run())
