"""EchoTrace and WeFlow: session, people, and every type in its words or its XML."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from wechat_files import AT, ROOM, clock, in_json, notes, read, rejected, said

from archive.keys import name_key
from archive.records import Attachment, Group, Member, Message, Quote, Span

GROUP = f"wechat:{ROOM}"
SESSION = {"wxid": ROOM, "nickname": "读书群", "remark": "", "displayName": "读书群",
           "type": "群聊", "lastTimestamp": AT, "messageCount": 1}  # fmt: skip


def row(
    at: int = AT, content: str = "你好", named: str = "文本消息", **more: Any
) -> dict[str, Any]:
    return {"localId": at - AT + 1, "createTime": at, "formattedTime": clock(at), "type": named,
            "localType": 1, "content": content, "isSend": 0, "senderUsername": "wxid_abc",
            "senderDisplayName": "张三", "source": "<msgsource/>", **more}  # fmt: skip


def written(rows: list[Any], session: Any = SESSION, **more: Any) -> bytes:
    told = {"session": session, "messages": rows, "avatars": {"wxid_abc": "data:,"}, **more}
    return in_json(told)


def one(folder: Path, *what: Any, **more: Any) -> Message:
    (message,) = said(read(folder / "a.json", written([row(AT, *what, **more)]), "weflow"))
    return message


@pytest.mark.parametrize("head", [{}, {"weflow": {"version": "1.0.3", "format": "json"}}])
def test_group_members_and_messages_are_read(tmp_path: Path, head: dict[str, Any]) -> None:
    mine = row(AT + 1, "嗯", isSend=1, senderUsername=None, senderDisplayName="")
    content = in_json({**head, "session": SESSION, "messages": [row(), mine],
                       "groupMembers": [{"wxid": "wxid_b", "displayName": "李四"}, 3]})  # fmt: skip
    assert read(tmp_path / "a.json", content, "weflow") == [
        Group(GROUP, "读书群"),
        Member("wechat:wxid_abc", "张三", group_key=GROUP),
        Message(GROUP, None, AT, "wechat:wxid_abc", "张三", "text", "你好", local_id="1"),
        Member(name_key(GROUP, "我"), None, group_key=GROUP),
        Message(GROUP, None, AT + 1, name_key(GROUP, "我"), "我", "text", "嗯", local_id="2"),
        Member("wechat:wxid_b", "李四", group_key=GROUP),
    ]


def test_private_chats_are_their_persons(tmp_path: Path) -> None:
    session = {**SESSION, "wxid": "wxid_abc", "type": "私聊", "nickname": "张三"}
    rows = [row(senderUsername=None, senderDisplayName=None)]
    records = read(tmp_path / "a.json", written(rows, session), "weflow")
    assert records[0] == Group("wechat:wxid_abc", "张三", "private")
    assert said(records)[0].sender_key == "wechat:wxid_abc"


def test_answers_name_the_message_by_the_servers_id(tmp_path: Path) -> None:
    rows = [row(platformMessageId="831"), row(AT + 1, replyToMessageId="831", groupNickname="三")]
    first, second = said(read(tmp_path / "a.json", written(rows), "weflow"))
    assert (first.local_id, second.local_reply_to, second.sender_name) == ("831", "831", "三")


@pytest.mark.parametrize(
    ("named", "content", "kind", "text"),
    [
        ("图片消息", "[图片]", "photo", ""), ("语音消息", "[语音] 在吗", "voice", "在吗"),
        ("文件消息", "[文件] 报告.pdf", "file", "报告.pdf"),
        ("动画表情", "[动画表情]", "sticker", ""),
        ("卡片式链接", "[链接] 标题", "link", "标题"),
        ("小程序分享", "[小程序] 外卖", "card", "外卖"),
        ("红包卡片", "[红包]", "red_packet", ""), ("系统消息", "甲退群", "service", "甲退群"),
        ("聊天记录合并转发", "[聊天记录]", "forward", ""), ("引用消息", "好", "text", "好"),
        ("位置消息", "[位置] 公园", "location", "公园"), ("文本消息", "[图片]", "text", "[图片]"),
    ],
)  # fmt: skip
def test_each_type_is_read(tmp_path: Path, named: str, content: str, kind: str, text: str) -> None:
    message = one(tmp_path, content, named, localType=49)
    assert (message.kind, message.text) == (kind, text)


def test_files_beside_the_export_are_taken_in(tmp_path: Path) -> None:
    (tmp_path / "media/images").mkdir(parents=True)
    (tmp_path / "media/images/a.jpg").write_bytes(b"x")
    found = (Attachment("photo", "a.jpg", path="media/images/a.jpg"),)
    assert one(tmp_path, "media/images/a.jpg", "图片消息").attachments == found
    assert one(tmp_path, "[图片]", "图片消息", mediaPath="images/a.jpg").attachments == found
    assert one(tmp_path, "../../x", "图片消息").attachments == (
        Attachment("photo", missing="not exported"),
    )


def test_quotes_links_and_records_are_read_from_xml_and_words(tmp_path: Path) -> None:
    quoted = one(tmp_path, "[引用 李四：原话] 对", "引用消息", localType=244813135921)
    assert (quoted.text, quoted.quote) == ("对", Quote("原话", "李四"))
    xml = "<msg><appmsg><title>标题</title><type>5</type><url>https://a.cn</url></appmsg></msg>"
    link = one(tmp_path, "[链接] 标题", "卡片式链接", localType=21474836529, rawContent=xml)
    assert link.spans == (Span("link", 0, 2, "https://a.cn"),)
    records = [{"datatype": 1, "sourcename": "李四", "sourcetime": "2024-1-1 7:30",
                "datadesc": "里面"},
               {"datatype": 17, "sourcename": "王五", "chatRecordTitle": "t",
                "chatRecordList": [{"datatype": 1, "datadesc": "更"}]}]  # fmt: skip
    forward = one(tmp_path, "[聊天记录]", "聊天记录合并转发", chatRecords=records)
    assert [(n.sender_name, n.sent_at, n.text) for n in forward.nested] == [
        ("李四", AT - 1800, "里面"), ("王五", None, ""),
    ]  # fmt: skip
    assert forward.nested[1].nested[0].text == "更"


def test_what_is_unknown_is_kept_counted_and_said(tmp_path: Path) -> None:
    rows = [row(AT, "什么", "未知类型(77)", localType=77, mood=1)]
    records = read(tmp_path / "a.json", written(rows), "weflow")
    (message,) = said(records)
    assert (message.kind, message.text) == ("unknown", "什么")
    assert message.detail == {"raw": {"type": "未知类型(77)", "local_type": 77},
                              "fields": {"mood": 1}}  # fmt: skip
    assert "type 未知类型(77) ×1" in notes(records)


@pytest.mark.parametrize("bad", [3, None, [], {}, {"createTime": "昨天"}])
def test_rows_that_are_none_are_listed_and_the_others_read(tmp_path: Path, bad: Any) -> None:
    records = read(tmp_path / "a.json", written([row(), bad, row(AT + 1)]), "weflow")
    assert len(said(records)) == 2
    assert rejected(records) == ["message 2"]


@pytest.mark.parametrize("odd", [{"content": None}, {"localType": -1}, {"type": 3},
                                 {"chatRecords": 3}, {"senderUsername": {}}])  # fmt: skip
def test_odd_rows_are_kept(tmp_path: Path, odd: dict[str, Any]) -> None:
    records = read(tmp_path / "a.json", written([row(**odd)]), "weflow")
    assert (len(said(records)), rejected(records)) == (1, [])


def test_damage_keeps_what_stands_before_it(tmp_path: Path) -> None:
    whole = written([row(AT + n) for n in range(4)])
    records = read(tmp_path / "a.json", whole[: whole.rindex(b'wxid_abc",')], "weflow")
    assert (len(said(records)), len(rejected(records))) == (3, 1)
