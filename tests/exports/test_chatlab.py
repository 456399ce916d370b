"""ChatLab 0.0.2, JSON and JSONL: every kind of row becomes what it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from chatlab_files import HEAD, MEMBERS, META, ROW, lined, of, read, written

from adapters.exports.chatlab.rows import KINDS, seconds
from adapters.exports.source import find_exports
from archive.keys import name_key, title_key
from archive.records import Attachment, Group, Member, Message


@pytest.mark.parametrize(("name", "form"), [("a.json", written), ("a.jsonl", lined)])
def test_group_members_and_messages_are_read(tmp_path: Path, name: str, form: Any) -> None:
    answer = {**ROW, "sender": "def", "accountName": "李四", "type": 25, "content": "收到",
              "platformMessageId": "m2", "replyToMessageId": "m1"}  # fmt: skip
    records = read(tmp_path / name, form([{**ROW, "platformMessageId": "m1"}, answer]))
    assert records == [
        Group("wechat:38988428513", "技术交流群", aliases=("wechat:38988428513@chatroom",)),
        Member("wechat:abc", "张三", group_key="wechat:38988428513", group_name="群主-张三",
               role="owner", other_names=("老张",)),
        Member("wechat:def", "李四", group_key="wechat:38988428513", role="技术组"),
        Message("wechat:38988428513", "m1", 1703001600, "wechat:abc", "张三", "text", "大家好",
                quality=2),
        Message("wechat:38988428513", "m2", 1703001600, "wechat:def", "李四", "text", "收到",
                reply_to="m1", quality=2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("platform", "group_id", "key"),
    [("qq", "88990011", "qq:88990011"), ("weixin", "1@chatroom", "wechat:1@chatroom"),
     ("Telegram", "-100123", "telegram:-100123"), ("discord", 12, "discord:12"),
     ("a:b", "1", "ab:1"), (None, "1", "chatlab:1")],
)  # fmt: skip
def test_group_keys_name_the_platform(
    tmp_path: Path, platform: Any, group_id: Any, key: str
) -> None:
    meta = {"name": "群", "platform": platform, "type": "group", "groupId": group_id}
    (group,) = of(read(tmp_path / "a.json", written([ROW], meta)), Group)
    assert (group.key, group.title, group.title_only) == (key, "群", False)


def test_a_group_without_id_is_proposed_by_its_title(tmp_path: Path) -> None:
    meta = {"name": "读书群", "platform": "qq", "type": "group"}
    (group,) = of(read(tmp_path / "a.json", written([ROW], meta)), Group)
    assert group == Group(title_key("qq", "读书群"), "读书群", title_only=True)
    (group,) = of(read(tmp_path / "a.json", written([ROW], meta), group="qq:123"), Group)
    assert group == Group("qq:123", "读书群")
    (group,) = of(read(tmp_path / "a.json", written([ROW], meta), group="另一个群"), Group)
    assert group == Group(title_key("qq", "另一个群"), "另一个群", title_only=True)


def test_a_friend_called_like_a_group_is_another_chat(tmp_path: Path) -> None:
    meta = {"name": "小明", "platform": "qq", "type": "private"}
    (group,) = of(read(tmp_path / "a.json", written([ROW], meta)), Group)
    assert group.kind == "private"
    assert group.key != title_key("qq", "小明")


def test_meta_after_the_messages_is_still_used(tmp_path: Path) -> None:
    whole = {"chatlab": HEAD, "messages": [ROW] * 3, "members": MEMBERS, "meta": META}
    records = read(tmp_path / "a.json", json.dumps(whole))
    assert {m.group_key for m in of(records, Message)} == {"wechat:38988428513"}


@pytest.mark.parametrize(("number", "kind"), sorted(KINDS.items()))
def test_every_type_is_kept_as_what_it_is(tmp_path: Path, number: int, kind: str) -> None:
    records = read(tmp_path / "a.jsonl", lined([{**ROW, "type": number, "content": None}]))
    (message,) = of(records, Message)
    assert (message.kind, message.text) == (kind, "")
    media = kind in ("photo", "voice", "video", "file", "sticker")
    assert message.attachments == ((Attachment(kind, missing="not exported"),) if media else ())
    assert message.recalled == (number == 81)
    assert not message.detail


def test_an_unknown_type_keeps_what_it_was(tmp_path: Path) -> None:
    records = read(tmp_path / "a.jsonl", lined([{**ROW, "type": 42, "content": "?"}]))
    (message,) = of(records, Message)
    assert (message.kind, message.text) == ("unknown", "?")
    assert message.detail == {"raw": {"type": 42, "content": "?"}}


def test_a_placeholder_is_not_text_but_a_file_name_is(tmp_path: Path) -> None:
    rows = [{**ROW, "type": 1, "content": "[图片]"}, {**ROW, "type": 4, "content": "合同.docx"},
            {**ROW, "type": 5, "content": "[捂脸]"}, {**ROW, "content": "[图片]"}]  # fmt: skip
    photo, file, sticker, text = of(read(tmp_path / "a.jsonl", lined(rows)), Message)
    assert (photo.text, photo.attachments[0].name) == ("", None)
    assert (file.text, file.attachments[0].name) == ("合同.docx", "合同.docx")
    assert sticker.text == "[捂脸]"
    assert (text.kind, text.text) == ("text", "[图片]")


def test_rows_of_the_system_have_no_sender(tmp_path: Path) -> None:
    joined = {"sender": "SYSTEM", "accountName": "系统", "timestamp": 1, "type": 80,
              "content": "李四加入群聊"}  # fmt: skip
    recalled = {**joined, "sender": "abc", "type": 81, "content": "张三撤回了一条消息"}
    first, second = of(read(tmp_path / "a.jsonl", lined([joined, recalled])), Message)
    assert (first.kind, first.service, first.sender_key, first.sender_name) == (
        "service", "join", None, None,
    )  # fmt: skip
    assert (second.kind, second.service, second.recalled) == ("service", "recall", True)


def test_senders_missing_from_the_members_are_collected(tmp_path: Path) -> None:
    rows = [{**ROW, "sender": "x", "accountName": name, "groupNickname": nick}
            for name, nick in (("甲", None), ("甲", None), ("乙", "卡"))]  # fmt: skip
    anonymous = {"timestamp": 1, "accountName": "无名", "content": "?", "type": 0}
    records = read(tmp_path / "a.jsonl", lined([*rows, anonymous]))
    group = "wechat:38988428513"
    assert of(records, Member)[2:] == [
        Member("wechat:x", "甲", group_key=group),
        Member("wechat:x", "乙", group_key=group, group_name="卡"),
        Member(name_key(group, "无名"), "无名", group_key=group),
    ]
    assert [m.sender_name for m in of(records, Message)] == ["甲", "甲", "卡", "无名"]


def test_fault_6_times_in_other_units_are_understood() -> None:
    assert [seconds(v) for v in (1703001600, 1703001600000, "1703001600", 1703001600.7, -5)] == [
        1703001600, 1703001600, 1703001600, 1703001600, -5,
    ]  # fmt: skip
    wrong: list[Any] = [None, True, "yesterday", [], float("nan"), float("inf"), 10**30, ""]
    assert [seconds(value) for value in wrong] == [None] * len(wrong)


def test_media_beside_the_file_are_taken_by_path(tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "a.jpg").write_bytes(b"jpg")
    rows = [{**ROW, "type": 1, "content": c} for c in ("media/a.jpg", "media/b.jpg", "../a.jpg")]
    found = [m.attachments[0] for m in of(read(tmp_path / "a.jsonl", lined(rows)), Message)]
    assert found[0] == Attachment("photo", "a.jpg", path="media/a.jpg")
    assert [a.missing for a in found[1:]] == ["not exported"] * 2


def test_text_that_speaks_of_chatlab_is_no_export(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"messages": [{"text": '{"chatlab": {"version": 1}}'}]}))
    with pytest.raises(Exception, match="not an export"):
        find_exports(path)


@pytest.mark.parametrize(
    ("content", "text"),
    [("media/IMG 1.jpg", ""), ("见 docs/readme.md", "见 docs/readme.md"),
     ("第一行\nmedia/a.jpg", "第一行\nmedia/a.jpg"), ("今天/明天都行。", "今天/明天都行。")],
)  # fmt: skip
def test_a_place_is_no_text_and_words_are_no_place(tmp_path: Path, content: str, text: str) -> None:
    records = read(tmp_path / "a.jsonl", lined([{**ROW, "type": 1, "content": content}]))
    assert [m.text for m in of(records, Message)] == [text]
