"""PyWxDump's CSV and JSON: pages, people, and every kind of row in its words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from wechat_files import AT, ROOM, clock, in_csv, in_json, notes, read, rejected, said

from adapters.exports.format import ExportError
from adapters.exports.source import find_exports
from archive.keys import name_key
from archive.records import Attachment, Group, Member, Message, Quote, Span

COLUMNS = ["id", "MsgSvrID", "type_name", "is_sender", "talker", "room_name", "msg", "src",
           "CreateTime"]  # fmt: skip
USERS = {"wxid_abc": {"wxid": "wxid_abc", "nickname": "张三", "remark": "老张", "account": "zs"},
         ROOM: {"wxid": ROOM, "nickname": "读书群"}}  # fmt: skip
GROUP = f"wechat:{ROOM}"


def row(at: int = AT, msg: str = "你好", named: str = "文本", **more: Any) -> dict[str, Any]:
    return {"id": 1, "MsgSvrID": str(8_000_000_000_000_000_000 + at), "type_name": named,
            "is_sender": 0, "talker": "wxid_abc", "room_name": ROOM, "msg": msg, "src": "",
            "CreateTime": clock(at), **more}  # fmt: skip


def one(folder: Path, **more: Any) -> Message:
    (message,) = said(read(folder / "a.json", in_json([row(**more)]), "pywxdump"))
    return message


@pytest.mark.parametrize("suffix", ["csv", "json"])
def test_pages_are_one_conversation_with_the_people_of_users_json(
    tmp_path: Path, suffix: str
) -> None:
    def page(first: int, *rows: dict[str, Any]) -> None:
        content = in_csv(COLUMNS, list(rows)) if suffix == "csv" else in_json(list(rows))
        (tmp_path / f"{ROOM}_{first}_{first + 5000}.{suffix}").write_bytes(content)

    (tmp_path / "users.json").write_bytes(in_json(USERS))
    page(0, row(AT), row(AT, is_sender=1, talker="我"))
    page(5000, row(AT), row(AT + 5, "12@chatroom 加入群聊", "系统通知", talker="未知"))
    page(10000, row(AT + 9))
    records = read(tmp_path, None, "pywxdump")
    assert records[:2] == [
        Group(GROUP, "读书群"),
        Member("wechat:wxid_abc", "张三", group_key=GROUP),
    ]
    assert [(m.sent_at, m.sender_key, m.sender_name, m.text) for m in said(records)] == [
        (AT, "wechat:wxid_abc", "张三", "你好"),
        (AT, name_key(GROUP, "我"), "我", "你好"),
        (AT, "wechat:wxid_abc", "张三", "你好"),
        (AT + 5, None, None, "12@chatroom 加入群聊"),
        (AT + 9, "wechat:wxid_abc", "张三", "你好"),
    ]
    assert said(records)[0].local_id == "8000000001704067200"


def test_a_page_without_the_one_before_it_is_read_for_itself(tmp_path: Path) -> None:
    for first in (0, 10000):
        (tmp_path / f"{ROOM}_{first}_{first + 5000}.csv").write_bytes(in_csv(COLUMNS, [row()]))
    assert len(find_exports(tmp_path)) == 2


def test_a_page_that_goes_on_is_refused_with_the_name_of_the_first(tmp_path: Path) -> None:
    for first in (0, 5000):
        (tmp_path / f"{ROOM}_{first}_{first + 5000}.csv").write_bytes(in_csv(COLUMNS, [row()]))
    with pytest.raises(ExportError, match=f"goes on where {ROOM}_0_5000.csv ends"):
        find_exports(tmp_path / f"{ROOM}_5000_10000.csv")


def test_without_users_json_an_id_is_no_name(tmp_path: Path) -> None:
    records = read(tmp_path / f"{ROOM}_0_5000.csv", in_csv(COLUMNS, [row()]), "pywxdump")
    assert records[:2] == [Group(GROUP), Member("wechat:wxid_abc", None, group_key=GROUP)]


@pytest.mark.parametrize("users", [b"{", b"[]", b"3", b'{"wxid_abc": 3}', b"\xff\xfe"])
def test_a_damaged_users_json_does_not_matter(tmp_path: Path, users: bytes) -> None:
    (tmp_path / "users.json").write_bytes(users)
    assert len(said(read(tmp_path / "a.csv", in_csv(COLUMNS, [row()]), "pywxdump"))) == 1


def test_times_as_a_spreadsheet_saves_them_are_of_minutes(tmp_path: Path) -> None:
    message = one(tmp_path, CreateTime="2024/1/1 8:00", MsgSvrID="8.23E+18")
    assert (message.sent_at, message.precision, message.local_id) == (AT, 60, None)


def test_files_beside_the_export_are_taken_in(tmp_path: Path) -> None:
    (tmp_path / "FileStorage").mkdir()
    (tmp_path / "FileStorage/a.jpg").write_bytes(b"x")
    photo = one(tmp_path, msg="图片", named="图片", src="FileStorage\\a.jpg")
    assert (photo.kind, photo.text) == ("photo", "")
    assert photo.attachments == (Attachment("photo", "a.jpg", path="FileStorage\\a.jpg"),)
    voice = one(tmp_path, msg="语音时长：3.20秒\n翻译结果：在吗", named="语音", src="x/y.wav")
    assert (voice.text, voice.attachments) == (
        "在吗", (Attachment("voice", "y.wav", missing="not exported", duration=3),),
    )  # fmt: skip
    file = one(tmp_path, msg="报告.pdf", named="文件", src="../../报告.pdf")
    assert (file.kind, file.text) == ("file", "报告.pdf")
    sticker = one(tmp_path, msg="表情", named="动画表情", src="http://a.cn/1")
    assert sticker.attachments == (Attachment("sticker", missing="not exported"),)


def test_quotes_links_places_and_cards_are_read_from_their_words(tmp_path: Path) -> None:
    quote = one(tmp_path, named="引用回复", msg=f"对\n\n[引用]({clock(AT)})李四:一起去: 吗\n好")
    assert (quote.text, quote.quote) == ("对", Quote("一起去: 吗\n好", "李四", AT))
    link = one(tmp_path, named="(分享)卡片式链接", src="https://a.cn/1",
               msg='标题\n说明\n\n<a href="https://a.cn/1" target="_blank">看详情</a>')  # fmt: skip
    assert (link.kind, link.text, link.spans) == (
        "link", "标题", (Span("link", 0, 2, "https://a.cn/1"),),
    )  # fmt: skip
    assert link.detail["link"]["description"] == "说明"
    place = one(
        tmp_path, named="位置", msg="纬度:【31.2】 经度:【121.4】\n位置：公园 东门\n其他信息：{}"
    )
    assert place.detail["location"] == {"latitude": 31.2, "longitude": 121.4, "name": "公园 东门"}
    assert one(tmp_path, named="消息撤回5", msg="你撤回了一条消息").service == "recall"
    assert one(tmp_path, named="拍一拍", msg="甲拍了拍乙").kind == "poke"


@pytest.mark.parametrize("form", ["csv", "json"])
def test_merged_records_are_unfolded_from_json_and_from_csv(tmp_path: Path, form: str) -> None:
    item = {
        "datatype": "1",
        "sourcename": "李四",
        "sourcetime": "2024-1-1 7:30",
        "datadesc": "里面",
    }
    deeper = {"datatype": "17", "sourcename": "王五", "srcMsgCreateTime": str(AT), "datatitle": "t",
              "recordxml": {"recordinfo": {"datalist": {"dataitem": item}}}}  # fmt: skip
    src = {"recordinfo": {"title": "t", "datalist": {"count": "2", "dataitem": [item, deeper]}}}
    told = row(named="合并转发的聊天记录", msg="群聊的聊天记录\n李四: 里面", src=src)
    content = in_csv(COLUMNS, [told]) if form == "csv" else in_json([told])
    (message,) = said(read(tmp_path / f"a.{form}", content, "pywxdump"))
    assert (message.kind, message.text) == ("forward", "群聊的聊天记录")
    first, second = message.nested
    assert (first.sender_name, first.sent_at, first.text, first.precision) == (
        "李四", AT - 1800, "里面", 60,
    )  # fmt: skip
    assert (second.sender_name, second.sent_at, second.nested[0].text) == ("王五", AT, "里面")
    plain = one(tmp_path, named="合并转发的聊天记录", msg="标题\n李四: 里面", src="{'a': [")
    assert (plain.text, plain.nested) == ("标题\n李四: 里面", ())


def test_what_is_unknown_is_kept_counted_and_said(tmp_path: Path) -> None:
    records = read(tmp_path / "a.json", in_json([row(named="未知", src="s", mood=3)]), "pywxdump")
    (message,) = said(records)
    assert (message.kind, message.text) == ("unknown", "你好")
    assert message.detail == {"raw": {"type_name": "未知", "src": "s"}, "fields": {"mood": 3}}
    assert "mood ×1" in notes(records)
    assert "type 未知 ×1" in notes(records)


@pytest.mark.parametrize("bad", [3, None, "x", [], {"CreateTime": "昨天"}])
def test_rows_that_are_none_are_listed_and_the_others_read(tmp_path: Path, bad: Any) -> None:
    records = read(tmp_path / "a.json", in_json([row(), bad, row(AT + 1)]), "pywxdump")
    assert len(said(records)) == 2
    assert rejected(records) == ["row 2"]


def test_damage_keeps_what_stands_before_it(tmp_path: Path) -> None:
    rows = [row(AT + n) for n in range(4)]
    whole = in_csv(COLUMNS, rows)
    records = read(tmp_path / "a.csv", whole[: whole.rindex(b"wxid_abc") + 3], "pywxdump")
    assert (len(said(records)), len(rejected(records))) == (3, 1)
    whole = in_json(rows)
    records = read(tmp_path / "a.json", whole[:-60], "pywxdump")
    assert (len(said(records)), len(rejected(records))) == (3, 1)
