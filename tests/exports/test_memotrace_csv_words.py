"""What the words in the new CSV of MemoTrace become."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from adapters.exports.format import Options
from adapters.exports.source import find_exports
from archive.records import Message, Quote, Span

HEAD = ["消息ID", "类型", "发送人", "时间", "内容", "备注", "昵称", "更多信息"]


def read(folder: Path, kind: str, content: str) -> Message:
    path = folder / "群.csv"
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        row = ["123456", kind, "甲", "2024-02-01 10:00:00", content, "", "甲", "more"]
        csv.writer(file).writerows([HEAD, row])
    (message,) = [
        r for e in find_exports(path) for r in e.read(Options()) if isinstance(r, Message)
    ]
    return message


@pytest.mark.parametrize(
    ("named", "content", "kind", "text"),
    [("文本", "【图片】", "text", "【图片】"), ("图片", "【图片】", "photo", ""),
     ("视频", "【视频】", "video", ""), ("语音", "【语音】明天见", "voice", "明天见"),
     ("表情包", "【表情包】 [旺柴]", "sticker", "[旺柴]"),
     ("音视频通话", "【音视频通话】\n通话时长 01:05", "call", "通话时长 01:05"),
     ("红包", "【红包】: 恭喜发财", "red_packet", "恭喜发财"),
     ("转账", "【发起转账】:￥3.50\n备注: 早饭\n", "transfer", "￥3.50\n备注: 早饭"),
     ("小程序", "【分享链接】\n标题：限时\n描述：\n链接: \n应用：商城\n", "card", "限时"),
     ("视频号", "【视频号】\n描述: 毛衣\n发布者: 乙\n", "card", "毛衣"),
     ("位置分享", "【位置分享】\n坐标: (1,2)\n名称: 咖啡馆\n标签: 路1号\n", "location", "咖啡馆"),
     ("个人/公众号名片", "【名片】\n微信号:hao\n昵称: 好友\n签名: \n", "contact", "好友"),
     ("拍一拍", '"甲" 拍了拍 "乙"', "poke", '"甲" 拍了拍 "乙"'), ("新类型", "?", "unknown", "?")],
)  # fmt: skip
def test_every_type_is_kept_as_what_it_is(
    tmp_path: Path, named: str, content: str, kind: str, text: str
) -> None:
    message = read(tmp_path, named, content)
    assert (message.kind, message.text) == (kind, text)
    media = kind in ("photo", "video", "voice", "sticker")
    assert [a.kind for a in message.attachments] == ([kind] if media else [])


def test_a_link_is_its_title_with_the_address_in_it(tmp_path: Path) -> None:
    content = "【分享链接】\n标题：一文\n描述：读懂\n链接: https://e.com/?a=1\n应用：None\n"
    message = read(tmp_path, "分享链接", content)
    assert (message.kind, message.text) == ("link", "一文")
    assert message.spans == (Span("link", 0, 2, "https://e.com/?a=1"),)
    link: dict[str, Any] = message.detail["link"]
    assert link == {"title": "一文", "description": "读懂", "url": "https://e.com/?a=1"}


def test_a_quote_is_parted_from_the_answer(tmp_path: Path) -> None:
    message = read(tmp_path, "引用消息", "同意\n明天\n引用：李四: 几点\n开会")
    assert (message.kind, message.text) == ("text", "同意\n明天")
    assert message.quote == Quote("几点\n开会", "李四")


def test_fault_10_words_that_fit_in_many_ways_cost_no_time(tmp_path: Path) -> None:
    record = ("合并转发的聊天记录", "\n- 2024-01-01 10:00:00 a")
    words = (
        ("文件", "a 1 MB "),
        ("引用消息", "\n引用：a"),
        ("分享链接", "\n标题："),
        ("红包", "【"),
    )
    for named, part in (record, *words):
        assert read(tmp_path, named, f"【{named}】" + part * 100_000).text is not None


def test_rows_of_the_system_have_no_sender(tmp_path: Path) -> None:
    message = read(tmp_path, "系统消息", '"甲"邀请"乙"加入了群聊')
    assert (message.kind, message.service, message.sender_key) == ("service", "invite", None)


def test_a_merged_record_is_unfolded(tmp_path: Path) -> None:
    content = (
        "【合并转发的聊天记录】\n\n- 2024-01-01 10:00:00 甲: 一\n- 2024-01-01 10:01:00 乙: 二\n"
    )
    message = read(tmp_path, "合并转发的聊天记录", content)
    assert message.kind == "forward"
    assert [(m.sender_name, m.text) for m in message.nested] == [("甲", "一"), ("乙", "二")]
