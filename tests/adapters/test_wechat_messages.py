"""Every kind of message that the real gateway can be made to deliver."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from gateway import BOT, CHEN, LIN, ROOM, ZHAO, Gateway, needed
from wechat_door import ListDoor, listening, until

from archive.records import Group, Member, Message, Quote, Span


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    needed()
    with Gateway() as running:
        yield running


def heard(gateway: Gateway, text: str | None = None, **what: Any) -> tuple[Message, ListDoor]:
    """Let something be said and return what became of it."""

    async def run() -> ListDoor:
        async with listening(gateway) as door:
            gateway.say(text, **what)
            await until(lambda: door.events)
            return door

    door = asyncio.run(run())
    (message,) = door.messages
    return message, door


def test_text_with_its_group_sender_and_time(gateway: Gateway) -> None:
    message, door = heard(gateway, "今晚八点直播", key="t1", at=1_764_000_000_123, sender=CHEN)
    assert message == Message(
        f"wechat:{ROOM}", "t1", 1_764_000_000, f"wechat:{CHEN}", "默默", "text", "今晚八点直播",
        quality=3,
    )  # fmt: skip
    (group,) = door.all(Group)
    assert (group.key, group.title) == (f"wechat:{ROOM}", "运营人一群")
    (member,) = door.all(Member)
    assert (member.key, member.name, member.group_name) == (f"wechat:{CHEN}", "陈默", "默默")


def test_envelope_says_who_where_and_by_what_key(gateway: Gateway) -> None:
    _, door = heard(gateway, "/搜 部署", key="t2", sender=LIN)
    envelope = door.account.envelope(door.events[0])
    assert envelope.key == f"wechat:{ROOM}:t2:message"
    assert (envelope.kind, envelope.group_key) == ("message", f"wechat:{ROOM}")
    assert (envelope.sender_key, envelope.sender_name) == (f"wechat:{LIN}", "林一舟")
    assert (envelope.sender_role, envelope.own, envelope.private) == ("owner", False, False)
    assert (envelope.text, envelope.message_id) == ("/搜 部署", "t2")


def test_seconds_and_milliseconds_are_the_same_time(gateway: Gateway) -> None:
    """TRUST 6: gateways give milliseconds, some puppets seconds."""
    assert heard(gateway, "ms", at=1_764_000_000_999)[0].sent_at == 1_764_000_000
    assert heard(gateway, "s", at=1_764_000_000)[0].sent_at == 1_764_000_000


def test_a_time_that_is_none_becomes_that_of_hearing(gateway: Gateway) -> None:
    """TRUST 6."""
    message, door = heard(gateway, "zero", at=0)
    assert message.sent_at is not None
    assert message.sent_at == door.all(Group)[0].at


def test_a_private_message_is_for_commands_only(gateway: Gateway) -> None:
    async def run() -> ListDoor:
        async with listening(gateway) as door:
            gateway.say("/帮助", to=BOT, sender=CHEN)
            await until(lambda: door.events)
            return door

    door = asyncio.run(run())
    envelope = door.account.envelope(door.events[0])
    assert (envelope.private, envelope.group_key, envelope.text) == (True, None, "/帮助")
    assert (envelope.sender_key, envelope.sender_name) == (f"wechat:{CHEN}", "陈默")
    assert door.records == []


def test_what_the_account_says_itself_is_known_as_its_own(gateway: Gateway) -> None:
    _, door = heard(gateway, "我说的", sender=BOT)
    envelope = door.account.envelope(door.events[0])
    assert envelope.own and envelope.sender_is_bot


def test_a_quote_carries_the_quoted_words_and_their_author(gateway: Gateway) -> None:
    text = "「默默：数据库要不要上 PG」\n- - - - - - - - - - - - - - -\n/精华 #数据库"
    message, door = heard(gateway, text)
    assert message.text == "/精华 #数据库"
    assert message.quote == Quote("数据库要不要上 PG", "默默")
    envelope = door.account.envelope(door.events[0])
    assert (envelope.quote_text, envelope.quote_sender) == ("数据库要不要上 PG", "默默")
    assert envelope.quoted == (f"wechat:{CHEN}",)


def test_a_quote_by_a_name_that_two_have_names_both(gateway: Gateway) -> None:
    for key in ("wxid_twin_a", "wxid_twin_b"):
        gateway.do("person", key=key, name="双胞胎")
        gateway.do("join", who=[key])
    text = "「双胞胎：在吗」\n- - - - - - - - - - - - - - -\n在"
    _, door = heard(gateway, text)
    quoted = door.account.envelope(door.events[0]).quoted
    assert set(quoted) == {"wechat:wxid_twin_a", "wechat:wxid_twin_b"}


def test_members_of_a_group_that_is_not_archived_are_not_looked_through(gateway: Gateway) -> None:
    gateway.do("room", key="7@chatroom", title="别的群")
    text = "「默默：在吗」\n- - - - - - - - - - - - - - -\n在"
    _, door = heard(gateway, text, room="7@chatroom", sender=LIN)
    assert door.account.envelope(door.events[0]).quoted == ()
    assert b"called" not in door.events[0]


def test_mentions_name_their_members(gateway: Gateway) -> None:
    message, _ = heard(gateway, "@默默\u2005@赵晴\u2005看一下", mentions=[CHEN, ZHAO])
    assert message.spans == (
        Span("mention", 0, 3, f"wechat:{CHEN}"),
        Span("mention", 4, 3, f"wechat:{ZHAO}"),
    )


def test_the_account_learns_what_it_is_called(gateway: Gateway) -> None:
    _, door = heard(gateway, "@沉淀\u2005/帮助", mentions=[BOT])
    assert "沉淀" in door.account.names


def test_link(gateway: Gateway) -> None:
    url = "https://example.org/a?b=1"
    message, _ = heard(
        gateway, type="Url", url={"title": "冷启动", "url": url, "description": "怎么做"}
    )
    assert (message.kind, message.text) == ("link", "冷启动")
    assert message.detail["link"] == {"title": "冷启动", "url": url, "description": "怎么做"}
    assert message.spans == (Span("link", 0, 3, url),)


def test_mini_program(gateway: Gateway) -> None:
    told = {"title": "报名", "description": "线下", "appid": "wx12", "pagePath": "p/i"}
    message, _ = heard(gateway, type="MiniProgram", mini=told)
    assert (message.kind, message.text) == ("card", "报名")
    assert message.detail["link"] == {"title": "报名", "description": "线下"}
    assert message.detail["mini_program"] == {"id": "wx12", "path": "p/i"}


def test_location(gateway: Gateway) -> None:
    place = {
        "name": "东升大厦", "address": "成府路45号", "latitude": 39.995, "longitude": 116.334,
        "accuracy": 15,
    }  # fmt: skip
    message, _ = heard(gateway, type="Location", place=place)
    assert (message.kind, message.text) == ("location", "东升大厦")
    del place["accuracy"]
    assert message.detail["location"] == place


def test_contact_card(gateway: Gateway) -> None:
    message, _ = heard(gateway, type="Contact", card=CHEN)
    assert (message.kind, message.text) == ("contact", "陈默")
    assert message.detail["contact"] == {"id": CHEN, "name": "陈默"}


def test_what_the_gateway_cannot_say_of_a_link_leaves_the_message(gateway: Gateway) -> None:
    message, _ = heard(gateway, "看这个", type="Url")
    assert (message.kind, message.text) == ("link", "看这个")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Attachment", "file"), ("Audio", "voice"), ("Emoticon", "sticker"), ("Image", "photo"),
        ("Video", "video"), ("ChatHistory", "forward"), ("GroupNote", "text"),
        ("Transfer", "transfer"), ("RedEnvelope", "red_packet"), ("Post", "card"),
        ("Unknown", "unknown"), (97, "unknown"),
    ],
)  # fmt: skip
def test_every_other_type_has_its_kind(gateway: Gateway, name: str | int, kind: str) -> None:
    """TRUST 8: a type that we do not know is kept with all that was said."""
    message, _ = heard(gateway, "说明", type=name)
    assert message.kind == kind
    if kind == "unknown":
        number = name if isinstance(name, int) else 0
        assert message.detail["raw"] == {"type": number, "content": "说明"}
