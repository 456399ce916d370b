"""The stand-in Bot API, judged by python-telegram-bot's own polling and parsing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest
from bot_api import FakeBotApi
from bot_api_contents import ORIGINS, contents, services
from bot_api_updates import ALICE, BOB, NEWS, SMALL, TECH, every_update, message, private
from telegram import Bot, BotCommand, TelegramObject, Update
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter
from telegram.ext import Application, TypeHandler


@pytest.fixture
def fake() -> Iterator[FakeBotApi]:
    with FakeBotApi() as running:
        yield running


def poll_with_stock_client(fake: FakeBotApi, number: int) -> list[Update]:
    """Return updates as the stock client's Application hands them to its handlers."""
    found: list[Update] = []

    async def run() -> None:
        app = Application.builder().token(fake.token).base_url(f"{fake.url}/bot").build()

        async def note(update: Update, _: Any) -> None:
            found.append(update)

        app.add_handler(TypeHandler(Update, note))
        async with app:
            await app.start()
            assert app.updater is not None
            await app.updater.start_polling(allowed_updates=Update.ALL_TYPES, timeout=1)
            for _ in range(1000):
                if len(found) >= number:
                    break
                await asyncio.sleep(0.01)
            await app.updater.stop()
            await app.stop()

    asyncio.run(run())
    return found


