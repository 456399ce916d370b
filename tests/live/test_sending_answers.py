"""What is sent to a platform that counts answers, and lets a bot say no links."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import cast

import msgspec
import pytest
from commanding import TG, rows, said, told

from adapters.contract import (
    Ability,
    Adapter,
    AdapterError,
    Answers,
    Carrying,
    Forbidden,
    NotReachable,
    Outgoing,
    Pace,
    Sent,
    TooLate,
)
from archive import outbox
from archive.answering import answered
from archive.database import Archive
from archive.inbox import Inbox
from archive.outbox import Draft
from archive.spares import put_spare
from bot.config import Config, WebConfig
from bot.live.capture import Capture
from bot.live.linkless import without_links
from bot.live.metrics import Metrics
from bot.live.pacing import Pacing
from bot.live.sending import Sending
from bot.live.writer import Writer

PACE = Pace(
    longest=20, each_second=1000, each_minute=1000, links=frozenset(),
    answers=Answers(seconds=300, most=5, seconds_alone=3600, most_alone=4),
)  # fmt: skip


class Platform:
    """An account that answers; what it does with a message can be told."""

    platform = "telegram"
    abilities: frozenset[Ability] = frozenset(("direct",))
    carries = Carrying("Telegram")

    def __init__(self, pace: Pace = PACE) -> None:
        self.pace = pace
        self.said: list[Outgoing] = []
        self.tries: list[Outgoing] = []
        self.refuse: Callable[[Outgoing], AdapterError | None] = lambda message: None

    async def send(self, message: Outgoing) -> Sent:
        self.tries.append(message)
        error = self.refuse(message)
        if error is not None:
            raise error
        self.said.append(message)
        return Sent(str(len(self.said)))


def send(archive: Archive, platform: Platform, *drafts: Draft, seconds: float = 20) -> None:
    """Send until nothing waits, as a process that just began."""

    async def run() -> None:
        inbox, writer = Inbox(archive.folder), Writer(archive)
        config = Config(web=WebConfig(base_url="https://archive.example.org"))
        capture = Capture(archive, inbox, writer, config, Metrics())
        capture.adapters = {"main": cast(Adapter, platform)}
        task = asyncio.create_task(Sending(capture).run())
        try:
            async with asyncio.timeout(seconds):
                waiting = "SELECT 1 FROM outbox WHERE state IN ('waiting', 'sending')"
                while rows(archive, waiting):
                    await asyncio.sleep(0.005)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await capture.close()
            await writer.close()
            inbox.close()

    with archive.writing() as db:
        for draft in drafts:
            outbox.put(db, draft)
    asyncio.run(run())


def answer(text: str, to: str | None = "M1", **more: str) -> Draft:
    return Draft("main", text, group_key=TG, reply_to=to, **more)


def test_every_part_of_an_answer_is_one_until_there_were_enough(archive: Archive) -> None:
    platform = Platform()
    send(archive, platform, answer("字" * 130))
    assert [one.reply_to for one in platform.said] == ["M1"] * 5 + [None] * 2
    assert len({one.number for one in platform.said}) == 7


def test_answers_to_one_message_are_counted_across_processes(archive: Archive) -> None:
    """Fault 1: whoever comes after a kill knows how often a message was answered."""
    platform = Platform()
    for number in range(7):
        send(archive, platform, answer(str(number)))
    assert [one.reply_to for one in platform.said] == ["M1"] * 5 + [None] * 2
    assert [one.text for one in platform.said] == [str(number) for number in range(7)]


def test_answer_that_waited_too_long_is_said_on_its_own(archive: Archive) -> None:
    platform = Platform()
    with archive.writing() as db:
        old = outbox.put(db, answer("old"))
        db.execute("UPDATE outbox SET made_at = made_at - 290 WHERE id = ?", (old,))
        alone = outbox.put(db, Draft("main", "alone", member_key="telegram:2", reply_to="M2"))
        db.execute("UPDATE outbox SET made_at = made_at - 290 WHERE id = ?", (alone,))
    send(archive, platform)
    assert [(one.text, one.reply_to) for one in platform.said] == [("old", None), ("alone", "M2")]


def test_answer_the_platform_takes_no_more_is_said_on_its_own(archive: Archive) -> None:
    platform = Platform()
    platform.refuse = lambda message: TooLate("too old.") if message.reply_to else None
    send(archive, platform, answer("a"))
    assert [one.reply_to for one in platform.tries] == ["M1", None]
    assert [one.text for one in platform.said] == ["a"]


def test_answer_tried_again_has_the_same_number(archive: Archive) -> None:
    platform = Platform()
    faults = [NotReachable("no answer."), None]
    platform.refuse = lambda message: faults.pop(0)
    send(archive, platform, answer("a"))
    first, second = platform.tries
    assert first == second and first.number > 0


def test_account_that_only_answers_says_nothing_unasked(archive: Archive) -> None:
    platform = Platform(msgspec.structs.replace(PACE, unasked_each_minute=0))
    send(archive, platform, answer("digest", to=None), answer("yes"))
    assert [one.text for one in platform.said] == ["yes"]
    assert rows(archive, "SELECT state, why FROM outbox ORDER BY id")[0] == (
        "failed", "the bot answers only.",
    )  # fmt: skip


def test_who_may_not_be_written_to_alone_is_told_in_the_group(archive: Archive) -> None:
    platform = Platform()
    platform.refuse = lambda message: None if message.group_key else Forbidden("no friend.")
    with archive.writing() as db:
        outbox.put(db, Draft("main", "secret", member_key="telegram:2", unique="k"))
        put_spare(db, answer("write first"), "k")
    send(archive, platform)
    assert [(one.text, one.reply_to) for one in platform.said] == [("write first", "M1")]


def test_what_nobody_asked_for_is_slower_than_answers() -> None:
    """Fault 35: a platform's limits are never hit, and answers do not wait for digests."""
    pace = msgspec.structs.replace(PACE, unasked_each_minute=3, unasked_each_day=2)
    pacing = Pacing(pace)
    assert [pacing.may("a", unasked=True) for _ in range(4)] == [True, True, False, False]
    assert [pacing.may("b", unasked=True) for _ in range(2)] == [True, False]
    assert all(pacing.may("a") for _ in range(50))


