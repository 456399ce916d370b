"""`check`, the options, and the token, which is never told."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Iterator
from typing import Any

import pytest
from bot_api import FakeBotApi
from telegram_door import ListDoor, bot_for, listening, until

from adapters.contract import AdapterError, Finding, Outgoing
from adapters.telegram import Options, make

TOKEN = "123456789:AAFakeTokenForTests_0123456789abcdef"
HOOK = {
    "mode": "webhook", "webhook_url": "https://example.org/hooks/telegram",
    "webhook_secret": "0123456789abcdef",
}  # fmt: skip


@pytest.fixture
def fake() -> Iterator[FakeBotApi]:
    with FakeBotApi() as running:
        yield running


def check(fake: FakeBotApi, **options: Any) -> list[Finding]:
    async def run() -> list[Finding]:
        adapter = bot_for(fake, **options)
        try:
            return await adapter.check()
        finally:
            await adapter.close()

    return asyncio.run(run())


def bad(findings: list[Finding]) -> list[Finding]:
    found = [finding for finding in findings if not finding.good]
    assert all(finding.hint for finding in found)
    return found


def test_bot_that_can_do_its_work_is_good(fake: FakeBotApi) -> None:
    findings = check(fake)
    assert bad(findings) == []
    assert findings[0].what == "Telegram knows the bot as @chendian_bot."


def test_privacy_mode_is_explained() -> None:
    with FakeBotApi(reads_all=False) as fake:
        (finding,) = bad(check(fake))
    assert "privacy mode" in finding.what
    assert "/setprivacy" in finding.hint and "add it again" in finding.hint


def test_bot_that_cannot_join_groups_is_explained(fake: FakeBotApi) -> None:
    fake.bot["can_join_groups"] = False
    assert "/setjoingroups" in bad(check(fake))[0].hint


def test_webhook_in_the_way_of_polling_is_named(fake: FakeBotApi) -> None:
    fake.answering.courier.url = "https://example.org/x"
    (finding,) = bad(check(fake))
    assert "webhook" in finding.what and "deleteWebhook" in finding.hint
    assert bad(check(fake, **HOOK)) == []


def test_wrong_address_and_wrong_token_are_told_apart(fake: FakeBotApi) -> None:
    (token,) = bad(check(fake, token="123456789:" + "b" * 30))
    assert "token" in token.what and "@BotFather" in token.hint
    (nobody,) = bad(check(fake, api_url="http://127.0.0.1:1"))
    assert "no connection" in nobody.what
    fake.fail("getMe", status=404, body=b"<html>404 Not Found</html>")
    (other,) = bad(check(fake))
    assert "not the Bot API" in other.what and "api_url" in other.hint


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({}, "token"), ({"token": 5}, "token"), ({"token": "x"}, "token"),
        ({"token": TOKEN, "tokne": "x"}, "tokne"), ({"token": TOKEN, "mode": "pull"}, "mode"),
        ({"token": TOKEN, "api_url": "api.telegram.org"}, "api_url"),
        ({"token": TOKEN, "api_url": "ftp://x"}, "api_url"),
        ({"token": TOKEN, "api_url": "http://x:99999"}, "api_url"),
        ({"token": TOKEN, "poll_seconds": 51}, "poll_seconds"),
        ({"token": TOKEN, "largest_file": -1}, "largest_file"),
        ({"token": TOKEN, "mode": "webhook"}, "webhook_url"),
        ({"token": TOKEN, **HOOK, "webhook_secret": ""}, "webhook_secret"),
        ({"token": TOKEN, **HOOK, "webhook_secret": "x" * 15 + "!"}, "webhook_secret"),
        ({"token": TOKEN, **HOOK, "webhook_url": "http://example.org/x"}, "webhook_url"),
        ({"token": TOKEN, **HOOK, "webhook_url": "https://example.org"}, "webhook_url"),
        ({"token": TOKEN, **HOOK, "webhook_url": "https://example.org/{x}"}, "webhook_url"),
    ],
)  # fmt: skip
def test_wrong_option_is_named_with_what_to_do(options: dict[str, Any], named: str) -> None:
    with pytest.raises(AdapterError) as caught:
        make(options, "tg")
    assert named in caught.value.what
    assert caught.value.hint
    assert TOKEN not in str(caught.value)


def test_options_can_be_listed_and_hide_the_token() -> None:
    assert "token" in Options.__struct_fields__
    assert TOKEN not in repr(Options(TOKEN))
    routes = make({"token": TOKEN, **HOOK}, "tg").routes()
    assert [getattr(route, "path", "") for route in routes] == ["/hooks/telegram"]


def test_token_and_words_are_in_no_log_and_no_error(
    fake: FakeBotApi, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told: list[str] = []

    async def run() -> None:
        door = ListDoor()
        adapter = bot_for(fake)
        async with listening(adapter, door):
            fake.say("GEHEIM")
            await until(lambda: door.events)
            fake.fail(status=200, body=b'{"GEHEIM": "half an answer')
            fake.fail(status=500, description=f"boom {fake.token}")
            fake.fail(drop=True)
            fake.say("GEHEIM")
            await until(lambda: len(door.events) == 2)
            fake.stop()
            for action in (
                adapter.send(Outgoing("GEHEIM", "telegram:-1001234567890")),
                adapter.role_of("telegram:-1001234567890", "telegram:5"),
                anext(aiter(adapter.fetch("abc"))),
            ):
                try:
                    await action
                except AdapterError as error:
                    told.append("".join(traceback.format_exception(error)))
            await asyncio.sleep(0.5)

    asyncio.run(run())
    secret = fake.token.partition(":")[2]
    assert len(told) == 3
    ours = [r for r in caplog.records if not r.name.startswith(("uvicorn", "asyncio", "starlette"))]
    assert any(record.name == "chendian.telegram" for record in ours)
    for line in (*told, *(record.getMessage() + str(record.exc_info) for record in ours)):
        assert secret not in line
        assert "GEHEIM" not in line
