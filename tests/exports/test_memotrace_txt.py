"""MemoTrace's text: names, words that stand for what is not text, damage, and whose it is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from wechat_files import AT, clock, read, rejected, said

from adapters.exports.source import find_exports
from archive.keys import name_key, title_key
from archive.records import Attachment, Group, Member, Message, Quote

GROUP = title_key("wechat", "读书群")


def text(*messages: tuple[str, str], end: str = "\n") -> str:
    return "".join(f"{clock(AT + n)}{who}{end}{body}{end}{end}"
                   for n, (who, body) in enumerate(messages))  # fmt: skip


def one(folder: Path, body: str) -> Message:
    content = text((" 张三", body))
    (message,) = said(read(folder / "读书群.txt", content, "memotrace-txt"))
    return message


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_messages_and_what_the_room_says_are_read(tmp_path: Path, end: str) -> None:
    content = "\ufeff" + text((" 张三", "你好\n\n两段"), ("", "甲邀请乙加入了群聊"), end=end)
    sender = name_key(GROUP, "张三")
    assert read(tmp_path / "读书群.txt", content, "memotrace-txt") == [
        Group(GROUP, "读书群", title_only=True),
        Member(sender, "张三", group_key=GROUP),
        Message(GROUP, None, AT, sender, "张三", "text", "你好\n\n两段", quality=0),
        Message(GROUP, None, AT + 1, kind="service", text="甲邀请乙加入了群聊", service="invite",
                quality=0),
    ]  # fmt: skip


def test_the_folder_may_name_the_room(tmp_path: Path) -> None:
    path = tmp_path / "读书群(34567@chatroom)/读书群.txt"
    records = read(path, text((" 张三", "你好")), "memotrace-txt")
    assert records[0] == Group("wechat:34567@chatroom", "读书群")


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [("【图片】", "photo", ""), ("[图片]", "photo", ""), ("【文件】a.pdf 1.5 MB ", "file", "a.pdf"),
     ("【注意】明天放假", "text", "【注意】明天放假"), ("", "text", "")],
)  # fmt: skip
def test_words_that_stand_for_something_are_read_as_that(
    tmp_path: Path, body: str, kind: str, text: str
) -> None:
    message = one(tmp_path, body)
    assert (message.kind, message.text) == (kind, text)


def test_quotes_and_merged_records_are_read(tmp_path: Path) -> None:
    assert one(tmp_path, "对\n引用：李四: 原话").quote == Quote("原话", "李四")
    record = f"【合并转发的聊天记录】\n- {clock(AT)} 李四: 里面\n- {clock(AT + 9)} 王五: 【图片】"
    first, second = one(tmp_path, record).nested
    assert (first.sender_name, first.sent_at, first.text) == ("李四", AT, "里面")
    assert second.attachments == (Attachment("photo", missing="not exported"),)


def test_damage_and_hostile_text_lose_nothing_else(tmp_path: Path) -> None:
    content = "前言\n\n".encode() + text((" 张三", "好"), (" 李四", "bad"), (" <b>", "末")).encode()
    content = content.removeprefix("前言\n\n".encode()).replace(b"bad", b"\xff\xfe")
    records = read(tmp_path / "a.txt", content, "memotrace-txt")
    assert [m.sender_name for m in said(records)] == ["张三", "<b>"]
    assert rejected(records) == ["line 4"]
    impossible = text((" 张三", "好")) + "2024-13-45 99:99:99 张三\n坏\n"
    assert rejected(read(tmp_path / "b.txt", impossible, "memotrace-txt")) == ["line 4"]


def test_a_text_of_qq_stays_qqs(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(text((" 张三(12345)", "好"), (" 李四(12346)", "好")))
    (export,) = find_exports(path)
    assert export.format.NAME == "qq-txt"
