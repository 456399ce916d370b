"""Accounts that stop working: noticed though the gateway says otherwise, told once, then mended."""

from __future__ import annotations

import asyncio
import time

import pytest
from onebot import OneBotPeer
from onebot_door import GROUP, KEY, ListDoor, account, connected, listening, until

QUIET = 0.01
"""Minutes of silence after which these accounts are probed."""


def test_a_frozen_account_is_noticed_though_get_status_says_online() -> None:
    """TRUST 12: alarm once, lost once; back again by itself, and the gap is fetched."""

    async def run() -> None:
        async with connected("napcat", quiet_minutes=QUIET) as (peer, door, _):
            peer.say(GROUP, 20003, "还好")
            await until(lambda: door.messages())
            peer.is_kicked, frozen_at = True, time.time()
            peer.refuse["get_group_member_info"] = (1200, "网络连接异常!")
            status = peer.actions.answer("get_status", {})
            assert status["online"] is True
            await until(lambda: door.said("lost"))
            assert len(door.said("alarm")) == 1
            peer.say(GROUP, 20003, "冻结时说的")
            await asyncio.sleep(2)
            assert len(door.said("alarm")) == len(door.said("lost")) == 1
            # what nobody could hear is not called complete, though there is a history to ask for
            assert all(until_ <= frozen_at + 1 for _, _, until_ in door.spans)
            peer.is_kicked, peer.refuse = False, {}
            await until(lambda: len(door.said("connected")) == 2)
            await until(lambda: "冻结时说的" in door.texts())

    asyncio.run(run())


def test_an_account_whose_calls_hang_is_noticed() -> None:
    """TRUST 12: no answer is an answer too."""

    async def run() -> None:
        async with connected("napcat", quiet_minutes=QUIET) as (peer, door, _):
            await until(lambda: door.kept)
            peer.is_kicked = True
            await until(lambda: door.said("lost"))
            assert "does not answer" in door.said("alarm")[0]

    asyncio.run(run())


def test_a_quiet_group_is_no_fault() -> None:
    async def run() -> None:
        async with connected("napcat", quiet_minutes=QUIET) as (peer, door, _):
            await asyncio.sleep(2)
            assert ("get_status", {}) in peer.actions.calls
            assert door.told == [("connected", "")]

    asyncio.run(run())


def test_an_account_that_left_all_archived_groups_is_noticed() -> None:
    async def run() -> None:
        async with connected("napcat", quiet_minutes=QUIET) as (peer, door, _):
            peer.world.groups.clear()
            await until(lambda: door.said("alarm"))
            assert "none of the archived groups" in door.said("alarm")[0]

    asyncio.run(run())


@pytest.mark.parametrize("way", ["heartbeat", "notice"])
def test_a_gateway_that_says_itself_that_it_is_offline_is_believed(way: str) -> None:
    async def run() -> None:
        async with connected("napcat", quiet_minutes=QUIET) as (peer, door, _):
            if way == "heartbeat":
                peer.world.manner = peer.world.manner
                peer.says_online = False
                peer.refuse["get_status"] = (1200, "offline")
            else:
                told = peer.world.notice("bot_offline", GROUP, 10001, tag="下线通知")
                del told["group_id"]
                peer.refuse["get_status"] = (1200, "offline")
                peer.tell(told)
            await until(lambda: door.said("lost"))
            await asyncio.sleep(2.5)
            assert len(door.said("lost")) == len(door.said("alarm")) == 1
            peer.says_online, peer.refuse = True, {}
            peer.say(GROUP, 20003, "又在了")
            await until(lambda: len(door.said("connected")) == 2, 8)

    asyncio.run(run())


@pytest.mark.parametrize("app", ["napcat", "lagrange"])
def test_a_refused_token_is_told_at_once_and_not_tried_in_a_loop(app: str) -> None:
    """TRUST 11: a loud alarm within a minute, no hot loop; NapCat refuses by a frame, others by
    HTTP."""

    async def run() -> None:
        peer, door = OneBotPeer(app, token="right"), ListDoor(KEY)
        url = await peer.start()
        opened = 0
        admitted = peer._is_token

        def count(request: object) -> bool:
            nonlocal opened
            opened += 1
            return admitted(request)  # type: ignore[arg-type]

        peer._is_token = count  # type: ignore[method-assign]
        async with listening(account(url=url, access_token="wrong"), door):
            await until(lambda: door.said("alarm"), 3)
            assert "access_token" in door.said("alarm")[0] and "wrong" not in str(door.told)
            await asyncio.sleep(2)
            assert opened <= 3 and not door.said("connected")
        await peer.stop()

    asyncio.run(run())


def test_what_is_no_gateway_is_tried_calmly() -> None:
    """TRUST 11: HTML instead of the protocol, a port nobody listens on."""

    async def run() -> None:
        hits = 0

        async def page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal hits
            hits += 1
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>")
            writer.close()

        server = await asyncio.start_server(page, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        door = ListDoor(KEY)
        async with listening(account(url=f"ws://127.0.0.1:{port}"), door):
            await asyncio.sleep(2)
        assert 1 <= hits < 8 and not door.said("connected")
        server.close()

    asyncio.run(run())


def test_a_gateway_that_hangs_up_at_once_is_not_called_in_a_loop() -> None:
    async def run() -> None:
        peer, door = OneBotPeer(heartbeat=0), ListDoor(KEY)
        peer.silent = {"get_login_info"}
        url = await peer.start()
        count = 0

        async def hang_up() -> None:
            nonlocal count
            while True:
                await peer.until_connected(60)
                count += 1
                peer.drop()
                await asyncio.sleep(0.01)

        cutting = asyncio.create_task(hang_up())
        async with listening(account(url=url), door):
            await asyncio.sleep(2.5)
        cutting.cancel()
        assert count < 10
        await peer.stop()

    asyncio.run(run())


def test_events_come_even_when_the_gateway_answers_no_calls() -> None:
    async def run() -> None:
        peer, door = OneBotPeer(), ListDoor(KEY)
        peer.silent = {"get_login_info", "get_version_info"}
        url = await peer.start()
        async with listening(account(url=url), door):
            await peer.until_connected()
            peer.say(GROUP, 20003, "听得见")
            await until(lambda: door.texts() == ["听得见"], 5)
        await peer.stop()

    asyncio.run(run())


def test_a_slow_door_makes_the_gateway_wait_instead_of_filling_memory() -> None:
    async def run() -> None:
        async with connected("napcat", history_minutes=10) as (peer, door, _):
            door.delay = 0.2
            began = time.monotonic()
            for number in range(1000):
                peer.say(GROUP, 20003, "x" * 80_000 + str(number))
                if number % 100 == 0:
                    await asyncio.sleep(0)
            await until(lambda: sum(b"xxxx" in raw for raw in door.events) == 1000, 60)
            assert len({m.id for m in door.messages()}) == 1000
            assert time.monotonic() - began < 60

    asyncio.run(run())
