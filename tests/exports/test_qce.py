"""qq-chat-exporter: the group, people and messages have the keys that live capture gives them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from qce_files import ALICE, AT, INFO, chunked, one, read, row, said, text, whole

from adapters.exports.source import find_exports
from archive.keys import title_key
from archive.records import Attachment, Group, Member, Message, Note, Quote, Rejected, Span

GROUP = "qq:88990011"


def test_group_member_and_message_have_the_keys_of_live_capture(tmp_path: Path) -> None:
    records = read(tmp_path / "a.json", whole([row(1), row(2)]))
    assert records == [
        Group(GROUP, "技术群"),
        Member("qq:11111", "Alice", group_key=GROUP, group_name="小爱"),
        Message(GROUP, "5001", AT + 1, "qq:11111", "小爱", "text", "你好", quality=2,
                other_ids=("n7300000000000000001",)),
        Message(GROUP, "5002", AT + 2, "qq:11111", "小爱", "text", "你好", quality=2,
                other_ids=("n7300000000000000002",)),
    ]  # fmt: skip


def test_version_four_is_read_and_without_a_place_messages_are_known_by_content(
    tmp_path: Path,
) -> None:
    first = {"messageId": "731", "timestamp": "2024-01-01T00:00:01.000Z", "messageType": 2,
             "sender": {"uid": "u_alice", "name": "小爱"}, "isRecalled": False,
             "isSystemMessage": False, "content": {"text": "在吗", "elements": []},
             "rawMessage": {"senderUin": "11111", "sendNickName": "Alice",
                            "sendMemberName": "小爱"}}  # fmt: skip
    answer = {**first, "messageId": "732", "timestamp": "2024-01-01T00:00:05.000Z", "content": {
        "text": "在", "reply": {"messageId": "", "referencedMessageId": "731",
                               "senderName": "小爱", "content": "在吗"}}}  # fmt: skip
    info = {"name": "技术群", "type": "group"}
    records = read(tmp_path / "group_88990011_20240102.json", whole([first, answer], info))
    assert records[:2] == [
        Group(GROUP, "技术群"),
        Member("qq:11111", "Alice", group_key=GROUP, group_name="小爱"),
    ]
    assert said(records) == [
        Message(GROUP, None, AT + 1, "qq:11111", "小爱", "text", "在吗", local_id="n731",
                quality=2),
        Message(GROUP, None, AT + 5, "qq:11111", "小爱", "text", "在", local_id="n732",
                local_reply_to="n731", quote=Quote("在吗", "小爱"), quality=2),
    ]  # fmt: skip


@pytest.mark.parametrize("packed", [False, True])
def test_chunks_are_read_in_order_from_a_folder_or_a_zip(tmp_path: Path, packed: bool) -> None:
    folder = tmp_path / "out"
    chunked(folder, [[row(1), row(2)], [row(3)]])
    path = folder
    if packed:
        path = tmp_path / "out.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for file in folder.rglob("*.json*"):
                archive.write(file, file.relative_to(folder))
    records = read(path)
    assert [m.id for m in said(records)] == ["5001", "5002", "5003"]
    assert not [r for r in records if isinstance(r, Rejected)]


def test_a_chunk_that_is_missing_or_short_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    path = chunked(tmp_path, [[row(1)], [row(2)], [row(3), row(4)]])
    (tmp_path / "chunks/c000002.jsonl").unlink()
    last = tmp_path / "chunks/c000003.jsonl"
    last.write_bytes(last.read_bytes()[:-40])
    records = read(path)
    assert [m.id for m in said(records)] == ["5001", "5003"]
    assert [r.where for r in records if isinstance(r, Rejected)] == [
        "chunks/c000002.jsonl",
        "chunks/c000003.jsonl: line 2",
    ]


def test_chunks_are_read_without_their_manifest(tmp_path: Path) -> None:
    chunked(tmp_path / "技术群", [[row(1)], [row(2)]]).unlink()
    exports = find_exports(tmp_path)
    assert [e.file.name for e in exports] == [
        "技术群/chunks/c000001.jsonl",
        "技术群/chunks/c000002.jsonl",
    ]
    records = read(tmp_path / "技术群/chunks/c000001.jsonl")
    assert isinstance(records[0], Group)
    assert records[0].title_only
    assert len(said(records)) == 1


def test_private_chats_are_no_group_and_are_not_keyed_by_place(tmp_path: Path) -> None:
    info = {**INFO, "name": "Alice", "type": "private", "peerUin": "11111"}
    group, _, message = read(tmp_path / "a.json", whole([row(1)], info))
    assert group == Group("qq:private-11111", "Alice", "private")
    assert isinstance(message, Message)
    assert message.id == "n7300000000000000001"


def test_without_any_number_the_title_proposes_the_group(tmp_path: Path) -> None:
    (group,) = read(tmp_path / "a.json", whole([], {"name": "技术群"}))
    assert group == Group(title_key("qq", "技术群"), "技术群", title_only=True)


def test_people_without_a_number_keep_their_uid_until_one_is_told(tmp_path: Path) -> None:
    nameless = {"uid": "u_bob", "uin": "0", "name": "Bob"}
    named = {**nameless, "uin": "22222"}
    rows = [row(1, sender=nameless), row(2, sender=named), row(3, sender=nameless)]
    keys = [m.sender_key for m in said(read(tmp_path / "a.json", whole(rows)))]
    assert keys == ["qq:u_bob", "qq:22222", "qq:22222"]


def test_a_place_that_comes_twice_does_not_make_two_messages_one(tmp_path: Path) -> None:
    other = {**row(2, text("另一句")), "seq": "5001"}
    ids = [m.id for m in said(read(tmp_path / "a.json", whole([row(1), other, row(1)])))]
    assert ids == ["5001", "n7300000000000000002", "5001"]


def test_notices_are_nobodys_and_do_not_take_a_messages_place(tmp_path: Path) -> None:
    system = {"type": "system", "data": {"text": "小爱撤回了一条消息"}}
    message = one(tmp_path, system, system=True)
    assert (message.kind, message.service, message.sender_key) == ("service", "recall", None)
    assert message.id == "n7300000000000000001"
    assert one(tmp_path, recalled=True).recalled


def test_mentions_faces_and_words_make_one_text(tmp_path: Path) -> None:
    mention = {"type": "at", "data": {"uid": "u_alice", "name": "小爱"}}
    everyone = {"type": "at", "data": {"uid": "all", "type": "all", "name": "全体成员"}}
    face = {"type": "face", "data": {"id": "178", "name": "/微笑"}}
    message = one(tmp_path, everyone, text(" "), mention, text(" 看看"), face)
    assert message.text == "@全体成员 @小爱 看看[微笑]"
    assert message.spans == (Span("mention", 0, 5), Span("mention", 6, 3, "qq:u_alice"))


def test_answers_name_the_message_and_quote_it(tmp_path: Path) -> None:
    reply = {"referencedMessageId": "7300000000000000001", "senderName": "Bob",
             "text": "原话", "timestamp": AT}  # fmt: skip
    message = one(tmp_path, {"type": "reply", "data": reply}, text("收到"))
    assert message.reply_to == "n7300000000000000001"
    assert message.quote == Quote("原话", "Bob", AT)
    nothing = {
        "type": "reply",
        "data": {"referencedMessageId": "0", "msgId": "", "content": "原话"},
    }
    message = one(tmp_path, nothing, text("收到"))
    assert (message.reply_to, message.quote) == (None, Quote("原话"))


def test_files_beside_the_export_are_found_wherever_it_lies(tmp_path: Path) -> None:
    folder = tmp_path / "resources/images"
    folder.mkdir(parents=True)
    (folder / "猫.jpg").write_bytes(b"jpg")
    image = {"type": "image", "data": {"filename": "猫.jpg", "size": 3, "width": 10, "height": 5}}
    listed = [{"type": "image", "filename": "猫.jpg", "localPath": "C:\\tmp\\images\\猫.jpg"}]
    message = one(tmp_path, image, resources=listed)
    assert message.kind == "photo"
    assert message.attachments == (
        Attachment("photo", "猫.jpg", path="resources/images/猫.jpg", size=3, width=10, height=5),
    )
    voice = {"type": "audio", "data": {"filename": "../../etc/passwd", "duration": 5,
                                       "localPath": "../../../../etc/passwd"}}  # fmt: skip
    assert one(tmp_path, voice).attachments == (
        Attachment("voice", "../../etc/passwd", missing="not exported", duration=5),
    )


def test_merged_records_are_unfolded_with_sender_and_time(tmp_path: Path) -> None:
    inner = {"sender": {"uin": "22222", "nickname": "Bob"}, "timestamp": AT * 1000,
             "content": {"text": "里面", "elements": [text("里面")]}}  # fmt: skip
    deeper = {"senderName": "Carol", "time": "2024-01-01 08:00:00", "elements": [
        {"type": "forward", "data": {"title": "记录", "messages": [inner]}}]}  # fmt: skip
    forward = {"type": "forward", "data": {"title": "群聊的聊天记录", "summary": "查看2条",
                                           "resId": "r1", "messages": [inner, deeper]}}  # fmt: skip
    message = one(tmp_path, forward)
    assert (message.kind, message.text) == ("forward", "群聊的聊天记录")
    first, second = message.nested
    assert (first.sender_key, first.sender_name, first.sent_at, first.text) == (
        "qq:22222", "Bob", AT, "里面",
    )  # fmt: skip
    assert (second.sender_name, second.sent_at) == ("Carol", AT)
    assert second.nested[0].text == "里面"


def test_cards_and_places_say_what_they_are(tmp_path: Path) -> None:
    card = {"type": "json", "data": {"title": "文章", "url": "https://a.cn", "description": "说明"}}
    message = one(tmp_path, card)
    assert (message.kind, message.text) == ("link", "文章")
    assert message.spans == (Span("link", 0, 2, "https://a.cn"),)
    place = {"type": "location", "data": {"title": "公园", "latitude": 31.2, "longitude": 121.4}}
    assert one(tmp_path, place).detail["location"] == {
        "latitude": 31.2, "longitude": 121.4, "name": "公园",
    }  # fmt: skip
    evil = {"type": "json", "data": {"title": "点我", "url": "javascript:alert(1)"}}
    assert one(tmp_path, evil).spans == ()


def test_what_is_unknown_is_kept_counted_and_said(tmp_path: Path) -> None:
    hologram = {"type": "hologram", "data": {"text": "立体", "x": 1}}
    records = read(tmp_path / "a.json", whole([row(1, hologram, mood="happy"), row(2, mood=None)]))
    message = said(records)[0]
    assert (message.kind, message.text) == ("unknown", "立体")
    assert message.detail == {"raw": [hologram], "fields": {"mood": "happy"}}
    (note,) = [r for r in records if isinstance(r, Note)]
    assert "type hologram ×1" in note.text
    assert "mood ×1" in note.text


@pytest.mark.parametrize("bad", [3, None, "x", [], {"sender": []}, {"id": {}, "content": 7}])
def test_a_row_that_is_none_is_listed_and_the_others_are_read(tmp_path: Path, bad: Any) -> None:
    records = read(tmp_path / "a.json", whole([row(1), bad, row(2)]))
    assert len(said(records)) == 2
    assert len([r for r in records if isinstance(r, Rejected)]) == 1


@pytest.mark.parametrize(
    "odd",
    [
        {"sender": None, "content": None},
        {"sender": {"uin": True, "uid": 3, "name": {}}},
        {"content": {"elements": [None, 3, "x", {"type": 7}, {"type": "at"}, {"type": "image"}]}},
        {"content": {"elements": {"a": 1}, "resources": [None, 3], "reply": [1]}},
        {"content": "只有文字", "seq": -3, "timestamp": 10**30, "time": "昨天"},
        {"content": {"elements": [{"type": "forward", "data": {"messages": [None, [], {}]}}]}},
    ],
)
def test_odd_rows_are_kept(tmp_path: Path, odd: dict[str, Any]) -> None:
    records = read(tmp_path / "a.json", whole([{**row(1), **odd}, row(2)]))
    assert len(said(records)) == 2
    assert not [r for r in records if isinstance(r, Rejected)]


def test_damage_keeps_what_stands_before_and_after_it(tmp_path: Path) -> None:
    lines = json.dumps([row(n) for n in range(1, 6)], ensure_ascii=False)
    broken = whole([]).replace("[]", lines.replace('"seq": "5003"', '"seq": "5003'), 1)
    records = read(tmp_path / "a.json", broken)
    assert {m.id for m in said(records)} >= {"5001", "5002", "5004", "5005"}
    assert [r for r in records if isinstance(r, Rejected)]
    cut = whole([row(1), row(2)])
    records = read(tmp_path / "b.json", cut[: cut.index("5002") + 2])
    assert [m.id for m in said(records)] == ["5001"]
    assert [r for r in records if isinstance(r, Rejected)]


def test_a_title_worn_in_the_group_is_a_role_and_stays_with_the_message(tmp_path: Path) -> None:
    records = read(tmp_path / "a.json", whole([row(1, sender={**ALICE, "title": "群主"})]))
    assert isinstance(records[1], Member)
    assert records[1].role == "owner"
    assert said(records)[0].detail == {"badge": "群主"}
