"""Telegram Desktop JSON: what a row says, from plain words to what no version is known to write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from test_telegram_json import chat, messages, one, row

from archive.records import Attachment, Forward, Poll, Reaction, Span

NOT_INCLUDED = "(File not included. Change data exporting settings to download.)"
TOO_LARGE = "(File exceeds maximum size. Change data exporting settings to download.)"
UNAVAILABLE = "(File unavailable, please try again later)"

PLAINLY_NAMED = (
    "mention", "hashtag", "bot_command", "email", "italic", "code", "phone", "cashtag",
    "underline", "strikethrough", "bank_card", "spoiler", "unknown",
)  # fmt: skip


def bare(**fields: Any) -> dict[str, Any]:
    """A message of which only these fields matter."""
    return {"id": 9, "type": "message", "date_unixtime": "1709258400", "text": ""} | fields


def service(action: str | None, **fields: Any) -> dict[str, Any]:
    named = {"action": action} if action else {}
    return bare(type="service", actor="小林", actor_id="user42", **named) | fields


def test_text_is_the_joined_parts_with_spans_in_code_points(tmp_path: Path) -> None:
    parts = ["😀看 ", {"type": "bold", "text": "这里"}, {"type": "link", "text": "a.cn"}, ""]
    message = one(tmp_path, bare(text=parts))
    assert message.text == "😀看 这里a.cn"
    assert message.spans == (Span("bold", 3, 2), Span("link", 5, 4, "a.cn"))
    assert message.kind == "text"


@pytest.mark.parametrize(
    ("part", "span"),
    [
        ({"type": "text_link", "href": "http://a.cn/"}, Span("link", 0, 2, "http://a.cn/")),
        ({"type": "mention_name", "user_id": 1 << 32}, Span("mention", 0, 2, f"telegram:{2**32}")),
        ({"type": "mention_name", "user_id": "user5"}, Span("mention", 0, 2, "telegram:5")),
        ({"type": "pre", "language": "python"}, Span("pre", 0, 2, "python")),
        ({"type": "pre", "language": ""}, Span("pre", 0, 2)),
        ({"type": "custom_emoji", "document_id": "53"}, Span("custom_emoji", 0, 2, "53")),
        ({"type": "blockquote", "collapsed": True}, Span("blockquote", 0, 2, "collapsed")),
        ({"type": "blockquote"}, Span("blockquote", 0, 2)),
        *(({"type": kind}, Span(kind, 0, 2)) for kind in PLAINLY_NAMED),
    ],
)  # fmt: skip
def test_each_kind_of_entity_is_a_span(tmp_path: Path, part: Any, span: Span) -> None:
    part = part | {"text": "你好"}
    assert one(tmp_path, bare(text=[part])).spans == (span,)
    assert one(tmp_path, bare(text=[part], text_entities=[part])).spans == (span,)


def test_entities_count_where_they_say_the_same_as_the_text(tmp_path: Path) -> None:
    entities = [{"type": "plain", "text": "a"}, {"type": "bold", "text": "b"}]
    assert one(tmp_path, bare(text="ab", text_entities=entities)).spans == (Span("bold", 1, 1),)
    assert one(tmp_path, bare(text="", text_entities=entities)).text == "ab"
    message = one(tmp_path, bare(text="other", text_entities=entities))
    assert (message.text, message.spans) == ("other", ())


def test_lone_surrogate_is_left_in_the_text(tmp_path: Path) -> None:
    content = json.dumps(chat(row(1), row(2, "a\ud83d")), ensure_ascii=True).encode()
    assert messages(tmp_path, content)[1].text == "a\ud83d"


def test_forward_names_the_first_author_and_keeps_where_it_was_saved(tmp_path: Path) -> None:
    fields = {"forwarded_from": "频道", "forwarded_from_id": "channel9", "saved_from": "小王"}
    message = one(tmp_path, bare(**fields))
    assert message.forward == Forward("频道", "telegram:-1000000000009")
    assert message.detail == {"saved_from": "小王"}
    assert one(tmp_path, bare(saved_from="小王")).forward == Forward("小王")
    assert one(tmp_path, bare(forwarded_from=None)).forward == Forward()


def test_reply_within_the_chat_and_into_another(tmp_path: Path) -> None:
    assert one(tmp_path, bare(reply_to_message_id=3)).reply_to == "3"
    own = bare(reply_to_message_id=3, reply_to_peer_id="channel123")
    assert one(tmp_path, own).reply_to == "3"
    other = bare(reply_to_message_id=3, reply_to_peer_id="channel5")
    assert one(tmp_path, other).reply_to == "telegram:-1000000000005:3"


def test_topic_is_the_row_that_opened_it(tmp_path: Path) -> None:
    rows = (
        service("topic_created", id=5, title="部署"),
        row(6, reply_to_message_id=5),
        row(7, reply_to_message_id=6),
    )
    opened, first, second = messages(tmp_path, chat(*rows))
    assert (opened.text, opened.topic) == ("小林 创建了话题「部署」", None)
    assert (first.topic, first.reply_to) == ("5", "5")
    assert (second.topic, second.reply_to) == (None, "6")


def test_reactions_are_counted_with_those_who_are_named(tmp_path: Path) -> None:
    given_reactions = [
        {"type": "emoji", "count": 2, "emoji": "👍", "recent": [{"from": "a", "from_id": "user5"}]},
        {"type": "custom_emoji", "count": 1, "document_id": "53"},
        {"type": "paid", "count": 7},
        "nonsense",
    ]
    assert one(tmp_path, bare(reactions=given_reactions)).reactions == (
        Reaction("👍", 2, ("telegram:5",)),
        Reaction("custom:53", 1),
        Reaction("paid", 7),
    )


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"media_type": "sticker", "sticker_emoji": "😆"}, "sticker"),
        ({"media_type": "video_message"}, "video"),
        ({"media_type": "voice_message"}, "voice"),
        ({"media_type": "animation"}, "animation"),
        ({"media_type": "video_file"}, "video"),
        ({"media_type": "audio_file", "performer": "甲", "title": "歌"}, "audio"),
        ({}, "file"),
    ],
)
def test_file_becomes_an_attachment_of_its_kind(tmp_path: Path, fields: Any, kind: str) -> None:
    media = {
        "file": "files/a.bin", "file_name": "报告.pdf", "file_size": 9, "thumbnail": "files/t.jpg",
        "mime_type": "application/pdf", "duration_seconds": 3, "width": 4, "height": 5,
    }  # fmt: skip
    message = one(tmp_path, bare(**media, **fields))
    assert message.kind == kind
    assert message.attachments == (
        Attachment(kind, "报告.pdf", "files/a.bin", None, None, "application/pdf", 9, 4, 5, 3),
    )
    assert message.detail.get("title") == fields.get("title")


def test_photo_is_an_attachment(tmp_path: Path) -> None:
    message = one(tmp_path, bare(photo="photos/p.jpg", photo_file_size=9, width=4, height=5))
    assert message.kind == "photo"
    assert message.attachments == (
        Attachment("photo", path="photos/p.jpg", size=9, width=4, height=5),
    )


@pytest.mark.parametrize(
    ("path", "missing", "name"),
    [
        (NOT_INCLUDED, "not exported", None),
        (TOO_LARGE, "too large", None),
        (UNAVAILABLE, "unavailable", None),
        (f"报告 (1).pdf {NOT_INCLUDED}", "not exported", "报告 (1).pdf"),
        (None, "unavailable", None),
    ],
)
def test_missing_file_has_a_reason_and_no_path(
    tmp_path: Path, path: Any, missing: str, name: str | None
) -> None:
    attachment = one(tmp_path, bare(file=path)).attachments[0]
    assert attachment == Attachment("file", name, missing=missing)


def test_path_is_passed_on_as_it_is_and_names_an_unnamed_file(tmp_path: Path) -> None:
    # fault 15: the name is escaped metadata only
    attachment = one(tmp_path, bare(file="../../etc/passwd")).attachments[0]
    assert (attachment.path, attachment.name) == ("../../etc/passwd", "passwd")


@pytest.mark.parametrize(
    "form", [str, lambda text: [text], lambda t: [{"type": "bold", "text": t}]]
)
def test_poll_is_read_however_its_words_are_written(tmp_path: Path, form: Any) -> None:
    answers = [
        {"text": form("火锅"), "voters": 3, "chosen": True},
        {"text": form("烧烤"), "voters": 1},
    ]
    poll = {"question": form("吃啥"), "closed": True, "total_voters": 4, "answers": answers}
    message = one(tmp_path, bare(poll=poll))
    assert message.poll == Poll("吃啥", (("火锅", 3), ("烧烤", 1)), 4, True)
    assert (message.kind, message.text, message.detail) == ("poll", "", {})


@pytest.mark.parametrize(
    ("fields", "kind", "detail"),
    [
        ({"contact_information": {"first_name": "甲"}, "contact_vcard": "c.vcf"}, "contact",
         {"contact": {"first_name": "甲"}, "vcard": "c.vcf"}),
        ({"location_information": {"latitude": 1.5, "longitude": 2.5},
          "live_location_period_seconds": 60}, "location",
         {"location": {"latitude": 1.5, "longitude": 2.5}, "live_seconds": 60}),
        ({"location_information": None}, "location", {}),
        ({"place_name": "甲", "address": "乙"}, "location", {"place": "甲", "address": "乙"}),
        ({"game_title": "2048", "game_link": "https://t.me/g"}, "game",
         {"game_title": "2048", "game_link": "https://t.me/g"}),
        ({"invoice_information": '{\n "amount": 5\n}'}, "card", {"invoice": {"amount": 5}}),
        ({"invoice_information": "{oops"}, "card", {"invoice": "{oops"}),
        ({"todo_list": {"title": "x", "answers": []}}, "card",
         {"todo": {"title": "x", "answers": []}}),
        ({"giveaway_information": {"quantity": 3}}, "card", {"giveaway": {"quantity": 3}}),
        ({"giveaway_results": {"winners": [1]}}, "card", {"giveaway_results": {"winners": [1]}}),
        ({"paid_stars_amount": 5}, "card", {"stars": 5}),
        ({"author": "甲", "via_bot": "@gif"}, "text", {"author": "甲", "via_bot": "@gif"}),
        ({"inline_bot_buttons": [[{"type": "url", "text": "a", "data": "b"}]]}, "text",
         {"buttons": [[{"type": "url", "text": "a", "data": "b"}]]}),
        ({"hologram": {"id": 1}}, "unknown", {"raw": {"hologram": {"id": 1}}}),
    ],
)  # fmt: skip
def test_everything_else_is_kept_in_detail(
    tmp_path: Path, fields: Any, kind: str, detail: Any
) -> None:
    message = one(tmp_path, bare(**fields))
    assert (message.kind, message.detail, message.text) == (kind, detail, "")


def test_unsupported_row_is_a_message_of_unknown_kind(tmp_path: Path) -> None:
    message = one(tmp_path, {"id": 5, "type": "unsupported"})
    assert (message.id, message.kind, message.sent_at) == ("5", "unknown", None)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (service("invite_members", members=["小林"]), "小林 加入了群聊"),
        (service("invite_members", members=["甲", None]), "小林 邀请 甲、已注销的账号 加入了群聊"),
        (service("remove_members", members=["小林"]), "小林 退出了群聊"),
        (service("pin_message", message_id=3), "小林 置顶了一条消息"),
        (service("edit_group_title", title="新{who}名"), "群名改为「新{who}名」"),
        (service("create_group", actor=None, title="甲"), "已注销的账号 创建了群聊「甲」"),
        (service("join_group_by_link", inviter="Group"), "小林 通过邀请链接加入了群聊"),
        (service("set_messages_ttl", period=604800), "小林 设置消息 7 天后自动删除"),
        (service("phone_call", discard_reason="missed"), "小林 发起通话，未接通话"),
        (service("phone_call", duration_seconds=77), "小林 发起通话，时长 1 分钟"),
        (service("topic_edit", new_title="甲"), "小林 将话题改名为「甲」"),
        (service(None, information_text="机器人说"), "机器人说"),
        (service("teleport", where="x"), "[teleport]"),
        (service(None), "[unknown]"),
        (bare(type="service", action="send_payment", amount=5, currency="CNY"), "有人 付款 5 CNY"),
    ],
)
def test_service_row_is_put_into_words(tmp_path: Path, found: Any, words: str) -> None:
    message = one(tmp_path, found)
    assert (message.kind, message.text) == ("service", words)
    assert message.service == found.get(
        "action", "custom" if "information_text" in found else "unknown"
    )


def test_fields_of_a_service_row_are_kept(tmp_path: Path) -> None:
    message = one(tmp_path, service("edit_group_photo", photo="p.jpg", width=1, height=2, odd=3))
    assert message.attachments == (Attachment("photo", path="p.jpg", width=1, height=2),)
    assert message.detail == {"odd": 3}
    unknown = service("teleport", where=["x"])
    assert one(tmp_path, unknown).detail == {"raw": unknown}
