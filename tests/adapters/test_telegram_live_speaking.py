"""What a bot does by itself: it sends, pins, asks for roles and offers its commands."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from bot_api import FakeBotApi
from bot_api_updates import ALICE, BOB, SMALL, TECH, private, supergroup
from telegram_door import bot_for

from adapters.contract import (
    Adapter,
    AdapterError,
    Forbidden,
    LoginExpired,
    MenuLine,
    NotReachable,
    Outgoing,
    Sent,
    TooFast,
)

GROUP = f"telegram:{TECH['id']}"
OLD = f"telegram:{SMALL['id']}"


@pytest.fixture
def fake() -> Iterator[FakeBotApi]:
    with FakeBotApi() as running:
        running.meet(TECH, ALICE, BOB)
        yield running


def do(fake: FakeBotApi, action: Callable[[Adapter], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        adapter = bot_for(fake)
        try:
            return await action(adapter)
        finally:
            await adapter.close()

    return asyncio.run(run())


def send(fake: FakeBotApi, text: str = "好", **more: Any) -> Sent:
    message = Outgoing(text, **({"group_key": GROUP} | more))
    sent: Sent = do(fake, lambda adapter: adapter.send(message))
    return sent


def test_answer_is_plain_text_without_preview_and_names_what_it_answers(fake: FakeBotApi) -> None:
    asked = fake.say("/搜 部署")
    sent = send(fake, "1. https://a.cn/ <b>", reply_to=str(asked))
    (told,) = fake.sent
    assert told == {
        "chat_id": TECH["id"], "text": "1. https://a.cn/ <b>",
        "link_preview_options": {"is_disabled": True},
        "reply_parameters": {"message_id": asked, "allow_sending_without_reply": True},
        "message_id": int(sent.message_id or 0),
    }  # fmt: skip


def test_answer_to_a_message_that_is_gone_is_sent_all_the_same(fake: FakeBotApi) -> None:
    send(fake, reply_to="4711")
    send(fake, reply_to="~hash-0")
    assert [told.get("reply_parameters", {}).get("message_id") for told in fake.sent] == [
        4711,
        None,
    ]


def test_direct_message_goes_to_the_person(fake: FakeBotApi) -> None:
    fake.say("/start", private(ALICE))
    sent = send(fake, group_key=None, member_key="telegram:1001")
    assert fake.sent[0]["chat_id"] == 1001
    assert sent.message_id == f"123456789-{fake.sent[0]['message_id']}"
    send(fake, member_key="telegram:1001")
    assert fake.sent[1]["chat_id"] == TECH["id"]


@pytest.mark.parametrize(
    ("prepare", "error"),
    [
        (lambda f: f.set_member(TECH, f.bot, "kicked"), Forbidden),
        (lambda f: f.set_member(TECH, f.bot, "silenced"), Forbidden),
        (lambda f: f.revoke(), LoginExpired),
        (lambda f: f.fail("sendMessage", status=502, body=b"<html>"), NotReachable),
        (lambda f: f.fail("sendMessage", status=500), NotReachable),
        (lambda f: f.stop(), NotReachable),
    ],
    ids=["kicked", "silenced", "revoked", "HTML", "500", "down"],
)
def test_why_a_message_is_not_sent_is_told(
    fake: FakeBotApi, prepare: Callable[[FakeBotApi], None], error: type[AdapterError]
) -> None:
    prepare(fake)
    with pytest.raises(error):
        send(fake)
    assert fake.sent == []


def test_pause_between_messages_is_told_with_its_length(fake: FakeBotApi) -> None:
    for _ in range(20):
        send(fake)
    with pytest.raises(TooFast) as caught:
        send(fake)
    assert 30 < caught.value.seconds <= 60


def test_message_that_may_have_been_taken_is_not_called_unsent(fake: FakeBotApi) -> None:
    fake.fail("sendMessage", drop=True)
    with pytest.raises(AdapterError) as caught:
        send(fake)
    assert not isinstance(caught.value, NotReachable | Forbidden)
    assert "whether" in caught.value.what


@pytest.mark.parametrize("key", ["telegram:-1", "telegram:x", "qq:5", "telegram:~abc"])
def test_group_the_bot_does_not_know_is_forbidden_for_good(fake: FakeBotApi, key: str) -> None:
    with pytest.raises(Forbidden):
        send(fake, group_key=key)
    with pytest.raises(Forbidden):
        send(fake, group_key=None, member_key="telegram:-100123")


def test_message_to_a_group_that_moved_arrives_where_it_is_now(fake: FakeBotApi) -> None:
    """Fault 7."""
    fake.meet(SMALL)
    asked = fake.say("/搜 部署", SMALL)
    large = supergroup(-1009988776655, "小群")
    answer = Outgoing("好", OLD, reply_to=f"123456789-{asked}")

    async def both(adapter: Adapter) -> None:
        await adapter.send(answer)
        fake.move(SMALL, large)
        await adapter.send(answer)
        await adapter.send(answer)
        assert await adapter.role_of(OLD, "telegram:1001") is None

    do(fake, both)
    first, *rest = fake.sent
    assert first["reply_parameters"]["message_id"] == asked
    assert [told["chat_id"] for told in rest] == [large["id"]] * 2
    # its number means another message there
    assert not any("reply_parameters" in told for told in rest)
    assert [name for name, _ in fake.calls].count("sendMessage") == 4


@pytest.mark.parametrize(
    ("status", "role"),
    [("creator", "owner"), ("administrator", "admin"), ("member", "member"),
     ("restricted", "member"), ("gone", None), ("left", None), ("kicked", None)],
)  # fmt: skip
def test_role_is_asked_of_telegram_at_this_moment(
    fake: FakeBotApi, status: str, role: str | None
) -> None:
    """Fault 32 as far as the adapter goes: who was demoted a second ago is no admin."""
    fake.set_member(TECH, BOB, "administrator")

    async def twice(adapter: Adapter) -> tuple[str | None, str | None]:
        before = await adapter.role_of(GROUP, "telegram:1002")
        fake.set_member(TECH, BOB, status)
        return before, await adapter.role_of(GROUP, "telegram:1002")

    assert do(fake, twice) == ("admin", role)


def test_role_of_those_who_are_no_users(fake: FakeBotApi) -> None:
    async def roles(adapter: Adapter) -> list[str | None]:
        people = (GROUP, "telegram:-100999", "telegram:424242", "telegram:~x", "qq:5")
        return [await adapter.role_of(GROUP, who) for who in people]

    assert do(fake, roles) == ["admin", None, None, None, None]
    fake.set_member(TECH, fake.bot, "kicked")
    with pytest.raises(Forbidden):
        do(fake, lambda adapter: adapter.role_of(GROUP, "telegram:1001"))
    fake.stop()
    with pytest.raises(NotReachable):
        do(fake, lambda adapter: adapter.role_of(GROUP, "telegram:1001"))


def test_essence_is_pinned_and_taken_down_in_silence(fake: FakeBotApi) -> None:
    number = str(fake.say("值得留下"))

    async def mark(adapter: Adapter) -> None:
        await adapter.mark_essence(GROUP, number, True)
        assert fake.world.pinned[TECH["id"]] == [int(number)]
        await adapter.mark_essence(GROUP, number, False)
        await adapter.mark_essence(GROUP, number, False)

    do(fake, mark)
    assert fake.world.pinned[TECH["id"]] == []
    assert ("pinChatMessage", {"chat_id": TECH["id"], "message_id": int(number),
                               "disable_notification": True}) in fake.calls  # fmt: skip


def test_bot_that_may_not_pin_is_told_so(fake: FakeBotApi) -> None:
    number = str(fake.say("值得留下"))

    def mark(number: str, marked: bool) -> None:
        do(fake, lambda adapter: adapter.mark_essence(GROUP, number, marked))

    fake.set_member(TECH, fake.bot, "member")
    for marked in (True, False):
        with pytest.raises(Forbidden):
            mark(number, marked)
    fake.set_member(TECH, fake.bot, "administrator")
    for wrong in ("4711", "~hash-0", "99-5"):
        with pytest.raises(AdapterError):
            mark(wrong, True)


def test_menu_is_offered_in_chinese_and_for_everybody_else_in_english(fake: FakeBotApi) -> None:
    lines = [MenuLine("help", "帮助", "help"), MenuLine("Search", "搜索" * 200, "search")]
    do(fake, lambda adapter: adapter.offer_menu(lines))
    assert [command["description"] for command in fake.world.menus[""]] == ["help", "search"]
    chinese = fake.world.menus["zh"]
    assert [command["command"] for command in chinese] == ["help", "search"]
    assert chinese[0]["description"] == "帮助"
    do(fake, lambda adapter: adapter.offer_menu([]))


def test_names_and_pace_are_telegrams(fake: FakeBotApi) -> None:
    async def names(adapter: Adapter) -> tuple[Any, ...]:
        return adapter.names, adapter.pace.longest, adapter.pace.utf16, adapter.abilities

    known, longest, utf16, abilities = do(fake, names)
    assert (known, longest, utf16) == ((), 4096, True)
    assert abilities == {"held", "media", "files", "roles", "menu", "essence", "direct"}
