"""chatlog's JSON, CSV and text: the same conversation comes out of each."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from wechat_files import AT, ROOM, clock, in_csv, in_json, notes, read, rejected, said

from archive.keys import name_key
from archive.records import Group, Member, Message, Quote, Span

COLUMNS = ["Time", "SenderName", "Sender", "TalkerName", "Talker", "Content"]
GROUP = f"wechat:{ROOM}"


def row(at: int = AT, content: str = "你好", **more: Any) -> dict[str, Any]:
    return {"seq": at * 1000 + 1, "time": clock(at).replace(" ", "T") + "+08:00", "talker": ROOM,
            "talkerName": "读书群", "isChatRoom": True, "sender": "wxid_abc", "senderName": "张三",
            "isSelf": False, "type": 1, "subType": 0, "content": content, **more}  # fmt: skip


def listed(at: int = AT, content: str = "你好", **more: Any) -> dict[str, Any]:
    return {"Time": clock(at), "SenderName": "张三", "Sender": "wxid_abc", "TalkerName": "读书群",
            "Talker": ROOM, "Content": content, **more}  # fmt: skip


def one(folder: Path, **more: Any) -> Message:
    (message,) = said(read(folder / "a.json", in_json([row(**more)]), "chatlog"))
    return message


def app(folder: Path, sub_type: int, contents: dict[str, Any], content: str = "") -> Message:
    return one(folder, type=49, subType=sub_type, contents=contents, content=content)


def lines(*messages: tuple[str, str]) -> str:
    return "".join(f"{header}\n{body}\n\n" for header, body in messages)


HEADER = f"张三(wxid_abc) [读书群({ROOM})] "
EXPECTED = [
    Group(GROUP, "读书群"),
    Member("wechat:wxid_abc", "张三", group_key=GROUP),
    Message(GROUP, None, AT, "wechat:wxid_abc", "张三", "text", "你好"),
    Message(GROUP, None, AT + 1, "wechat:wxid_abc", "张三", "text", "两行\n\n还有"),
]


def test_json_csv_and_text_tell_the_same(tmp_path: Path) -> None:
    told = in_json([row(), row(AT + 1, "两行\n\n还有")])
    assert read(tmp_path / "a.json", told, "chatlog") == EXPECTED
    table = in_csv(COLUMNS, [listed(), listed(AT + 1, "两行\n\n还有")], "utf-8-sig")
    assert read(tmp_path / "a.csv", table, "chatlog") == EXPECTED
    text = lines((HEADER + clock(AT), "你好"), (HEADER + clock(AT + 1), "两行\n\n还有"))
    assert read(tmp_path / "a.txt", text, "chatlog") == EXPECTED


@pytest.mark.parametrize(
    ("written", "day", "year"),
    [("01-01 08:00:00", "2024-03-01", 2024), ("12-31 08:00:00", "2024-03-01", 2023),
     ("08:00:00", "2024-03-01", 2024)],
)  # fmt: skip
def test_what_a_time_lacks_is_taken_from_the_day_asked_for_or_the_files(
    tmp_path: Path, written: str, day: str, year: int
) -> None:
    path = tmp_path / "a.txt"
    text = lines((f"张三(wxid_abc) {written}", "你好"))
    for options in ({"date": date.fromisoformat(day)}, {}):
        path.write_text(text)
        os.utime(path, (1709280000, 1709280000))
        records = read(path, None, "chatlog", **options)
        (message,) = said(records)
        assert clock(message.sent_at or 0)[:4] == str(year)
        assert clock(message.sent_at or 0)[11:] == "08:00:00"
        assert "--date" in notes(records)


def test_own_messages_and_what_the_room_says(tmp_path: Path) -> None:
    mine = one(tmp_path, isSelf=True, sender="", senderName="")
    assert (mine.sender_key, mine.sender_name) == (name_key(GROUP, "我"), "我")
    system = one(
        tmp_path, type=10000, sender="系统消息", senderName="", content="甲邀请乙加入了群聊"
    )
    assert (system.kind, system.service, system.sender_key) == ("service", "invite", None)
    text = lines(("系统消息 01-01 08:00:00", "甲邀请乙加入了群聊"), ("我 01-01 08:00:01", "嗯"))
    first, second = said(read(tmp_path / "a.txt", text, "chatlog"))
    assert (first.kind, first.sender_key, second.sender_name) == ("service", None, "我")


def test_media_files_and_links_are_read_from_their_parts(tmp_path: Path) -> None:
    photo = one(tmp_path, type=3, content="", contents={"md5": "ab", "host": "127.0.0.1"})
    assert (photo.kind, photo.detail) == ("photo", {"contents": {"md5": "ab"}})
    file = app(tmp_path, 6, {"title": "报告.pdf", "md5": "x"})
    assert (file.kind, file.text, file.attachments[0].name) == ("file", "报告.pdf", "报告.pdf")
    link = app(tmp_path, 5, {"title": "标题", "url": "https://a.cn"})
    assert (link.kind, link.spans) == ("link", (Span("link", 0, 2, "https://a.cn"),))
    paid = app(tmp_path, 2000, {}, "[转账|发送 ￥5.00](饭钱)")
    assert (paid.kind, paid.text) == ("transfer", "发送 ￥5.00 饭钱")


def test_quotes_are_read_from_parts_and_from_words(tmp_path: Path) -> None:
    refer = {"type": 1, "time": clock(AT).replace(" ", "T") + "+08:00", "sender": "wxid_b",
             "senderName": "李四", "content": "原话"}  # fmt: skip
    message = app(tmp_path, 57, {"refer": refer}, "对")
    assert (message.kind, message.text, message.quote) == ("text", "对", Quote("原话", "李四", AT))
    picture = app(tmp_path, 57, {"refer": {**refer, "type": 3, "content": ""}}, "对")
    assert picture.quote == Quote("[图片]", "李四", AT)
    body = f"> 李四(wxid_b) {clock(AT)}\n> 原话\n> 两行\n对"
    (message,) = said(read(tmp_path / "a.txt", lines((HEADER + clock(AT), body)), "chatlog"))
    assert (message.text, message.quote) == ("对", Quote("原话\n两行", "李四", AT))


def test_merged_records_are_unfolded(tmp_path: Path) -> None:
    item = {
        "DataType": "1",
        "SourceName": "李四",
        "SourceTime": "2024-1-1 7:30",
        "DataDesc": "里面",
    }
    record = {"DataList": {"Count": "1", "DataItems": [item]}}
    deeper = {"DataType": "17", "SourceName": "王五", "DataTitle": "更里面",
              "RecordXML": {"RecordInfo": record}}  # fmt: skip
    info = {"Title": "t", "DataList": {"DataItems": [item, deeper]}}
    message = app(tmp_path, 19, {"title": "群聊的聊天记录", "recordInfo": info})
    assert (message.kind, message.text) == ("forward", "群聊的聊天记录")
    assert [(n.sender_name, n.sent_at, n.text) for n in message.nested] == [
        ("李四", AT - 1800, "里面"), ("王五", None, "更里面"),
    ]  # fmt: skip
    assert message.nested[1].nested[0].text == "里面"


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        ("![图片](http://127.0.0.1:5030/image/ab,cd)", "photo", ""),
        ("[语音]", "voice", ""),
        ("[文件|a.pdf](http://127.0.0.1/file/x)", "file", "a.pdf"),
        ("[链接|标题](https://a.cn/x)", "link", "标题"),
        ("[小程序|外卖]()", "card", "外卖"),
        ("[合并转发|记录]\n  李四 01-01\n  你好", "forward", "记录\n  李四 01-01\n  你好"),
        ("[红包]", "red_packet", ""),
        ("[图片]里的人是谁", "text", "[图片]里的人是谁"),
        ("[微笑]", "text", "[微笑]"),
    ],
)
def test_words_that_stand_for_something_are_read_as_that(
    tmp_path: Path, body: str, kind: str, text: str
) -> None:
    (message,) = said(read(tmp_path / "a.csv", in_csv(COLUMNS, [listed(AT, body)]), "chatlog"))
    assert (message.kind, message.text) == (kind, text)


def test_what_is_unknown_is_kept_counted_and_said(tmp_path: Path) -> None:
    records = read(tmp_path / "a.json", in_json([row(type=999, subType=7, mood=1)]), "chatlog")
    (message,) = said(records)
    assert (message.kind, message.text) == ("unknown", "你好")
    assert message.detail == {"raw": {"type": 999, "sub_type": 7}, "fields": {"mood": 1}}
    assert "type 999/7 ×1" in notes(records)


@pytest.mark.parametrize("bad", [3, None, [], {}, {"seq": 1, "time": "昨天"}])
def test_rows_that_are_none_are_listed_and_the_others_read(tmp_path: Path, bad: Any) -> None:
    records = read(tmp_path / "a.json", in_json([row(), bad, row(AT + 1)]), "chatlog")
    assert len(said(records)) == 2
    assert rejected(records) == ["message 2"]


@pytest.mark.parametrize("odd", [{"contents": [1]}, {"contents": 3}, {"type": "1"}, {"sender": 3},
                                 {"content": None}, {"type": 49, "contents": {"refer": 3}},
                                 {"type": 49, "contents": {"recordInfo": 3}}])  # fmt: skip
def test_odd_rows_are_kept(tmp_path: Path, odd: dict[str, Any]) -> None:
    records = read(tmp_path / "a.json", in_json([row(**odd)]), "chatlog")
    assert (len(said(records)), rejected(records)) == (1, [])


def test_damage_keeps_what_stands_before_it(tmp_path: Path) -> None:
    rows = [row(AT + n) for n in range(4)]
    records = read(tmp_path / "a.json", in_json(rows)[:-80], "chatlog")
    assert (len(said(records)), len(rejected(records))) == (3, 1)
    text = lines(*((HEADER + clock(AT + n), "你好") for n in range(4)))
    (last,) = said(read(tmp_path / "a.txt", text[: text.rindex("张三") + 30], "chatlog"))[2:]
    assert last.text.startswith("你好")


def test_texts_of_qq_are_not_claimed(tmp_path: Path) -> None:
    text = "小明(产品) 10:38:43\n你好\n\n小红 10:38:44\n在\n"
    assert said(read(tmp_path / "a.txt", "2024-01-01\n\n" + text, "qq-txt"))
