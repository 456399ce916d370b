"""Beyond words: files, changing, taking back, and finding what may have been said, on each peer."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from bot_api import FakeBotApi
from bot_api_updates import ALICE, TECH
from gateway import ROOM, Gateway, needed
from onebot_door import GROUP, KEY, connected
from qq_open import QQPlatform
from qq_open_door import GROUP as OFFICIAL
from qq_open_door import bot_of
from telegram_door import bot_for
from wechat_door import account

from adapters.contract import Adapter, AdapterError, Doubt, Enclosed, Forbidden, Outgoing, Sent

TG = f"telegram:{TECH['id']}"


@pytest.fixture
def photo(tmp_path: Path) -> Enclosed:
    path = tmp_path / "a"
    path.write_bytes(b"\xff\xd8 jpeg")
    return Enclosed(path, "看图.jpg", "photo")


def ask(adapter: Adapter, *messages: Outgoing) -> list[Any]:
    async def run() -> list[Any]:
        try:
            return [await adapter.send(message) for message in messages]
        finally:
            await adapter.close()

    return asyncio.run(run())


def test_telegram_sends_changes_and_deletes(photo: Enclosed, tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"pdf")
    paper = Enclosed(tmp_path / "b", "讲义.pdf")
    with FakeBotApi() as fake:
        fake.meet(TECH, ALICE)
        sent = ask(
            bot_for(fake),
            Outgoing("图", TG, enclosed=photo),
            Outgoing("", TG, enclosed=paper),
            Outgoing("字", TG),
        )
        assert fake.sent[0]["photo"]["file_name"] == "看图.jpg" and fake.sent[0]["text"] == "图"
        assert fake.sent[0]["content"] == b"\xff\xd8 jpeg"
        assert fake.sent[1]["document"]["file_size"] == 3 and "caption" not in fake.sent[1]
        ids = [str(one.message_id) for one in sent]
        ask(
            bot_for(fake),
            Outgoing("新的图", TG, edits=ids[0]),
            Outgoing("新的字", TG, edits=ids[2]),
            Outgoing("新的字", TG, edits=ids[2]),
            Outgoing("", TG, takes_back=ids[1]),
            Outgoing("", TG, takes_back=ids[1]),
        )
        there = fake.world.messages[TECH["id"]]
        assert (there[int(ids[0])]["caption"], there[int(ids[2])]["text"]) == ("新的图", "新的字")
        assert [one["message_id"] for one in fake.world.gone] == [int(ids[1])]
        hers = fake.say("不是我的", TECH, ALICE)
        with pytest.raises(Forbidden):
            ask(bot_for(fake), Outgoing("", TG, takes_back=str(hers)))


def test_telegram_is_asked_which_messages_are_the_bots_own() -> None:
    with FakeBotApi() as fake:
        fake.meet(TECH, ALICE)
        before = fake.say("之前", TECH, ALICE)
        (known,) = ask(bot_for(fake), Outgoing("知道的", TG))
        fake.say("中间", TECH, ALICE)
        (lost,) = ask(bot_for(fake), Outgoing("不知道的", TG))
        doubt = Doubt(int(time.time()), str(before), (str(known.message_id),))
        (found,) = ask(bot_for(fake), Outgoing("不知道的", TG, doubt=doubt))
        assert found == lost and len(fake.sent) == 2
        both = (*doubt.others, str(lost.message_id))
        ask(bot_for(fake), Outgoing("没说过", TG, doubt=Doubt(doubt.since, str(before), both)))
        assert [one["text"] for one in fake.sent] == ["知道的", "不知道的", "没说过"]
        with pytest.raises(AdapterError):
            ask(bot_for(fake), Outgoing("谁知道", TG, doubt=Doubt(doubt.since)))


def test_onebot_sends_pictures_takes_back_and_looks_in_history(photo: Enclosed) -> None:
    async def run() -> None:
        async with connected("napcat") as (peer, _, adapter):
            began = int(time.time())
            sent = await adapter.send(Outgoing("图", KEY, enclosed=photo))
            text, image = peer.sent[-1][1]["message"]
            assert (text["data"]["text"], image["type"]) == ("图", "image")
            assert image["data"]["file"].startswith("base64://")
            # the gateway has reported it: its true place is known beside the short id
            assert sent.other_ids == (str(peer.world.groups[GROUP].last_place),)
            plain = await adapter.send(Outgoing("一句话", KEY))
            again = await adapter.send(Outgoing("一句话", KEY, doubt=Doubt(began)))
            assert again == plain and len(peer.sent) == 2
            known = Doubt(began, None, (plain.message_id or "",))
            await adapter.send(Outgoing("一句话", KEY, doubt=known))
            assert len(peer.sent) == 3
            await adapter.send(Outgoing("", KEY, takes_back=plain.message_id))
            assert len(peer.actions.gone) == 1
            with pytest.raises(Forbidden):
                await adapter.send(Outgoing("", KEY, takes_back=plain.message_id))

    asyncio.run(run())


def test_wechat_sends_a_file_and_takes_back(photo: Enclosed) -> None:
    needed()
    key = f"wechat:{ROOM}"
    with Gateway() as gateway:
        sent: list[Sent] = ask(
            account(gateway), Outgoing("", key, enclosed=photo), Outgoing("话", key)
        )
        assert [(one.get("file"), one.get("size")) for one in gateway.sent()] == [
            ("看图.jpg", 7), (None, None)
        ]  # fmt: skip
        ask(account(gateway), Outgoing("", key, takes_back=sent[1].message_id))
        assert [bool(one.get("recalled")) for one in gateway.sent()] == [False, True]
        with pytest.raises(Forbidden):
            ask(account(gateway), Outgoing("", key, takes_back=sent[1].message_id))


def test_official_bot_takes_back_and_tells_by_which_index_it_is_answered() -> None:
    with QQPlatform() as qq:
        (sent,) = ask(bot_of(qq), Outgoing("话", OFFICIAL))
        assert sent.other_ids == ("REFIDX_own1==",)
        ask(bot_of(qq), Outgoing("", OFFICIAL, takes_back=sent.message_id))
        assert qq.taken[0]["recalled"]
        qq.pass_time(300)
        with pytest.raises(Forbidden):
            ask(bot_of(qq), Outgoing("", OFFICIAL, takes_back=sent.message_id))
