"""What the bot says: answers with their numbers, the rest unasked; and what QQ says to it."""

from __future__ import annotations

import asyncio
import http.server
import os
import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from qq_open import QQPlatform
from qq_open_door import GROUP, bot_of
from qq_open_events import openid

from adapters.contract import (
    AdapterError,
    Enclosed,
    Forbidden,
    LoginExpired,
    NotReachable,
    Outgoing,
    TooFast,
    TooLate,
    Unavailable,
)
from adapters.qq_official.adapter import OfficialBot

PERSON = f"qqbot:{openid('阿珍')}"
Does = Callable[[OfficialBot], Coroutine[Any, Any, Any]]


@pytest.fixture
def qq() -> Iterator[QQPlatform]:
    with QQPlatform() as running:
        yield running


def run(qq: QQPlatform, does: Does, **options: Any) -> Any:
    async def all_of_it() -> Any:
        bot = bot_of(qq, **options)
        try:
            return await does(bot)
        finally:
            await bot.close()

    return asyncio.run(all_of_it())


def fails(qq: QQPlatform, message: Outgoing, kind: type[AdapterError]) -> AdapterError:
    with pytest.raises(kind) as raised:
        run(qq, lambda bot: bot.send(message))
    assert raised.type is kind
    return raised.value


def test_answer_names_the_message_and_its_number(qq: QQPlatform) -> None:
    said = qq.say("dev", "阿珍", "/帮助")
    sent = run(qq, lambda bot: bot.send(Outgoing("好", GROUP, PERSON, said["id"], 17)))
    assert sent.message_id.startswith("ROBOT1.0_own")
    (taken,) = qq.taken
    assert (taken["place"], taken["answers"], taken["number"]) == ("groups", said["id"], 17)


def test_what_answers_nobody_is_said_unasked(qq: QQPlatform) -> None:
    run(qq, lambda bot: bot.send(Outgoing("周报", GROUP)))
    run(qq, lambda bot: bot.send(Outgoing("提醒", None, PERSON)))
    assert [(one["place"], one["answers"]) for one in qq.taken] == [
        ("groups", None),
        ("users", None),
    ]


def test_answer_that_perhaps_arrived_is_said_once(qq: QQPlatform) -> None:
    """Fault 1: the same answer with the same number is one to QQ, and to us."""
    said = qq.say("dev", "阿珍", "/帮助")
    answer = Outgoing("好", GROUP, None, said["id"], 17)
    qq.api.hang_up = 1
    fails_first = pytest.raises(NotReachable)
    with fails_first:
        run(qq, lambda bot: bot.send(answer))
    run(qq, lambda bot: bot.send(answer))
    assert qq.texts("dev") == ["好"]


def test_what_nobody_asked_for_is_not_said_twice(qq: QQPlatform) -> None:
    qq.api.hang_up = 1
    assert "whether" in fails(qq, Outgoing("周报", GROUP), AdapterError).what


def test_without_a_token_nothing_was_sent_and_all_is_sent_later(qq: QQPlatform) -> None:
    qq.api.no_tokens = 1
    message = Outgoing("周报", GROUP)
    fails(qq, message, NotReachable)
    run(qq, lambda bot: bot.send(message))
    assert qq.texts("dev") == ["周报"]


def test_answers_that_come_too_late_or_too_often_are_told_as_such(qq: QQPlatform) -> None:
    said = qq.say("dev", "阿珍", "/帮助")
    for number in range(1, 6):
        answer = Outgoing(f"{number}", GROUP, None, said["id"], number)
        run(qq, lambda bot, answer=answer: bot.send(answer))
    fails(qq, Outgoing("6", GROUP, None, said["id"], 6), TooLate)
    other = qq.say("dev", "阿珍", "/帮助")
    qq.pass_time(301)
    fails(qq, Outgoing("7", GROUP, None, other["id"], 7), TooLate)
    fails(qq, Outgoing("8", GROUP, None, "ROBOT1.0_nobody", 8), TooLate)
    assert qq.texts("dev") == ["1", "2", "3", "4", "5"]


def test_who_wants_nothing_unasked_is_left_alone(qq: QQPlatform) -> None:
    qq.api.no_unasked.add(openid("dev"))
    assert "answer only" in fails(qq, Outgoing("周报", GROUP), Forbidden).what
    qq.api.closed |= {openid("dev"), openid("阿珍")}
    fails(qq, Outgoing("周报", GROUP), Forbidden)
    fails(qq, Outgoing("提醒", None, PERSON), Forbidden)
    fails(qq, Outgoing("x", "qq:700"), Forbidden)
    fails(qq, Outgoing("x"), Forbidden)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (429, 0, TooFast), (400, 40034100, TooFast), (400, 22009, TooFast),
        (500, 50055001, NotReachable), (401, 11298, LoginExpired), (400, 11265, LoginExpired),
        (400, 40034006, AdapterError),
    ],
)  # fmt: skip
def test_refusals_are_understood(
    qq: QQPlatform, status: int, code: int, kind: type[AdapterError]
) -> None:
    """Fault 11: pauses that QQ asks for, faults of its own, a bot it no longer wants."""
    qq.api.faults += [(status, code, "词")] * 2
    with pytest.raises(kind):
        run(qq, lambda bot: bot.send(Outgoing("x", GROUP)))
    assert qq.taken == []


