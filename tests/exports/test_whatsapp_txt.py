"""WhatsApp's text: both phones, both languages, every order of dates."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from reading import at, only, records_at, text_at

from adapters.exports.source import find_exports
from adapters.exports.whatsapp_txt.words import content_of
from archive.records import AnyRecord, Attachment, Group, Member, Message, Poll, Rejected

FIXTURES = Path(__file__).resolve().parents[2] / "../shared/fixtures/whatsapp"


def read(path: Path, content: str, name: str = "WhatsApp Chat with 技术群.txt") -> list[AnyRecord]:
    return text_at(path / name, "whatsapp-txt", content)


def test_rows_of_android_become_messages(tmp_path: Path) -> None:
    records = read(tmp_path, (
        "6/13/23, 16:14 - Messages and calls are end-to-end encrypted. Tap to learn more.\n"
        "6/13/23, 16:14 - 张三 created group \"a: b\"\n"
        "6/13/23, 16:15 - 张三: 第一行\n\n6/14 第二行: x\n"
        "6/13/23, 16:16 - +86 138 0013 8000: https://a.example/x: y\n"
    ))  # fmt: skip
    (group,) = only(records, Group)
    assert (group.title, group.kind, group.title_only) == ("技术群", "group", True)
    first, made, said, link = only(records, Message)
    assert (first.kind, first.service, first.sender_key) == ("service", "encrypted", None)
    assert (made.service, made.text) == ("create_group", '张三 created group "a: b"')
    assert said.text == "第一行\n\n6/14 第二行: x"
    assert (said.sent_at, said.precision) == (at(2023, 6, 13, 16, 15), 60)
    assert (link.sender_key, link.text) == ("whatsapp:8613800138000", "https://a.example/x: y")
    assert [m.name for m in only(records, Member)] == ["张三", "+86 138 0013 8000"]


def test_rows_of_an_iphone_become_messages(tmp_path: Path) -> None:
    records = read(tmp_path, (
        "\u200e[30/06/2023, 4:14:05\u202fPM] 技术群: \u200e张三 added you\r\n"
        "[30/06/2023, 4:14:07\u202fPM] ~\u202f李四: 你好 @\u2068王五\u2069\r\n"
        "\u200e[30/06/2023, 4:15:00\u202fPM] 张三: 看\u200e<attached: 00000012-PHOTO-1.jpg>\r\n"
        "[30/06/2023, 12:15:01\u202fAM] 张三: \u200eimage omitted\r\n"
        "[30/06/2023, 4:15:02\u202fPM] 张三: 改好了 \u200e<This message was edited>\r\n"
    ))  # fmt: skip
    added, hello, photo, gone, edited = only(records, Message)
    assert (added.kind, added.service, added.sender_key) == ("service", "invite", None)
    assert hello.sender_name == "李四" and hello.sent_at == at(2023, 6, 30, 16, 14, 7)
    assert photo.text == "看" and photo.attachments == (
        Attachment("photo", "00000012-PHOTO-1.jpg", path="00000012-PHOTO-1.jpg"),
    )
    assert gone.sent_at == at(2023, 6, 30, 0, 15, 1)
    assert gone.attachments == (Attachment("photo", missing="not exported"),)
    assert edited.text == "改好了" and edited.detail == {"edited": True}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2023/6/30 下午4:14 - ", (2023, 6, 30, 16, 14)),
        ("2023年6月30日 凌晨12:14 - ", (2023, 6, 30, 0, 14)),
        ("30.06.23, 16:14 - ", (2023, 6, 30, 16, 14)),
        ("6/30/23, 4:14\u202fpm - ", (2023, 6, 30, 16, 14)),
        ("[2023/6/30 上午9:14:05] ", (2023, 6, 30, 9, 14, 5)),
        ("٣٠/٦/٢٠٢٣, ١٦:١٤ - ", (2023, 6, 30, 16, 14)),
        ("[23/6/30 16:14:05] ", (2023, 6, 30, 16, 14, 5)),
    ],
)
def test_clocks_of_all_phones_are_read(
    tmp_path: Path, written: str, expected: tuple[int, ...]
) -> None:
    (message,) = only(read(tmp_path, f"{written}张三: 你好\n"), Message)
    assert (message.sent_at, message.text) == (at(*expected), "你好")


def test_the_order_of_dates_is_told_by_the_whole_file(tmp_path: Path) -> None:
    rows = [(2, 1), (2, 3), (3, 5), (3, 14), (4, 1)]
    written = "".join(f"{d}/{m}/23, 10:00 - A: {m}-{d}\n" for m, d in rows)
    messages = only(read(tmp_path, written), Message)
    assert [m.sent_at for m in messages] == [at(2023, m, d, 10) for m, d in rows]
    written = "".join(f"{m}/{d}/23, 10:00 - A: {m}-{d}\n" for m, d in rows)
    messages = only(read(tmp_path, written), Message)
    assert [m.sent_at for m in messages] == [at(2023, m, d, 10) for m, d in rows]


def test_the_order_may_change_in_the_middle(tmp_path: Path) -> None:
    days = [(m, d) for m in (1, 2, 3) for d in (3, 9, 17, 25)]
    written = [f"{m}/{d}/23" if m < 2 or (m, d) < (2, 10) else f"{d}/{m}/2023" for m, d in days]
    text = "".join(f"{day}, 10:00 - A: x\n" for day in written)
    messages = only(read(tmp_path, text), Message)
    assert [m.sent_at for m in messages] == [at(2023, m, d, 10) for m, d in days]


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("<Media omitted>", "file", None),
        ("<省略媒体文件>", "file", None),
        ("<已略過多媒體檔案>", "file", None),
        ("图像已忽略", "photo", None),
        ("影片已略去", "video", None),
        ("报告.pdf • 3 pages document omitted", "file", "报告.pdf"),
        ("IMG-1.jpg (file attached)", "photo", "IMG-1.jpg"),
        ("PTT-1.opus (文件附件)", "voice", "PTT-1.opus"),
        ("<附件：00000001-AUDIO-1.opus>", "voice", "00000001-AUDIO-1.opus"),
        ("表.xlsx (file attached)", "file", "表.xlsx"),
    ],
)
def test_a_file_is_known_by_its_words(text: str, kind: str, name: str | None) -> None:
    content = content_of(text, marked=False)
    (file,) = content.attachments
    assert (file.kind, file.name, content.text) == (kind, name, "")


@pytest.mark.parametrize(
    "text",
    ["This message was deleted", "此消息已被删除", "您已刪除此訊息", "You deleted this message."],
)
def test_a_deleted_message_says_nothing(text: str) -> None:
    content = content_of(text, marked=False)
    assert content.recalled and not content.text


def test_polls_places_and_what_has_no_words() -> None:
    poll = content_of("POLL:\n吃什么\nOPTION: 面 (2 votes)\nOPTION: 饭 (1 vote)", False)
    assert poll.poll == Poll("吃什么", (("面", 2), ("饭", 1)))
    place = content_of("location: https://maps.google.com/?q=31.2,121.4", False)
    assert place.kind == "location" and place.detail["location"]["latitude"] == 31.2
    assert content_of("null", False).kind == "unknown"
    assert content_of("(file attached)", False).kind == "text"


def test_a_zip_brings_its_media_and_its_name(tmp_path: Path) -> None:
    path = tmp_path / "WhatsApp Chat - 家.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("_chat.txt", "[2023/6/30 16:14:05] A: \u200e<attached: 1-PHOTO-2.jpg>\r\n")
        archive.writestr("1-PHOTO-2.jpg", b"jpeg")
        archive.writestr("notes.txt", "a file somebody shared")
    (export,) = find_exports(path)
    (group,) = only(records_at(path, "whatsapp-txt"), Group)
    assert (group.title, group.kind) == ("家", "private")
    assert export.file.beside("1-PHOTO-2.jpg") is not None


def test_damage_keeps_what_stands_before_it(tmp_path: Path) -> None:
    good = "2023/6/30 16:14 - A: 一二三\n2023/6/30 16:15 - A: 四\n".encode()
    records = text_at(tmp_path / "a.txt", "whatsapp-txt", good + b"2023/6/30 16:16 - A: \xff\xfe")
    assert [m.text for m in only(records, Message)] == ["一二三", "四"]
    (rejected,) = only(records, Rejected)
    assert rejected.where == "line 3"


def test_too_few_dates_are_told_to_be_so(tmp_path: Path) -> None:
    records = read(tmp_path, "1/2/23, 16:14 - A: x\n1/2/23, 16:15 - A: y\n")
    assert [m.sent_at for m in only(records, Message)] == [
        at(2023, 2, 1, 16, 14), at(2023, 2, 1, 16, 15),
    ]  # fmt: skip
    assert [r.where for r in only(records, Rejected)] == ["the dates"]
    records = read(tmp_path, "1/2/23, 16:14 - A: x\n1/13/23, 16:15 - A: y\n")
    assert not only(records, Rejected)


def test_impossible_dates_stay_messages(tmp_path: Path) -> None:
    messages = only(read(tmp_path, "99/99/23, 16:14 - A: x\n1/2/23, 99:99 - A: y\n"), Message)
    assert [(m.sent_at, m.text) for m in messages] == [(None, "x"), (None, "y")]


def test_the_real_export_is_read_in_both_orders() -> None:
    folder = FIXTURES / "frozenspider"
    if not folder.is_dir():
        pytest.skip("the shared fixtures are not here")
    records = records_at(folder, "whatsapp-txt")
    messages = only(records, Message)
    assert not only(records, Rejected) and len(messages) == 13
    assert {m.sent_at // 86400 for m in messages if m.sent_at} == {at(2023, 6, 30, 12) // 86400}
