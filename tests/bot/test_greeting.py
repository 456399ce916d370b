"""Newcomers: told from an event's records, greeted once with its joining, else by one line."""

from __future__ import annotations

import json
import time

import pytest
from commanding import TG, said, told

from archive import consent, outbox
from archive.database import Archive
from archive.essence import mark
from archive.inbox import Event
from archive.keep import keep
from archive.outbox import Draft
from archive.records import AnyRecord, Group, Member, Message
from bot.accounts import make_adapters
from bot.config import Config, GroupConfig
from bot.live.greeting import Greeting, newcomers, say_in_group
from bot.live.projecting import Projected

NEW = "telegram:77"
ADAPTERS = make_adapters({"main": {"platform": "telegram", "token": "123456789:AAE" + "x" * 32}})


def joining(who: str = NEW, by: str | None = None, at: int | None = None) -> list[AnyRecord]:
    """Make the records of somebody's joining, invited by another person or not."""
    moment = int(time.time()) if at is None else at
    row = Message(TG, f"j{who}", moment, by or who, kind="service", text="来了", service="join")
    inviting = [Member(by, "张三", group_key=TG)] if by else []
    return [*inviting, Member(who, "新来的", group_key=TG, role="member"), row]


def greeting(greet: bool = True, welcome: str = "") -> Greeting:
    config = Config(groups={TG: GroupConfig(greet=greet, welcome=welcome)})
    return Greeting(config, ADAPTERS)


def came(archive: Archive, who: Greeting, records: list[AnyRecord], account: str = "main") -> None:
    """Keep an event's records and greet in the same transaction, as live capture does."""
    event = Event(1, account, "k", TG, "raw", b"", 0, 0)
    with archive.writing() as db:
        keep(db, records)
        who.greet(db, [Projected(event, records)])


def said_by(archive: Archive, account: str = "main") -> list[Draft]:
    with archive.reading() as db:
        return [parcel.draft for parcel in outbox.due(db, account, 1 << 40)]


@pytest.fixture
def talk(archive: Archive) -> Archive:
    told(archive, Group(TG, "技术群 @all"), said("1", "先看这个"), said("2", "再看那个"))
    with archive.writing() as db:
        consent.start(db, TG, by="telegram:1")
        mark(db, [f"{TG}:1"], by="telegram:1")
    return archive


def test_newcomers_are_told_from_who_invited_them() -> None:
    assert list(newcomers(joining(at=9))) == [(TG, NEW, 9)]
    assert list(newcomers(joining(by="telegram:1", at=9))) == [(TG, NEW, 9)]
    row = Message(TG, "1", 9, "telegram:1", kind="service", service="leave")
    assert list(newcomers([Member(NEW, group_key=TG, role="left"), row])) == []
    assert list(newcomers([said("5", "话")])) == []
    both = [Member("wechat:a", group_key="wechat:g@chatroom"),
            Member("wechat:b", group_key="wechat:g@chatroom"),
            Message("wechat:g@chatroom", "1", 9, kind="service", service="invite")]  # fmt: skip
    assert {who for _, who, _ in newcomers(both)} == {"wechat:a", "wechat:b"}


def test_bot_that_joins_is_not_greeted_nor_who_brought_it() -> None:
    bot = {"id": 99, "is_bot": True, "first_name": "抽奖", "username": "lots_bot"}
    bringing = {"id": 1, "is_bot": False, "first_name": "张三"}
    message = {
        "message_id": 5, "date": 1_790_000_000, "chat": {"id": -100123, "type": "supergroup"},
        "from": bringing, "new_chat_members": [bot],
    }  # fmt: skip

    def came_with(*people: dict[str, object]) -> list[str]:
        raw = {"update_id": 1, "message": message | {"new_chat_members": people}}
        records = ADAPTERS["main"].records(json.dumps(raw).encode())
        return [key for _, key, _ in newcomers(records)]

    assert came_with(bot) == []
    assert came_with(bot, {"id": 77, "is_bot": False, "first_name": "新来的"}) == [NEW]


def test_newcomer_is_greeted_alone_and_once(talk: Archive) -> None:
    who = greeting(welcome="不发广告\n周五分享")
    for _ in range(3):
        came(talk, who, joining())
    (draft,) = said_by(talk)
    assert (draft.group_key, draft.member_key, draft.purpose) == (None, NEW, "greeting")
    lines = draft.text.splitlines()
    assert len(lines) <= 5 and lines[1] == "不发广告 周五分享" and "先看这个 · " in lines[2]
    assert "@all" not in draft.text and "/隐私" in draft.text


def test_nobody_is_greeted_where_it_is_not_turned_on(talk: Archive) -> None:
    came(talk, greeting(greet=False), joining())
    came(talk, greeting(), joining(at=int(time.time()) - 3 * 86_400))
    came(talk, greeting(), joining("telegram:1"))
    assert said_by(talk) == []


def test_nobody_is_greeted_before_consent_or_against_their_wish(talk: Archive) -> None:
    """TRUST 37."""
    with talk.writing() as db:
        consent.opt_out(db, NEW, by=NEW)
    came(talk, greeting(), joining()[:1])
    with talk.writing() as db:
        consent.stop(db, TG, by="telegram:1")
    came(talk, greeting(), joining("telegram:78"))
    assert said_by(talk) == []


def test_joining_of_which_nothing_is_kept_holds_nobody_up(archive: Archive) -> None:
    with archive.writing() as db:
        consent.start(db, TG, by="telegram:1")
        event = Event(1, "main", "k", TG, "raw", b"", 0, 0)
        greeting().greet(db, [Projected(event, joining())])
    assert said_by(archive) == []


def test_crowd_that_may_not_be_written_to_gets_one_line(talk: Archive) -> None:
    """A raid of newcomers is no raid of greetings (TRUST 35)."""
    for number in range(60):
        came(talk, greeting(), joining(f"telegram:9{number}"), account="gone")
    lines = said_by(talk, "gone")
    assert 1 <= len(lines) <= 2
    assert {line.group_key for line in lines} == {TG} and "/新人" in lines[0].text


def test_greeting_that_is_refused_becomes_a_line_in_the_group(talk: Archive) -> None:
    came(talk, greeting(), joining())
    (draft,) = said_by(talk)
    with talk.writing() as db:
        say_in_group(db, draft)
    assert [line.group_key for line in said_by(talk)] == [None, TG]
