"""LINE's text: three languages, quoted texts of many lines, and what is forged in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading import at, only, text_at

from adapters.exports.line_txt.rows import content_of, day_of, notice_of
from archive.records import AnyRecord, Attachment, Group, Member, Message, Rejected

HEAD = "[LINE] 技术群的聊天记录\n保存日期:2026/1/31 10:00\n\n2026/1/30(金)\n"


def read(path: Path, content: str | bytes, **options: str) -> list[AnyRecord]:
    return text_at(path / "[LINE] x.txt", "line-txt", content, **options)


def test_rows_become_messages(tmp_path: Path) -> None:
    records = read(tmp_path, "\ufeff" + HEAD + "09:05\t张三\t早\n09:06\t\t李四加入了群\n")
    group, member, said, joined = records
    assert isinstance(group, Group) and isinstance(member, Member)
    assert (group.title, group.kind, group.title_only) == ("技术群", "group", True)
    assert said == Message(
        group.key, None, at(2026, 1, 30, 9, 5), member.key, "张三", text="早", quality=0,
        precision=60,
    )  # fmt: skip
    assert isinstance(joined, Message)
    assert (joined.service, joined.sender_key, joined.text) == ("join", None, "李四加入了群")


@pytest.mark.parametrize(
    ("head", "title", "kind", "row", "clock"),
    [
        ("[LINE] Chat history with Alice\nSaved on: 1/31/2026, 10:00\n\nFri, 1/30/2026\n",
         "Alice", "private", "10:38PM\tAlice\thi", (22, 38)),
        ("[LINE] Chat history in Work\nSaved on: 31/1/2026\n\nFri, 30/1/2026\n",
         "Work", "group", "12:05 AM\tAlice\thi", (0, 5)),
        ("[LINE] 家族のトーク履歴\n保存日時：2026/01/31 10:00\n\n2026/01/30(金)\n",
         "家族", "group", "午後1:05\t母\thi", (13, 5)),
        ("[LINE] 母とのトーク履歴\n保存日時：2026/01/31 10:00\n\n2026/01/30(金)\n",
         "母", "private", "9:05\t母\thi", (9, 5)),
        ("[LINE] 與阿明的聊天記錄\n儲存日期：2026/01/31 10:00\n\n2026/01/30（週五）\n",
         "阿明", "private", "下午09:05\t阿明\thi", (21, 5)),
        ("[LINE] Work的聊天記錄\n儲存日期：2026/01/31 10:00\n\n2026.01.30 Friday\n",
         "Work", "group", "09:05 阿明 hi", (9, 5)),
    ],
)  # fmt: skip
def test_every_language_is_read(
    tmp_path: Path, head: str, title: str, kind: str, row: str, clock: tuple[int, int]
) -> None:
    records = read(tmp_path, head + row + "\n")
    ((group,), (said,)) = only(records, Group), only(records, Message)
    assert not only(records, Rejected)
    assert (group.title, group.kind) == (title, kind)
    assert (said.sent_at, said.text) == (at(2026, 1, 30, *clock), "hi")


def test_a_quoted_text_keeps_its_lines_and_quotes(tmp_path: Path) -> None:
    body = '09:05\tA\t"一\n\n他说""好""\n三"\n09:06\tA\t"hi" he said\n09:07\tB\t"x"\n'
    first, second, third = only(read(tmp_path, HEAD + body), Message)
    assert first.text == '一\n\n他说"好"\n三'
    assert (second.text, third.text) == ('"hi" he said', '"x"')


def test_rows_within_a_quote_are_text(tmp_path: Path) -> None:
    body = '09:05\tA\t"看\n10:00\t管理员\t假的\n2026/1/31(土)\n完"\n09:06\tB\t真\n'
    first, second = only(read(tmp_path, HEAD + body), Message)
    assert first.text == "看\n10:00\t管理员\t假的\n2026/1/31(土)\n完"
    assert (second.sender_name, second.sent_at) == ("B", at(2026, 1, 30, 9, 6))


def test_a_quote_that_never_ends_swallows_nothing(tmp_path: Path) -> None:
    rows = "".join(f'09:06\tB\t{n} "x" y\n' for n in range(300))
    messages = only(read(tmp_path, HEAD + '09:05\tA\t"没有完\n' + rows), Message)
    assert len(messages) == 301 and messages[0].text == '"没有完'


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [("[图片]", "photo", None), ("[スタンプ]", "sticker", None), ("[Voice message]", "voice", None),
     ("[檔案] 表.xlsx", "file", "表.xlsx"), ("[動画]", "video", None)],
)  # fmt: skip
def test_placeholders_become_files(text: str, kind: str, name: str | None) -> None:
    assert content_of(text, "tabs").attachments == (Attachment(kind, name, missing="not exported"),)
    assert content_of(f"看{text}", "tabs").kind == "text"


def test_calls_and_notices_are_told() -> None:
    assert content_of("☎ 通話時間 1:23", "tabs").kind == "call"
    assert notice_of("Bさんがメッセージの送信を取り消しました").service == "recall"
    assert notice_of("Alice invited Bob to the group.").service == "invite"


def test_a_day_is_a_row_of_its_own() -> None:
    assert day_of("2026年1月30日 星期五") and day_of("2025.12.10 Wednesday")
    assert day_of("2026/1/30 开会") is None
    assert day_of("2026/1/30(金) 开会") is None and day_of("Foo, 1/30/2026") is None


def test_damage_keeps_what_stands_before_it(tmp_path: Path) -> None:
    content = (HEAD + "09:05\tA\t你好\n09:06\tA\t再见").encode()[:-1]
    records = read(tmp_path, content)
    assert [m.text for m in only(records, Message)] == ["你好"]
    assert [r.where for r in only(records, Rejected)] == ["line 6"]


def test_rows_without_a_day_are_listed(tmp_path: Path) -> None:
    records = read(tmp_path, "[LINE] x的聊天记录\n保存日期:1\n09:05\tA\t你好\n")
    assert not only(records, Message)
    assert [r.where for r in only(records, Rejected)] == ["line 3"]
