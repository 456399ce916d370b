"""Telegram Desktop HTML: senders, replies, forwards, reactions and events of rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_telegram_html import AT, AT_SECONDS, SEPARATOR, message, messages, records, row, service

from archive.keys import name_key, title_key
from archive.records import Forward, Member, Message, Reaction, Rejected

GROUP = title_key("telegram", "技术群")


def key(name: str) -> str:
    return name_key(GROUP, name)


def reply(target: str) -> str:
    return (
        f'<div class="reply_to details">\nIn reply to <a href="{target}">this message</a>\n</div>'
    )


def forwarded(inner: str) -> str:
    return f'\n<div class="forwarded body">\n{inner}\n</div>\n'


def test_message_has_its_id_time_sender_and_text(tmp_path: Path) -> None:
    assert message(tmp_path, row(7, "部署好了")) == Message(
        group_key=GROUP,
        id="7",
        sent_at=AT_SECONDS,
        sender_key=key("张三"),
        sender_name="张三",
        text="部署好了",
        quality=1,
    )


def test_member_is_told_once_before_the_first_message(tmp_path: Path) -> None:
    found = records(tmp_path, row(1), row(2, name="李四"), row(3))
    assert [type(record).__name__ for record in found] == [
        "Group", "Member", "Message", "Member", "Message", "Message"
    ]  # fmt: skip
    assert found[1] == Member(key=key("张三"), name="张三", group_key=GROUP)


def test_joined_row_has_the_sender_of_the_row_before(tmp_path: Path) -> None:
    first, second = messages(tmp_path, row(1, name="甲 via @gif"), row(2, name=None))
    assert (second.sender_key, second.sender_name) == (first.sender_key, "甲")
    assert first.detail == second.detail == {"via_bot": "@gif"}


def test_row_joined_to_a_lost_row_has_no_sender(tmp_path: Path) -> None:
    lost = row(2, name="李四").replace("</div>", "", 1)
    found = records(tmp_path, row(1), lost, row(3, name=None), row(4))
    said = [record for record in found if isinstance(record, Message)]
    assert [(m.id, m.sender_name) for m in said] == [("1", "张三"), ("3", None), ("4", "张三")]
    assert [r.where for r in found if isinstance(r, Rejected)] == ["message 2 of messages.html"]


def test_deleted_accounts_are_not_one_person(tmp_path: Path) -> None:
    found = records(tmp_path, row(1, name="Deleted Account"))
    assert [type(record).__name__ for record in found] == ["Group", "Message"]
    assert isinstance(found[1], Message)
    assert (found[1].sender_key, found[1].sender_name) == (None, "Deleted Account")


@pytest.mark.parametrize("target", ["#go_to_message5", "messages2.html#go_to_message5"])
def test_reply_names_its_target_on_any_page(tmp_path: Path, target: str) -> None:
    assert message(tmp_path, row(9, inner=reply(target))).reply_to == "5"


def test_reply_into_another_chat_is_told_apart(tmp_path: Path) -> None:
    elsewhere = '<div class="reply_to details">\nIn reply to a message in another chat\n</div>'
    found = message(tmp_path, row(9, inner=elsewhere))
    assert found.reply_to is None
    assert found.detail == {"reply_elsewhere": True}


def test_rows_from_before_the_migration_have_local_ids(tmp_path: Path) -> None:
    old = -999_999_937
    event, said = messages(
        tmp_path,
        service(-1, SEPARATOR),
        service(old, "张三 created group &laquo;技术群&raquo;"),
        row(old + 1, inner=reply(f"#go_to_message{old}")),
    )
    assert (event.id, event.local_id, event.service) == (None, str(old), "create")
    assert (said.id, said.local_id) == (None, str(old + 1))
    assert (said.reply_to, said.local_reply_to) == (None, str(old))


def test_topic_is_known_from_the_row_that_opened_it(tmp_path: Path) -> None:
    opened, said = messages(
        tmp_path,
        service(5, "张三 created topic &laquo;闲聊&raquo;"),
        row(6, inner=reply("#go_to_message5")),
    )
    assert opened.service == "topic_created"
    assert (said.topic, said.reply_to) == ("5", "5")


def test_forward_has_its_name_and_time(tmp_path: Path) -> None:
    inner = (
        '<div class="from_name">\n李四 via @bot<span class="date details" '
        'title="21.11.2018 00:00:01 UTC+04:00"> 21.11.2018 00:00:01</span>\n</div>'
        '<div class="text">\n转来的\n</div>'
    )
    found = message(tmp_path, row(9, None, inner=forwarded(inner)))
    assert found.forward == Forward(name="李四", sent_at=1542744001)
    assert (found.sender_name, found.text) == ("张三", "转来的")
    assert found.detail == {"via_bot": "@bot"}


def test_forward_time_of_old_exports_stands_in_the_text(tmp_path: Path) -> None:
    name = '<div class="from_name">\n李四 <span class="details"> 21.11.2018 08:00:00</span>\n</div>'
    found = message(tmp_path, row(9, inner=forwarded(name)))
    assert found.forward == Forward(name="李四", sent_at=1542758400)


def test_joined_forward_comes_from_the_same_name(tmp_path: Path) -> None:
    name = '<div class="from_name">\n李四 \n</div>'
    text = '<div class="text">\n又一条\n</div>'
    first, second, third = messages(
        tmp_path,
        row(1, None, inner=forwarded(name + text)),
        row(2, None, name=None, inner=forwarded(text)),
        row(3, name=None),
    )
    assert first.forward == second.forward == Forward(name="李四")
    assert second.sender_name == "张三"
    assert third.forward is None


def test_signature_of_a_post_is_its_author(tmp_path: Path) -> None:
    inner = '<div class="signature details">\n编辑部\n</div>'
    assert message(tmp_path, row(9, inner=inner)).detail == {"author": "编辑部"}


def test_reactions_are_counted_with_the_people_shown(tmp_path: Path) -> None:
    face = '<div class="userpic userpic2"><div class="initials" title="{}">L</div></div>'
    people = face.format("李四") + face.format("Deleted Account")
    inner = (
        '<span class="reactions">'
        '<span class="reaction"><span class="emoji">\n👍\n</span><span class="count">\n12\n</span>'
        f'</span><span class="reaction active"><span class="emoji">❤</span>'
        f'<span class="userpics">{people}</span></span>'
        '<span class="reaction paid"><span class="emoji">⭐</span><span class="count">3</span>'
        '</span><span class="reaction"><span class="emoji"><a href="stickers/dance.tgs">👋</a>'
        '</span><span class="count">2</span></span></span>'
    )
    assert message(tmp_path, row(9, inner=inner)).reactions == (
        Reaction("👍", 12),
        Reaction("❤", 2, (key("李四"),)),
        Reaction("paid", 3),
        Reaction("custom:dance.tgs", 2),
    )


def test_buttons_of_a_bot_are_kept(tmp_path: Path) -> None:
    inner = (
        '<table class="bot_buttons_table"><tbody><tr><td class="bot_button_row">'
        '<div class="bot_button"><a href="https://example.org/x"><div>\n打开\n</div></a></div>'
        '<div class="bot_button"><a onclick="x"><div>\n赞\n</div></a></div>'
        "</td></tr></tbody></table>"
    )
    assert message(tmp_path, row(9, inner=inner)).detail == {
        "buttons": [[{"text": "打开", "url": "https://example.org/x"}, {"text": "赞"}]]
    }


def test_what_the_exporter_is_not_known_to_write_is_kept(tmp_path: Path) -> None:
    inner = '<div class="story_link">\n a new\n thing</div>'
    assert message(tmp_path, row(9, inner=inner)).detail == {"raw": ["a new thing"]}


def test_date_separators_are_not_messages(tmp_path: Path) -> None:
    found = messages(tmp_path, service(-1, SEPARATOR), row(1), service(-2, "1 January 2019"))
    assert [m.id for m in found] == ["1"]


@pytest.mark.parametrize(
    ("sentence", "action", "actor"),
    [
        ("张三 invited 李四 and 王五", "invite", "张三"),
        ("Deleted invited Deleted Account", "invite", "Deleted Account"),
        ("张三 removed 李四", "remove", "张三"),
        ("张三 joined group by link from 李四", "join", "张三"),
        ('张三 pinned <a href="#go_to_message3">this message</a>', "pin", "张三"),
        ("张三 changed group title to &laquo;新名&raquo;", "title", "张三"),
        ("张三 changed group photo", "photo", "张三"),
        ("张三 converted this group to a supergroup", "migrate", "张三"),
        (
            "技术群 converted a basic group to this supergroup &laquo;x&raquo;",
            "migrate",
            "技术群",
        ),
        ("张三 created group &laquo;技术群&raquo; with members 李四", "create", "张三"),
        ("Channel &laquo;公告&raquo; created", "create", None),
        ("张三 invited 李四 to the voice chat", "call", "张三"),
        ("a invited b invited c", "invite", None),
        ("something nobody wrote a rule for", "service", None),
    ],
)
def test_event_is_read_from_its_sentence(
    tmp_path: Path, sentence: str, action: str, actor: str | None
) -> None:
    found = message(tmp_path, service(5, sentence))
    assert (found.id, found.kind, found.service) == ("5", "service", action)
    assert found.sender_name == actor
    assert found.sender_key == (key(actor) if actor not in (None, "Deleted Account") else None)


def test_pin_tells_which_message(tmp_path: Path) -> None:
    found = message(tmp_path, service(5, '张三 pinned <a href="#go_to_message3">this message</a>'))
    assert (found.text, found.reply_to, found.spans) == ("张三 pinned this message", "3", ())


def test_new_group_photo_is_an_attachment(tmp_path: Path) -> None:
    photo = (
        '<div class="userpic_wrap"><a class="userpic_link" href="photos/photo_1.jpg">'
        '<img class="userpic" src="photos/photo_1_thumb.jpg"/></a></div>'
    )
    found = message(tmp_path, service(5, "张三 changed group photo", photo))
    assert [(a.kind, a.path) for a in found.attachments] == [("photo", "photos/photo_1.jpg")]


def test_unsupported_message_is_unknown(tmp_path: Path) -> None:
    sentence = (
        "This message is not supported by this version of Telegram Desktop. "
        "Please update the application."
    )
    found = message(tmp_path, service(5, sentence))
    assert (found.id, found.kind, found.text) == ("5", "unknown", "")


def test_row_with_neither_id_nor_time_nor_text_is_rejected(tmp_path: Path) -> None:
    found = records(tmp_path, row(1, at=AT), '<div class="message default clearfix"></div>')
    assert [r.where for r in found if isinstance(r, Rejected)] == ["row 2 of messages.html"]
