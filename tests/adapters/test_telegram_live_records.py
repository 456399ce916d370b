"""What updates become: records with the keys, kinds and words an export has."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bot_api_contents import ORIGINS, contents, photo, services
from bot_api_updates import (
    ALICE,
    BOB,
    CAROL,
    FORUM,
    NEWS,
    SMALL,
    TECH,
    emoji,
    every_update,
    joined,
    message,
    reaction,
    reaction_count,
)

from adapters.exports.telegram_json.service import is_known
from adapters.telegram import make
from adapters.telegram.service import FIELDS as SERVICE
from archive.records import (
    KINDS,
    Attachment,
    EssenceMark,
    Group,
    Member,
    Message,
    Quote,
    Reacted,
    Reaction,
    Span,
)

BOT = make({"token": "123456789:AAFakeTokenForTests_0123456789abcdef"}, "tg")
ITSELF = {"id": 123456789, "is_bot": True, "first_name": "沉淀", "username": "chendian_bot"}
GROUP = "telegram:-1001234567890"


def records(update: dict[str, Any]) -> list[Any]:
    return BOT.records(json.dumps({"update_id": 1} | update).encode())


def of(kind: type, update: dict[str, Any]) -> list[Any]:
    return [record for record in records(update) if type(record) is kind]


def one(number: int = 5, chat: Any = TECH, who: Any = ALICE, **fields: Any) -> Message:
    found: Message
    (found,) = of(Message, {"message": message(number, chat, who, **fields)})
    return found


def test_same_bytes_give_the_same_records() -> None:
    for update in every_update().values():
        assert records(update) == records(update)


def test_message_comes_with_its_group_and_sender() -> None:
    group, sender, told = records({"message": message(5, TECH, BOB, date=9, text="好")})
    assert group == Group(GROUP, "技术群", at=9)
    assert sender == Member("telegram:1002", "Bob 王", "bob_w", group_key=GROUP, at=9)
    assert told == Message(
        GROUP, "5", 9, "telegram:1002", "Bob 王", text="好", quality=3
    )  # fmt: skip
    assert of(Group, every_update()["channel_post"])[0].kind == "channel"


def test_edit_is_the_message_with_the_time_of_the_edit() -> None:
    told = message(5, TECH, ALICE, date=100, edit_date=200, text="改")
    (found,) = of(Message, {"edited_message": told})
    assert (found.id, found.sent_at, found.edited_at, found.text) == ("5", 100, 200, "改")


@pytest.mark.parametrize("name", contents())
def test_kinds_of_messages_are_those_of_the_archive(name: str) -> None:
    found = one(**contents()[name])
    assert found.kind in KINDS
    assert found.kind not in ("unknown", "service")
    assert found.kind != "text" or name == "text"
    assert "raw" not in found.detail


@pytest.mark.parametrize("field", services())
def test_service_messages_are_called_as_in_exports(field: str) -> None:
    found = one(**services()[field])
    assert found.kind == "service"
    assert found.service and (is_known(found.service) or found.service.startswith("chat_owner"))
    assert found.text and "{" not in found.text and "None" not in found.text
    assert "raw" not in found.detail


def test_every_service_field_can_do_without_what_it_tells() -> None:
    nothing: tuple[Any, ...] = (None, {}, [], 5, True, "x", [5], {"users": 5, "name": []})
    for field in SERVICE:
        for told in nothing:
            fields = {field: told}
            assert one(**fields).kind == "service"


def test_spans_count_code_points_where_telegram_counts_utf16() -> None:
    text = "😀𠮷 a.cn 好"
    entities = [
        {"type": "url", "offset": 5, "length": 4}, {"type": "bold", "offset": 10, "length": 1},
        {"type": "custom_emoji", "offset": 0, "length": 2, "custom_emoji_id": "53"},
        {"type": "expandable_blockquote", "offset": 2, "length": 2},
        {"type": "text_link", "offset": 10, "length": 99, "url": "https://a.cn/"},
        {"type": "phone_number", "offset": 10, "length": 1},
    ]  # fmt: skip
    assert one(text=text, entities=entities).spans == (
        Span("link", 3, 4, "a.cn"), Span("bold", 8, 1), Span("custom_emoji", 0, 1, "53"),
        Span("blockquote", 1, 1, "collapsed"), Span("link", 8, 1, "https://a.cn/"),
        Span("phone", 8, 1),
    )  # fmt: skip


def test_entities_that_cannot_be_are_left_out() -> None:
    bad = [
        {"type": "bold", "offset": -1, "length": 2}, {"type": "bold", "offset": 50, "length": 2},
        {"type": "bold", "offset": 0}, {"offset": 0, "length": 1}, 5,
        {"type": "bold", "offset": "0", "length": 1}, {"type": "bold", "offset": 0, "length": 0},
    ]  # fmt: skip
    assert one(text="文", entities=bad).spans == ()
    assert one(text="文", entities={"type": "bold"}).spans == ()


def test_caption_is_text_and_has_its_own_entities() -> None:
    bold = [{"type": "bold", "offset": 0, "length": 1}]
    found = one(photo=photo(), caption="看图", caption_entities=bold)
    assert (found.kind, found.text, found.spans) == ("photo", "看图", (Span("bold", 0, 1),))


def test_only_the_largest_photo_is_attached_and_no_thumbnail() -> None:
    found = one(photo=list(reversed(photo())))
    assert found.attachments == (
        Attachment("photo", size=90_000, width=1280, height=853, source="BAADpx"),
    )
    assert len(one(**contents()["video"]).attachments) == 1
    assert len(one(**contents()["animation"]).attachments) == 1


def test_file_over_the_limit_is_named_and_not_fetched() -> None:
    """Fault 14."""
    large = {"file_id": "x", "file_size": 20 * 1024 * 1024 + 1, "file_name": "大.zip"}
    (attachment,) = one(document=large).attachments
    assert attachment.missing == "too large for the Bot API"
    assert (attachment.source, attachment.name) == (None, "大.zip")
    own_server = make({"token": "1:" + "a" * 30, "largest_file": 2_000_000_000}, "own")
    raw = json.dumps({"update_id": 1, "message": message(5, TECH, document=large)}).encode()
    (told,) = [r for r in own_server.records(raw) if isinstance(r, Message)]
    assert told.attachments[0].source == "x"


def test_messages_of_an_album_name_it() -> None:
    assert one(photo=photo(), media_group_id="138").detail["album"] == "138"


@pytest.mark.parametrize("kind", ORIGINS)
def test_forward_names_where_it_came_from(kind: str) -> None:
    found = one(text="x", forward_origin=ORIGINS[kind]).forward
    assert found is not None and found.sent_at == 1_700_000_000
    assert (found.name, found.key) == {
        "user": ("Bob 王", "telegram:1002"), "hidden_user": ("某人", None),
        "chat": ("技术群", GROUP), "channel": ("沉淀播报", "telegram:-1009876543210"),
    }[kind]  # fmt: skip


def test_answer_with_a_chosen_piece_quotes_it() -> None:
    asked = message(3, TECH, BOB, date=7, text="很长的话")
    found = one(reply_to_message=asked, quote={"text": "很长", "position": 0}, text="对")
    assert (found.reply_to, found.quote) == ("3", Quote("很长", "Bob 王", 7))
    assert one(reply_to_message=asked, text="对").quote is None


def test_answer_to_another_chat_names_that_chat() -> None:
    external = {"origin": ORIGINS["channel"], "chat": NEWS, "message_id": 77}
    found = one(external_reply=external, quote={"text": "新版"}, text="看到了")
    assert found.reply_to == "telegram:-1009876543210:77"
    assert found.quote == Quote("新版", "沉淀播报", 1_700_000_000)
    other_topic = {"origin": ORIGINS["user"], "chat": TECH, "message_id": 3}
    assert one(external_reply=other_topic, text="x").reply_to == "3"


def test_topic_is_the_id_of_the_message_that_opened_it() -> None:
    opened = {"forum_topic_created": {"name": "部署"}, "message_thread_id": 5}
    assert one(5, FORUM, **opened, is_topic_message=True).topic is None
    inside = one(6, FORUM, text="x", message_thread_id=5, is_topic_message=True)
    assert inside.topic == "5"
    assert one(6, TECH, text="x", message_thread_id=5).topic is None


def test_pin_is_a_mark_of_essence() -> None:
    told = message(9, TECH, BOB, date=50, pinned_message=message(3, TECH, ALICE))
    assert of(EssenceMark, {"message": told}) == [EssenceMark(GROUP, "3", "telegram:1002", 50)]
    out_of_reach = {"chat": TECH, "message_id": 4, "date": 0}
    told = message(9, TECH, None, date=50, pinned_message=out_of_reach)
    assert of(EssenceMark, {"message": told}) == [EssenceMark(GROUP, "4", GROUP, 50)]
    own = message(9, TECH, ITSELF, pinned_message=message(3, TECH, ALICE))
    assert of(EssenceMark, {"message": own}) == []


def test_reactions_of_a_person_are_what_they_are_now() -> None:
    given_now = reaction(TECH, 5, BOB, ("👍",), ("🔥", "5368324170671202286"), date=70)
    (found,) = of(Reacted, given_now)
    mine = ("telegram:1002",)
    assert found == Reacted(
        GROUP, "5", "telegram:1002",
        (Reaction("🔥", 1, mine), Reaction("custom:5368324170671202286", 1, mine)), 70,
    )  # fmt: skip
    (taken_back,) = of(Reacted, reaction(TECH, 5, BOB, ("👍",), ()))
    assert taken_back.reactions == ()
    (of_the_group,) = of(Reacted, reaction(TECH, 5, TECH))
    assert of_the_group.member_key == GROUP
    paid = reaction(TECH, 5, BOB)
    paid["message_reaction"]["new_reaction"] = emoji("paid")
    assert of(Reacted, paid)[0].reactions[0].emoji == "paid"


def test_counted_reactions_name_nobody() -> None:
    assert of(Reacted, reaction_count(NEWS, 12, date=70)) == [
        Reacted(
            "telegram:-1009876543210", "12", None,
            (Reaction("👍", 7), Reaction("custom:5368324170671202286", 2), Reaction("paid", 1)),
            70,
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "role"),
    [("creator", "owner"), ("administrator", "admin"), ("member", "member"),
     ("restricted", "member"), ("gone", "left"), ("left", "left"), ("kicked", "left")],
)  # fmt: skip
def test_change_of_a_member_is_their_role(status: str, role: str) -> None:
    change = joined(TECH, CAROL, ALICE, "member", status, date=9)
    group, told = records({"chat_member": change})
    assert group.title == "技术群"
    assert told == Member("telegram:1003", "阿珍", group_key=GROUP, role=role, at=9)


def test_who_joins_or_leaves_is_a_member_or_was_one() -> None:
    told = of(Member, {"message": message(5, TECH, ALICE, new_chat_members=[BOB, CAROL])})
    assert [(m.key, m.role) for m in told] == [
        ("telegram:1001", None), ("telegram:1002", "member"), ("telegram:1003", "member"),
    ]  # fmt: skip
    told = of(Member, {"message": message(5, TECH, CAROL, left_chat_member=CAROL)})
    assert told[-1].role == "left"
    assert records(every_update()["chat_join_request"]) == []


def test_new_title_is_the_groups_title() -> None:
    told = message(5, SMALL, ALICE, date=9, new_chat_title="新名")
    assert of(Group, {"message": told}) == [Group("telegram:-4455667788", "新名", at=9)]
