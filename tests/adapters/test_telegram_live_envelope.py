"""What the door learns of an update before anything of it is stored."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bot_api_contents import ORIGINS, services
from bot_api_updates import (
    ALICE,
    ANONYMOUS,
    BOB,
    CAROL,
    CHANNEL_BOT,
    FORUM,
    HELPER,
    NEWS,
    SMALL,
    TECH,
    TELEGRAM,
    every_update,
    joined,
    message,
    private,
    reaction,
    supergroup,
)

from adapters.contract import AdapterError, Envelope
from adapters.telegram import make

TOKEN = "123456789:AAFakeTokenForTests_0123456789abcdef"
BOT = make({"token": TOKEN}, "tg")
ITSELF = {"id": 123456789, "is_bot": True, "first_name": "沉淀", "username": "chendian_bot"}
GROUP = "telegram:-1001234567890"


def raw(update: dict[str, Any], number: int = 7) -> bytes:
    return json.dumps({"update_id": number} | update, ensure_ascii=False).encode()


def envelope(update: dict[str, Any], number: int = 7) -> Envelope:
    return BOT.envelope(raw(update, number))


def said(number: int = 5, chat: Any = TECH, who: Any = ALICE, **fields: Any) -> Envelope:
    return envelope({"message": message(number, chat, who, **{"date": 1_780_000_000} | fields)})


def edited(number: int = 5, **fields: Any) -> Envelope:
    return envelope({"edited_message": message(number, TECH, ALICE, **fields)})


def test_key_is_of_what_was_said_and_never_of_the_update() -> None:
    """Fault 1: redelivered under the same or another update_id it is the same event."""
    for update in every_update().values():
        assert envelope(update, 7) == envelope(update, 870_000_001)
    keys = [envelope(update).key for update in every_update().values()]
    assert len(set(keys)) == len(keys)
    assert said().key == f"{GROUP}:5:0:message"


def test_edit_has_another_key_than_the_message_and_than_another_edit() -> None:
    first = edited(edit_date=1_780_000_100, text="a")
    assert first.key.startswith(f"{GROUP}:5:1780000100:edit")
    assert first == edited(edit_date=1_780_000_100, text="a")
    same_second = edited(edit_date=1_780_000_100, text="b")
    later = edited(edit_date=1_780_000_101, text="a")
    without_a_time = edited(text="a")
    assert len({e.key for e in (said(), first, same_second, later, without_a_time)}) == 5
    assert {e.kind for e in (first, same_second, later, without_a_time)} == {"edit"}


def test_two_bots_in_a_supergroup_hear_the_same_event() -> None:
    other = make({"token": "987654321:AAFakeTokenForTests_0123456789abcdef"}, "other")
    own = {"file_id": "A", "file_unique_id": "u", "file_size": 5}
    theirs = own | {"file_id": "B"}
    for kind in ("message", "edited_message"):
        mine, there = (
            raw({kind: message(5, TECH, ALICE, date=1, edit_date=2, document=file)})
            for file in (own, theirs)
        )
        assert BOT.envelope(mine).key == other.envelope(there).key


def test_text_reply_and_sender_are_named() -> None:
    told = said(text="/精华 #部署", reply_to_message=message(3, TECH, BOB, text="答案"))
    assert (told.kind, told.text, told.message_id, told.reply_to) == (
        "message", "/精华 #部署", "5", "3",
    )  # fmt: skip
    assert (told.group_key, told.private, told.sent_at) == (GROUP, False, 1_780_000_000)
    assert (told.sender_key, told.sender_name, told.sender_role) == ("telegram:1001", "小林", None)
    assert said(photo=[], caption="[不存] 图").text == "[不存] 图"


def test_private_chat_is_no_group() -> None:
    told = said(chat=private(ALICE), text="/help")
    assert (told.group_key, told.private, told.text) == (None, True, "/help")
    assert told.message_id == "123456789-5"
    assert BOT.records(raw({"message": message(5, private(ALICE), ALICE, text="x")})) == []


def test_what_belongs_to_no_group_is_neither_kept_nor_quarantined() -> None:
    elsewhere = [
        name for name, update in every_update().items()
        if envelope(update).group_key is None
    ]  # fmt: skip
    assert elsewhere == [
        "business_connection", "business_message", "edited_business_message",
        "deleted_business_messages", "guest_message", "inline_query", "chosen_inline_result",
        "shipping_query", "pre_checkout_query", "purchased_paid_media", "poll", "poll_answer",
        "managed_bot",
    ]  # fmt: skip
    for name in elsewhere:
        told = envelope(every_update()[name])
        assert (told.private, told.kind, told.text) == (True, "other", "")


def test_anonymous_admin_speaks_as_the_group_with_an_admins_rights() -> None:
    told = said(who=None, text="/archive on")
    assert told.sender_key == GROUP
    assert (told.sender_name, told.sender_role, told.sender_is_bot) == ("技术群", "admin", False)


def test_channel_in_a_group_is_a_person_without_rights() -> None:
    as_channel = message(5, TECH, CHANNEL_BOT, text="x", sender_chat=NEWS)
    told = envelope({"message": as_channel})
    assert (told.sender_key, told.sender_role, told.sender_is_bot) == (
        "telegram:-1009876543210", None, False,
    )  # fmt: skip
    linked = message(6, TECH, TELEGRAM, text="x", sender_chat=NEWS, is_automatic_forward=True)
    assert envelope({"message": linked}).sender_key == "telegram:-1009876543210"


def test_channel_post_is_said_by_the_channel() -> None:
    told = envelope({"channel_post": message(5, NEWS, None, text="新版")})
    assert (told.sender_key, told.group_key, told.sender_role) == (
        "telegram:-1009876543210", "telegram:-1009876543210", "admin",
    )  # fmt: skip
    without_sender = message(5, NEWS, None, text="新版")
    del without_sender["sender_chat"]
    assert envelope({"channel_post": without_sender}) == told


def test_bots_and_this_bot_are_told_apart() -> None:
    assert (said(who=HELPER).sender_is_bot, said(who=HELPER).own) == (True, False)
    assert (said(who=ITSELF).sender_is_bot, said(who=ITSELF).own) == (True, True)
    assert not said(who=ANONYMOUS | {"id": 5, "is_bot": False}).sender_is_bot


def test_command_in_a_topic_answers_nothing() -> None:
    """The Bot API shows every message of a topic as an answer to the one that opened it."""
    opened = message(5, FORUM, ALICE, forum_topic_created={"name": "部署", "icon_color": 1})
    topic = {"message_thread_id": 5, "is_topic_message": True}
    assert said(6, FORUM, text="/精华", reply_to_message=opened, **topic).reply_to is None
    answer = said(7, FORUM, text="/精华", reply_to_message=message(6, FORUM, BOB), **topic)
    assert answer.reply_to == "6"
    to_another_group = {"origin": ORIGINS["channel"], "chat": NEWS, "message_id": 7}
    assert said(text="/精华", external_reply=to_another_group).reply_to is None


def test_everybody_whose_words_are_carried_is_quoted() -> None:
    forwarded = message(3, TECH, BOB, text="x", forward_origin=ORIGINS["user"])
    assert said(reply_to_message=message(3, TECH, BOB, text="x")).quoted == ("telegram:1002",)
    inner = message(2, TECH, CAROL, forward_origin={"type": "user", "sender_user": BOB, "date": 1})
    assert said(reply_to_message=inner).quoted == ("telegram:1002", "telegram:1003")
    assert said(who=CAROL, reply_to_message=forwarded).quoted == ("telegram:1002",)
    assert said(forward_origin=ORIGINS["channel"]).quoted == ("telegram:-1009876543210",)
    assert said(pinned_message=forwarded).quoted == ("telegram:1002",)
    external = {"origin": ORIGINS["user"], "chat": NEWS, "message_id": 5}
    assert "telegram:1002" in said(external_reply=external).quoted
    assert said(who=BOB, reply_to_message=message(3, TECH, BOB)).quoted == ()
    deep: dict[str, Any] = message(1, TECH, CAROL)
    for _ in range(500):
        deep = message(1, TECH, BOB, reply_to_message=deep)
    assert said(reply_to_message=deep).quoted == ("telegram:1002",)


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("pinned_message", "essence"), ("new_chat_members", "member"),
        ("left_chat_member", "member"), ("new_chat_title", "group"),
        ("migrate_to_chat_id", "group"), ("forum_topic_created", "other"),
        ("video_chat_started", "other"),
    ],
)  # fmt: skip
def test_service_message_is_of_its_kind_and_no_command(field: str, kind: str) -> None:
    told = said(**services()[field])
    assert (told.kind, told.text) == (kind, "")


def test_members_and_reactions_are_of_whom_did_it() -> None:
    change = envelope({"chat_member": joined(TECH, CAROL, ALICE, "left", "member")})
    assert (change.kind, change.sender_key) == ("member", "telegram:1001")
    given = envelope(reaction(TECH, 5, BOB))
    assert (given.kind, given.sender_key, given.message_id) == ("reaction", "telegram:1002", "5")
    by_the_group = envelope(reaction(TECH, 5, TECH))
    assert by_the_group.sender_key == GROUP
    taken_back = envelope(reaction(TECH, 5, BOB, ("👍",), ()))
    assert taken_back.key != given.key
    assert envelope(reaction(SMALL, 5, BOB)).message_id == "123456789-5"


@pytest.mark.parametrize("date", [None, -5, 4_070_908_800_000, "1780000000", 1.5, 0])
def test_absurd_time_is_no_time(date: Any) -> None:
    """Fault 6."""
    told = message(5, TECH, ALICE, text="x")
    told["date"] = date
    assert envelope({"message": told}).sent_at is None
    del told["date"]
    assert envelope({"message": told}).sent_at is None


def test_new_kind_of_update_names_what_it_can() -> None:
    """Fault 8."""
    known = envelope({"message_hologram": {"chat": TECH, "message_id": 9, "from": BOB}})
    assert (known.group_key, known.message_id, known.kind) == (GROUP, "9", "other")
    nameless = envelope({"hologram": {"id": 5}})
    assert (nameless.group_key, nameless.private) == (None, False)
    within = envelope({"hologram_query": {"message": message(9, TECH, BOB), "from": CAROL}})
    assert (within.group_key, within.message_id) == (GROUP, "9")


@pytest.mark.parametrize(
    "frame", [b"", b"[]", b"5", b"<html>", b"{}", b'{"update_id":5}', b'{"message":5}', b"\xff",
              b"[" * 100_000, b'{"message":' * 5_000, b'{"message":{"text":"cut'],
)  # fmt: skip
def test_what_is_no_update_is_an_adapter_error(frame: bytes) -> None:
    """Fault 8: the door puts it into quarantine."""
    with pytest.raises(AdapterError):
        BOT.envelope(frame)
    with pytest.raises(AdapterError):
        BOT.records(frame)


def test_group_of_an_unknown_type_is_a_group_by_its_number() -> None:
    odd = supergroup(-1005, "x") | {"type": "megagroup"}
    assert said(chat=odd).group_key == "telegram:-1005"
    assert said(chat={"id": 5}).private