def test_what_looks_like_an_address_is_said_otherwise(qq: QQPlatform) -> None:
    run(qq, lambda bot: bot.send(Outgoing("看 main.py 和 Node.js，版本 1.2.3", GROUP)))
    assert qq.texts("dev") == ["看 main．py 和 Node．js，版本 1.2.3"]


def test_qq_that_is_not_there_is_not_reachable(qq: QQPlatform) -> None:
    with pytest.raises(NotReachable):
        run(qq, lambda bot: bot.send(Outgoing("x", GROUP)), api_url="http://127.0.0.1:9")


def test_role_is_asked_of_qq(qq: QQPlatform) -> None:
    qq.roles[openid("dev"), openid("阿珍")] = "owner"
    assert run(qq, lambda bot: bot.role_of(GROUP, PERSON)) == "owner"
    with pytest.raises(AdapterError):
        run(qq, lambda bot: bot.role_of(GROUP, f"qqbot:{openid('nobody')}"))


def test_check_says_what_is_still_to_be_switched_on(qq: QQPlatform) -> None:
    found = run(qq, lambda bot: bot.check(), mode="webhook")
    assert all(one.good for one in found) and "沉淀" in found[0].what
    told = " ".join(f"{one.what} {one.hint}" for one in found)
    for word in ("receive all messages", "unasked", "/hooks/qq", "GROUP_MESSAGE_CREATE",
                 "IP address", "short codes instead of links"):  # fmt: skip
        assert word in told
    named = run(qq, lambda bot: bot.check(), domains=["archive.example.org"])
    assert "archive.example.org" in " ".join(one.hint for one in named)
    qq.gateway.remaining = 0
    assert not all(one.good for one in run(qq, lambda bot: bot.check()))
    wrong = run(qq, lambda bot: bot.check(), secret="not-the-secret")
    assert not wrong[0].good and wrong[0].hint and "not-the-secret" not in str(wrong)


@pytest.mark.parametrize(
    ("name", "size", "shown"), [("a.JPG", 1, 1), ("b.mp4", 2500, 2), ("手册.pdf", 1000, 4)]
)
def test_file_goes_with_the_message(
    qq: QQPlatform, tmp_path: Path, name: str, size: int, shown: int
) -> None:
    path = tmp_path / "x"
    path.write_bytes(os.urandom(size))
    said = qq.say("dev", "阿珍", "/帮助")
    for place in (GROUP, None):
        message = Outgoing("看", place, PERSON, said["id"] if place else None, 9)
        whole = structs.replace(message, enclosed=Enclosed(path, name))
        run(qq, lambda bot, whole=whole: bot.send(whole))
        taken = qq.taken[-1]
        assert qq.files.whole[taken["file"]] == path.read_bytes() and taken["text"] == "看"
    (upload, _) = qq.files.uploads.values()
    assert (upload["file_type"], upload["file_name"]) == (shown, name)


def test_file_that_cannot_be_sent_is_told_as_such(qq: QQPlatform, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    for path in (empty, tmp_path / "gone"):
        message = Outgoing("看", GROUP, enclosed=Enclosed(path, "a.jpg"))
        fails(qq, message, AdapterError)
    assert qq.taken == [] and qq.files.uploads == {}


def test_files_are_fetched_from_public_addresses_only(qq: QQPlatform) -> None:
    """Fault 14: a link that leads into our own network is refused, a dead one has a reason."""

    class Files(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/a.jpg" else 403)
            self.end_headers()
            self.wfile.write(b"JPEG" if self.path == "/a.jpg" else b"")

        def log_message(self, *_: object) -> None:
            pass

    async def fetched(bot: OfficialBot, source: str) -> bytes:
        return b"".join([piece async for piece in bot.fetch(source)])

    with http.server.HTTPServer(("127.0.0.1", 0), Files) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        there = f"http://127.0.0.1:{server.server_port}"
        for source in (f"{there}/a.jpg", "http://169.254.169.254/", "file:///etc/passwd"):
            with pytest.raises(Unavailable):
                run(qq, lambda bot, source=source: fetched(bot, source))
        got = run(qq, lambda bot: fetched(bot, f"{there}/a.jpg"), allow_private=True)
        assert got == b"JPEG"
        with pytest.raises(Unavailable, match="expired"):
            run(qq, lambda bot: fetched(bot, f"{there}/b.jpg"), allow_private=True)
        server.shutdown()