def ask(fake: FakeBotApi, question: Callable[[Bot], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        async with Bot(fake.token, f"{fake.url}/bot", f"{fake.url}/file/bot") as bot:
            return await question(bot)

    return asyncio.run(run())


def text_of(update: Update) -> str | None:
    return update.message.text if update.message else None


def unknown_fields(told: Any, path: str = "") -> list[str]:
    """Return where an object has fields that python-telegram-bot does not know."""
    if isinstance(told, list | tuple):
        return [found for part in told for found in unknown_fields(part, path)]
    if not isinstance(told, TelegramObject):
        return []
    found = [f"{path}.{field}" for field in told.api_kwargs]
    for name in {slot for kind in type(told).__mro__ for slot in getattr(kind, "__slots__", ())}:
        if not name.startswith("_") and name != "api_kwargs":
            found += unknown_fields(getattr(told, name, None), f"{path}.{name}")
    return found


def test_stock_client_gets_and_understands_every_kind_of_update(fake: FakeBotApi) -> None:
    updates = every_update()
    assert set(updates) == set(Update.ALL_TYPES)
    ask(fake, lambda bot: bot.get_updates(allowed_updates=Update.ALL_TYPES))
    fake.add_updates(list(updates.values()))
    found = poll_with_stock_client(fake, len(updates))
    assert [name for update in found for name in updates if getattr(update, name)] == list(updates)
    assert unknown_fields(found) == []
    assert fake.queue.confirmed == len(updates)


def test_stock_client_understands_everything_a_message_can_hold(fake: FakeBotApi) -> None:
    fields = {**contents(), **services()}
    forwarded = {f"from {kind}": {"text": "x", "forward_origin": ORIGINS[kind]} for kind in ORIGINS}
    all_fields = list({**fields, **forwarded}.values())
    said = [{"message": message(n, TECH, ALICE, **more)} for n, more in enumerate(all_fields, 1)]
    fake.add_updates(said)
    found = poll_with_stock_client(fake, len(said))
    assert len(found) == len(said)
    assert unknown_fields(found) == []
    for update, name in zip(found, fields, strict=False):
        assert getattr(update.message, name) not in (None, (), []), name


def test_update_is_given_again_until_an_offset_behind_it_is_asked_for(fake: FakeBotApi) -> None:
    for text in "abc":
        fake.say(text)

    async def look(bot: Bot) -> list[list[Any]]:
        first = await bot.get_updates()
        again = await bot.get_updates(offset=first[1].update_id)
        last = await bot.get_updates(offset=-1)
        none = await bot.get_updates(offset=first[2].update_id + 1)
        return [list(map(text_of, part)) for part in (first, again, last, none) if part]

    assert ask(fake, look) == [["a", "b", "c"], ["b", "c"], ["c"]]
    assert fake.queue.confirmed == 3


def test_offset_from_another_count_forgets_nothing(fake: FakeBotApi) -> None:
    fake.say("a")
    ahead = fake.queue.next_id + 1000
    assert len(ask(fake, lambda bot: bot.get_updates(offset=ahead))) == 1
    assert fake.queue.confirmed == 0


def test_limit_and_allowed_updates_hold(fake: FakeBotApi) -> None:
    fake.add_update({"message_reaction": every_update()["message_reaction"]["message_reaction"]})
    for number in range(5):
        fake.say(str(number))
    assert fake.queue.refused == 1
    assert len(ask(fake, lambda bot: bot.get_updates(limit=2))) == 2
    ask(fake, lambda bot: bot.get_updates(allowed_updates=["poll"]))
    assert fake.add_update(every_update()["message"]) is None


def test_second_poll_ends_the_first(fake: FakeBotApi) -> None:
    async def two(bot: Bot) -> tuple[Any, Any]:
        first = asyncio.create_task(bot.get_updates(timeout=10))
        await asyncio.sleep(0.2)
        fake.say("late")
        await asyncio.sleep(0.2)
        return await asyncio.gather(first, bot.get_updates(), return_exceptions=True)

    assert len(ask(fake, two)[0]) == 1

    async def at_once() -> Any:
        async with (
            Bot(fake.token, f"{fake.url}/bot") as one,
            Bot(fake.token, f"{fake.url}/bot") as other,
        ):
            await one.get_updates(offset=fake.queue.next_id)
            first = asyncio.create_task(one.get_updates(offset=fake.queue.next_id, timeout=10))
            await asyncio.sleep(0.2)
            second = asyncio.create_task(other.get_updates(offset=fake.queue.next_id, timeout=1))
            return await asyncio.gather(first, second, return_exceptions=True)

    first, second = asyncio.run(at_once())
    assert isinstance(first, Conflict)
    assert second == ()


def test_unknown_parameters_types_methods_and_tokens_are_refused(fake: FakeBotApi) -> None:
    fake.meet(TECH)
    send = f"{fake.url}/bot{fake.token}/sendMessage"
    wrong = [
        {"chat_id": TECH["id"], "text": "a", "reply_to_message_id": 5},
        {"chat_id": TECH["id"], "text": 5},
        {"chat_id": TECH["id"]},
        {"chat_id": TECH["id"], "text": "a", "reply_parameters": {"id": 5}},
        {"chat_id": TECH["id"], "text": "a", "link_preview_options": {"is_disabled": "yes"}},
    ]
    assert {httpx.post(send, json=given).status_code for given in wrong} == {400}
    assert fake.sent == []
    for address, status in (("bot5:wrong/getMe", 404), ("botx/getMe", 404),
                            ("bot5:" + "a" * 30 + "/getMe", 401),
                            (f"bot{fake.token}/getMeNot", 404)):  # fmt: skip
        assert httpx.get(f"{fake.url}/{address}").status_code == status
    with pytest.raises(InvalidToken):
        asyncio.run(Bot("5:" + "a" * 30, f"{fake.url}/bot").get_me())


def test_what_a_bot_may_not_send_is_refused_as_telegram_does(fake: FakeBotApi) -> None:
    fake.meet(TECH)
    fake.meet(SMALL)
    fake.move(SMALL, TECH)

    def send(chat: int, text: str) -> Any:
        return ask(fake, lambda bot: bot.send_message(chat, text))

    for chat, text, error in (
        (NEWS["id"], "a", BadRequest), (TECH["id"], " ", BadRequest),
        (TECH["id"], "a" * 4097, BadRequest), (TECH["id"], "😀" * 2049, BadRequest),
        (SMALL["id"], "a", ChatMigrated),
    ):  # fmt: skip
        with pytest.raises(error):
            send(chat, text)
    fake.set_member(TECH, fake.bot, "kicked")
    with pytest.raises(Forbidden):
        send(TECH["id"], "a")
    fake.set_member(TECH, fake.bot, "member")
    for _ in range(20):
        send(TECH["id"], "a")
    with pytest.raises(RetryAfter):
        send(TECH["id"], "a")


def test_stock_client_reads_files_members_pins_and_commands(fake: FakeBotApi) -> None:
    fake.set_member(TECH, ALICE, "creator")
    fake.set_member(TECH, BOB, "restricted")
    file = fake.add_file(b"content")
    asked = fake.say("x")

    async def look(bot: Bot) -> None:
        loaded = await bot.get_file(file["file_id"])
        assert bytes(await loaded.download_as_bytearray()) == b"content"
        assert (await bot.get_chat_member(TECH["id"], ALICE["id"])).status == "creator"
        assert (await bot.get_chat_member(TECH["id"], BOB["id"])).status == "restricted"
        admins = await bot.get_chat_administrators(TECH["id"])
        assert [admin.user.id for admin in admins] == [ALICE["id"]]
        assert (await bot.get_chat(TECH["id"])).title == TECH["title"]
        sent = await bot.send_message(TECH["id"], "y", reply_to_message_id=asked)
        assert sent.reply_to_message is not None and sent.reply_to_message.message_id == asked
        await bot.pin_chat_message(TECH["id"], sent.message_id)
        await bot.set_my_commands([BotCommand("help", "帮助")], language_code="zh")
        assert (await bot.get_my_commands(language_code="zh"))[0].description == "帮助"
        await bot.unpin_chat_message(TECH["id"], sent.message_id)
        assert (await bot.get_webhook_info()).url == ""

    ask(fake, look)
    assert fake.sent[0]["text"] == "y"
    (pinned,) = [
        u for u in poll_with_stock_client(fake, 2) if u.message and u.message.pinned_message
    ]
    assert pinned.message is not None and pinned.message.from_user is not None
    assert pinned.message.from_user.id == fake.bot["id"]


def test_server_that_was_killed_keeps_its_queue_and_its_address(fake: FakeBotApi) -> None:
    fake.say("a", private(ALICE))
    before = fake.url
    fake.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{before}/bot{fake.token}/getMe")
    fake.say("b", private(ALICE))
    fake.start()
    assert fake.url == before
    assert [text_of(update) for update in poll_with_stock_client(fake, 2)] == ["a", "b"]
