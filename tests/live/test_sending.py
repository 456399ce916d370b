"""What is sent of the outbox to a platform that lets the bot write to some people only."""

from __future__ import annotations

import asyncio
import time
from typing import cast

import pytest
from commanding import TG, Talk, rows

from adapters.contract import (
    Ability,
    Adapter,
    AdapterError,
    Carrying,
    Forbidden,
    Outgoing,
    Pace,
    Sent,
)
from archive import consent, outbox
from archive.database import Archive
from archive.forget import forget_member
from archive.inbox import Inbox
from bot.config import Config
from bot.live.capture import Capture
from bot.live.metrics import Metrics
from bot.live.sending import Sending
from bot.live.writer import Writer


class Platform:
    """An account that may write to its friends and into groups."""

    platform = "telegram"
    abilities: frozenset[Ability] = frozenset(("direct",))
    carries = Carrying("Telegram")
    pace = Pace(longest=4096, each_second=1000, each_minute=1000)

    def __init__(self, *friends: str) -> None:
        self.friends = set(friends)
        self.said: list[Outgoing] = []
        self.error: AdapterError = Forbidden("bot can't initiate conversation with a user.")

    async def send(self, message: Outgoing) -> Sent:
        if message.group_key is None and message.member_key not in self.friends:
            raise self.error
        self.said.append(message)
        return Sent(str(9_000 + len(self.said)))


WAITING = "SELECT 1 FROM outbox WHERE state IN ('waiting', 'sending')"


def send(archive: Archive, platform: Platform, until: str = WAITING) -> None:
    """Send until nothing waits, as a process that just began."""

    async def run() -> None:
        inbox, writer = Inbox(archive.folder), Writer(archive)
        capture = Capture(archive, inbox, writer, Config(), Metrics())
        capture.adapters = {"main": cast(Adapter, platform)}
        task = asyncio.create_task(Sending(capture).run())
        try:
            async with asyncio.timeout(20):
                while rows(archive, until):
                    await asyncio.sleep(0.005)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await capture.close()
            await writer.close()
            inbox.close()

    asyncio.run(run())


@pytest.fixture
def talk(archive: Archive) -> Talk:
    return Talk(archive)


def test_person_who_may_not_be_written_to_is_told_how_in_the_group(talk: Talk) -> None:
    platform = Platform()
    asked = talk.asked("/我的数据")
    talk.give(asked)
    secret = talk.drafts()[0].text
    send(talk.archive, platform)
    (line,) = platform.said
    assert (line.group_key, line.member_key, line.reply_to) == (TG, "telegram:2", asked.message_id)
    assert "/帮助" in line.text and "\n" not in line.text and len(line.text) < 80
    assert not any(part in line.text for part in secret.splitlines())
    states = "SELECT state, purpose FROM outbox ORDER BY id"
    assert rows(talk.archive, states) == [("failed", "answer"), ("sent", "write first")]


def test_line_is_in_the_language_asked_in(talk: Talk) -> None:
    platform = Platform()
    talk.give(talk.asked("/mydata"))
    send(talk.archive, platform)
    assert "send me /help" in platform.said[0].text and platform.said[0].text.isascii()


def test_nothing_is_said_in_the_group_where_the_answer_came_or_may_have_come(talk: Talk) -> None:
    platform = Platform("telegram:2")
    talk.give(talk.asked("/我的数据"))
    talk.give(talk.asked("/我的数据", "3"))
    platform.error = AdapterError("nobody knows.")
    send(talk.archive, platform)
    assert [message.group_key for message in platform.said] == [None]
    assert "write first" not in [d.purpose for d in talk.drafts()]


def test_each_person_is_told_once_in_ten_minutes_also_after_a_restart(talk: Talk) -> None:
    platform = Platform()
    for _ in range(3):
        talk.give(talk.asked("/我的数据"))
        talk.give(talk.asked("/我的数据", "3"))
        send(talk.archive, platform)
    assert [message.member_key for message in platform.said] == ["telegram:2", "telegram:3"]
    with talk.archive.writing() as db:
        db.execute("UPDATE outbox SET made_at = made_at - 601 WHERE member_key = 'telegram:2'")
    talk.give(talk.asked("/我的数据"))
    send(talk.archive, platform)
    assert [message.member_key for message in platform.said][2:] == ["telegram:2"]


def test_what_was_asked_in_private_leads_to_nothing_in_a_group(talk: Talk) -> None:
    talk.give(talk.asked("/我的数据", private=True))
    platform = Platform()
    send(talk.archive, platform)
    assert platform.said == []


def test_spares_go_with_the_person_and_with_time(talk: Talk) -> None:
    """TRUST 37."""
    for who in ("1", "2", "3"):
        talk.give(talk.asked("/我的数据", who))
    spares = "SELECT member_key FROM outbox WHERE state = 'spare' ORDER BY 1"
    assert len(rows(talk.archive, spares)) == 3
    with talk.archive.writing() as db:
        consent.opt_out(db, "telegram:3", by="telegram:3")
        forget_member(db, "telegram:3", "telegram:3")
    assert rows(talk.archive, spares) == [("telegram:1",), ("telegram:2",)]
    with talk.archive.writing() as db:
        outbox.expire(db, int(time.time()), 0)
    assert len(rows(talk.archive, spares)) == 2, "what was forgotten just now takes no spare along"
    with talk.archive.writing() as db:
        outbox.expire(db, int(time.time()) + 8 * 86_400)
    assert rows(talk.archive, spares) == []
