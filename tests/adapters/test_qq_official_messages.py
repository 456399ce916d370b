"""What people say, as the official bot tells it: words, mentions, faces, files, quotations."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest
from qq_open_door import GROUP, raw
from qq_open_events import (
    BOT,
    about_group,
    alone,
    answering,
    mention_of_bot,
    message,
    openid,
)

from adapters.contract import AdapterError
from adapters.qq_official import make
from adapters.qq_official.event import read
from adapters.qq_official.trimming import trimmed
from archive.records import Group, Member, Message, Quote, Span

BOTH = make({"app_id": "102000001", "secret": "DG5g3B4j9X2KOErG"}, "qq")
FULL, AT = "GROUP_MESSAGE_CREATE", "GROUP_AT_MESSAGE_CREATE"


def said(body: dict[str, Any], kind: str = FULL) -> Message:
    (found,) = (r for r in BOTH.records(raw(kind, body)) if isinstance(r, Message))
    return found


def test_message_says_who_what_where_and_when() -> None:
    body = message("dev", "阿珍", "你好", role="admin", at=1_780_000_000)
    envelope = BOTH.envelope(raw(FULL, body))
    assert envelope.group_key == GROUP and envelope.sender_key == f"qqbot:{openid('阿珍')}"
    assert (envelope.sender_name, envelope.sender_role) == ("阿珍", "admin")
    assert (envelope.text, envelope.sent_at) == ("你好", 1_780_000_000)
    group, person, row = BOTH.records(raw(FULL, body))
    assert isinstance(group, Group) and group.key == GROUP
    assert isinstance(person, Member) and (person.name, person.role) == ("阿珍", "admin")
    assert isinstance(row, Message) and (row.id, row.text) == (body["id"], "你好")
    assert row.other_ids == (body["message_scene"]["ext"][0].removeprefix("msg_idx="),)


def test_both_events_of_one_message_are_one() -> None:
    """Fault 3: the event of all messages and that of mentions, in either order."""
    body = message("dev", "阿珍", "") | {"mentions": [mention_of_bot()]}
    full = raw(FULL, body | {"content": f"<@{BOT}> /搜 数据库"})
    at = raw(AT, body | {"content": " /搜 数据库"})
    one, other = BOTH.envelope(full), BOTH.envelope(at)
    assert one == other and one.text == "/搜 数据库"
    assert BOTH.records(full) == BOTH.records(at)


def test_words_people_begin_with_blanks_keep_them() -> None:
    assert said(message("dev", "阿珍", "    return 1")).text == "    return 1"


def test_mentions_are_names_and_faces_are_words() -> None:
    who = {"scope": "single", "bot": False, "is_you": False, "id": openid("阿强"),
           "member_openid": openid("阿强"), "username": "阿强"}  # fmt: skip
    all_of_us = {"scope": "all", "is_you": True, "username": "全体成员"}
    ext = b64encode(json.dumps({"text": "呲牙"}).encode()).decode()
    text = f'<@!{openid("阿强")}> 看 <@everyone> <@UNKNOWN> <faceType=1,faceId="13",ext="{ext}">'
    row = said(message("dev", "阿珍", text, mentions=[who, all_of_us]))
    assert row.text == "@阿强 看 @全体成员 @? [呲牙]"
    assert row.spans[0] == Span("mention", 0, 3, f"qqbot:{openid('阿强')}")
    assert said(message("dev", "阿珍", '<faceType=1,faceId="1",ext="!!">')).text != ""


def test_files_have_kinds_and_addresses() -> None:
    files = [
        {"content_type": "image/jpeg", "filename": "a.jpg", "height": 4, "width": 3, "size": 9,
         "url": "multimedia.nt.qq.com.cn/download?x=1"},
        {"content_type": "voice", "url": "https://example.com/v", "size": 10},
        {"content_type": "file", "filename": "b.pdf", "url": "https://example.com/b"},
        {"content_type": "video/mp4", "url": ""},
    ]  # fmt: skip
    row = said(message("dev", "阿珍", "", attachments=files))
    assert [one.kind for one in row.attachments] == ["photo", "voice", "file", "video"]
    assert row.kind == "photo" and row.attachments[0].width == 3
    assert row.attachments[0].source == "https://multimedia.nt.qq.com.cn/download?x=1"
    assert (row.attachments[3].missing, row.attachments[3].source) == ("unavailable", None)


def test_answer_names_what_it_answers_by_its_index() -> None:
    first = message("dev", "阿强", "用 PostgreSQL 吧")
    answer = message("dev", "阿珍", "/精华")
    answering(answer, first)
    envelope = BOTH.envelope(raw(FULL, answer))
    # the id of the quoted message is empty, the words and their author are there
    assert envelope.reply_to == said(first).other_ids[0]
    assert envelope.quote_text == "用 PostgreSQL 吧"
    assert envelope.quote_sender == f"qqbot:{openid('阿强')}"
    assert envelope.quoted == (f"qqbot:{openid('阿强')}",)
    row = said(answer)
    assert row.reply_to == said(first).other_ids[0]
    assert row.quote == Quote("用 PostgreSQL 吧", "阿强")


def test_quoted_words_of_nobody_knows_whom_are_not_kept() -> None:
    first, answer = message("dev", "阿强", "私事"), message("dev", "阿珍", "好")
    answering(answer, first, author=False)
    row = said(answer)
    assert row.quote is None and row.reply_to is not None
    assert BOTH.envelope(raw(FULL, answer)).quote_text == "私事"


def test_words_of_others_go_before_an_event_is_handed_over() -> None:
    """Fault 33: quoted words stay only as far as it is known whose they are."""
    first = message("dev", "阿强", "私事")
    for text, author, index, kept in (
        ("好", True, True, True), ("好", False, True, False), ("好", False, False, False),
        ("/精华", False, True, False), ("/精华", False, False, True),
    ):  # fmt: skip
        answer = message("dev", "阿珍", text)
        answering(answer, first, author=author)
        answer["msg_elements"][0]["msg_elements"] = [{"content": "更早的私事"}]
        answer["msg_elements"][0]["attachments"] = [{"url": "https://example.com/私"}]
        answer["msg_elements"].append({"content": "另一件私事"})
        if not index:
            answer["message_scene"], answer["msg_elements"][0]["msg_idx"] = None, None
        event = raw(FULL, answer)
        left = trimmed(event, read(event)).decode()
        assert left.count("私") == kept, (text, author, index)
        assert BOTH.envelope(left.encode()).key == BOTH.envelope(event).key
    plain = raw(FULL, first)
    assert trimmed(plain, read(plain)) is plain
    odd = raw(FULL, answer | {"content": "\ud800"})
    assert trimmed(odd, read(odd))


def test_what_is_said_to_the_bot_alone_is_private() -> None:
    event = raw("C2C_MESSAGE_CREATE", alone("阿珍", "/帮助"))
    envelope = BOTH.envelope(event)
    assert envelope.private and envelope.group_key is None and envelope.text == "/帮助"
    # QQ gives a person the same openid alone as in groups
    assert envelope.sender_key == f"qqbot:{openid('阿珍')}"
    assert BOTH.records(event) == []


def test_who_comes_and_goes_is_told() -> None:
    body = {"group_openid": openid("dev"), "member_openid": openid("新人"), "timestamp": 1780000000}
    person, row = BOTH.records(raw("GROUP_MEMBER_ADD", body))[1:]
    assert isinstance(person, Member) and person.role == "member"
    assert isinstance(row, Message) and (row.service, row.sent_at) == ("join", 1_780_000_000)
    person = BOTH.records(raw("GROUP_MEMBER_REMOVE", body))[1]
    assert isinstance(person, Member) and person.role == "left"
    envelope = BOTH.envelope(raw("GROUP_ADD_ROBOT", about_group("dev", "阿珍")))
    assert (envelope.kind, envelope.group_key) == ("group", GROUP)


@pytest.mark.parametrize("at", [None, "", "soon", -5, 1e400, "2099-01-01T00:00:00+08:00", True, []])
def test_odd_times_are_no_reason_to_lose_what_was_said(at: Any) -> None:
    """Fault 6: absurd and missing times; the archive takes another one."""
    body = message("dev", "阿珍", "x") | {"timestamp": at}
    assert said(body).text == "x"


def test_times_are_read_in_every_form() -> None:
    for told in (1_780_000_000, "1780000000", 1_780_000_000_000, "2026-05-29T04:26:40+08:00",
                 "2026-05-29T04:26:40"):  # fmt: skip
        assert said(message("dev", "阿珍", "x") | {"timestamp": told}).sent_at == 1_780_000_000


@pytest.mark.parametrize(
    "broken",
    [
        {"author": None}, {"author": []}, {"author": {"member_openid": "a b"}}, {"content": None},
        {"attachments": {}}, {"attachments": [None, {"size": "x"}]}, {"mentions": [1, {"id": 5}]},
        {"message_scene": []}, {"message_scene": {"ext": [None, "msg_idx"]}}, {"id": None},
        {"message_type": 103}, {"message_type": 103, "msg_elements": [{}]}, {"message_type": "x"},
        {"content": "\ud800\0<@" + "\u0301" * 10_000}, {"content": "x" * 1_000_000},
    ],
)  # fmt: skip
def test_parts_of_any_form_are_read(broken: dict[str, Any]) -> None:
    """Faults 8, 9 and 10: odd fields, characters and lengths are no reason to lose a message."""
    event = raw(FULL, message("dev", "阿珍", "x") | broken)
    envelope = BOTH.envelope(event)
    assert envelope.group_key == GROUP and envelope.kind == "message"
    assert BOTH.records(event) == BOTH.records(event)
    assert len(BOTH.records(event)) >= 2


@pytest.mark.parametrize("frame", [b"", b"{", b"[]", b"5", b"[" * 100_000])
def test_what_is_no_event_is_told_as_such(frame: bytes) -> None:
    """Fault 8: a frame nobody can read goes to quarantine."""
    with pytest.raises(AdapterError):
        BOTH.envelope(frame)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"app_id": "x"}, "app_id"), ({"secret": "短"}, "secret"), ({"mode": "poll"}, "mode"),
        ({"webhook_path": "hooks"}, "webhook_path"), ({"api_url": "qq"}, "api_url"),
        ({"domains": ["https://a.b"]}, "domains"), ({"unasked_each_minute": 61}, "unasked"),
        ({"domain": []}, "domain"),
    ],
)  # fmt: skip
def test_wrong_options_are_named(options: dict[str, Any], named: str) -> None:
    with pytest.raises(AdapterError) as raised:
        make({"app_id": "102000001", "secret": "DG5g3B4j9X2KOErG"} | options, "qq")
    assert named in str(raised.value) and "DG5g3B4j9X2KOErG" not in str(raised.value)


def test_what_others_say_in_a_message_of_an_unknown_form_is_known_to_be_theirs() -> None:
    """Fault 33: the door must know whose words are in it, and nothing keeps them in a detail."""
    theirs = {"content": "月亮背面", "author": {"member_openid": openid("夏娃")}}
    body = message("dev", "阿强", "", message_type=77, msg_elements=[theirs])
    event = read(raw(FULL, body))
    assert BOTH.envelope(raw(FULL, body)).quoted == (f"qqbot:{openid('夏娃')}",)
    assert trimmed(raw(FULL, body), event) == raw(FULL, body)
    found = said(body)
    assert found.kind == "unknown" and "月亮背面" not in str(found.detail)
    body["msg_elements"] = [theirs, {"content": "不知道是谁说的"}]
    kept = trimmed(raw(FULL, body), read(raw(FULL, body))).decode()
    assert "不知道" not in kept and "\\u4e0d" not in kept and openid("夏娃") in kept