def test_numbers_of_answers_are_those_of_one_account(archive: Archive) -> None:
    with archive.writing() as db:
        ids = [outbox.put(db, answer(str(n))) for n in range(3)]
        other = outbox.put(db, Draft("other", "x", group_key=TG, reply_to="M1"))
        outbox.begin(db, ids[0])
    with archive.reading() as db:
        assert answered(db, "main", "M1", ids[2]).times == 2
        assert answered(db, "main", "M1", ids[0]).times == 0
        assert answered(db, "other", "M1", other).times == 0
        assert abs(answered(db, "main", "M1", ids[2]).since - time.time()) < 5


def test_message_is_named_by_its_code_where_links_may_not_be_said(archive: Archive) -> None:
    told(archive, said("5", "用 PostgreSQL"))
    platform = Platform(msgspec.structs.replace(PACE, longest=500))
    key = rows(archive, "SELECT g.key || ':' || m.platform_id FROM messages m JOIN groups g"
               " ON g.id = m.group_id LIMIT 1")[0][0]  # fmt: skip
    text = (
        f"好了。\nhttps://archive.example.org/m/{key}\n更多 https://archive.example.org/search?q=x"
    )
    send(archive, platform, answer(text), answer("见 http://github.com/a/b。"))
    code = rows(archive, "SELECT code FROM codes")[0][0]
    assert [one.text for one in platform.said] == [f"好了。\n{code}\n更多", "见 。"]


def test_links_to_registered_domains_stay(archive: Archive) -> None:
    allowed = frozenset(("example.org",))
    kept = "https://archive.example.org/m/a:b:c, https://example.org。"
    with archive.writing() as db:
        assert without_links(db, kept, allowed, "") == kept
        for other in ("https://example.org.evil.com/x", "https://evilexample.org/",
                      "https://example.org@evil.com/", "http://[", "HTTPS://EVIL.com"):  # fmt: skip
            assert without_links(db, f"看 {other}", allowed, "") == "看"


@pytest.mark.parametrize("links", [None, frozenset(("example.org",))])
def test_text_that_may_be_said_is_said_as_it_is(
    archive: Archive, links: frozenset[str] | None
) -> None:
    platform = Platform(msgspec.structs.replace(PACE, longest=500, links=links))
    text = "第一  行\n\n  https://example.org/a  b "
    send(archive, platform, answer(text))
    assert platform.said[0].text == text
