"""Telegram Desktop HTML: which files are pages, in what order they are read, as which group."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.exports.format import ExportError, ExportFile, Options
from adapters.exports.telegram_html import NAME, read, sniff
from adapters.exports.tree import Folder, Meter
from archive.keys import title_key
from archive.records import AnyRecord, Group, Member, Message, Rejected

AT = "22.11.2018 18:04:28 UTC+04:00"
AT_SECONDS = 1542895468
SEPARATOR = "22 November 2018"


def row(
    id: object, text: str | None = "hello", name: str | None = "张三", at: str = AT, inner: str = ""
) -> str:
    """Write a row as the exporter does; without a name it is joined to the row before."""
    joined = "" if name is not None else " joined"
    sender = f'\n<div class="from_name">\n{name} \n       </div>\n' if name is not None else ""
    words = f'\n<div class="text">\n{text}\n       </div>\n' if text is not None else ""
    return (
        f'\n     <div class="message default clearfix{joined}" id="message{id}">\n'
        f'\n      <div class="body">\n\n<div class="pull_right date details" title="{at}">\n18:04'
        f"\n       </div>\n{sender}{inner}{words}\n      </div>\n\n     </div>\n"
    )


def service(id: object, sentence: str, more: str = "") -> str:
    """Write a service row or, with a negative id and a date, a separator."""
    return (
        f'\n     <div class="message service" id="message{id}">\n\n      <div class="body details">'
        f"\n{sentence}\n      </div>\n{more}\n     </div>\n"
    )


def page(*rows: str, title: str = "技术群") -> str:
    """Write a page around rows."""
    return (
        "<!DOCTYPE html>\n<html>\n\n <head>\n\n"
        '  <meta charset="utf-8"/>\n<title>Exported Data</title>\n</head>\n\n'
        ' <body onload="CheckLocation();">\n\n  <div class="page_wrap">\n\n'
        '   <div class="page_header">\n\n    <div class="content">\n\n'
        '     <div class="text bold">\n'
        f"{title} \n     </div>\n\n    </div>\n\n   </div>\n\n"
        '   <div class="page_body chat_page">\n\n    <div class="history">\n'
        + "".join(rows)
        + "\n    </div>\n\n   </div>\n\n  </div>\n\n </body>\n\n</html>\n"
    )


def put(folder: Path, content: str | bytes, name: str = "messages.html") -> ExportFile:
    """Write a file and return it as a reader is given it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = Folder(folder, folder.name, Meter()).find(name)
    assert found is not None
    return found


def records(folder: Path, *rows: str, options: Options | None = None) -> list[AnyRecord]:
    """Read a page of these rows."""
    return list(read(put(folder, page(*rows)), options or Options()))


def messages(folder: Path, *rows: str, options: Options | None = None) -> list[Message]:
    """Read a page of these rows; nothing may be rejected."""
    found = records(folder, *rows, options=options)
    assert not [record for record in found if isinstance(record, Rejected)]
    return [record for record in found if isinstance(record, Message)]


def message(folder: Path, *rows: str, options: Options | None = None) -> Message:
    """Read a page of one message."""
    (only,) = messages(folder, *rows, options=options)
    return only


def claims(file: ExportFile) -> bool:
    return sniff(file, file.head())


def test_first_page_is_claimed_and_its_followers_are_not(tmp_path: Path) -> None:
    first = put(tmp_path, page(row(1)))
    second = put(tmp_path, page(row(2)), "messages2.html")
    assert NAME == "telegram-html"
    assert claims(first)
    assert not claims(second)


def test_lowest_page_is_claimed_when_the_first_is_gone(tmp_path: Path) -> None:
    third = put(tmp_path, page(row(3)), "messages3.html")
    assert claims(third)
    second = put(tmp_path, page(row(2)), "messages2.html")
    assert claims(second)
    assert not claims(third)


def test_page_of_another_name_is_claimed_when_it_stands_alone(tmp_path: Path) -> None:
    lone = put(tmp_path, page(row(1)), "chat.html")
    assert claims(lone)
    put(tmp_path, page(row(1)))
    assert not claims(lone)


def test_messages_html_of_another_program_does_not_hide_the_pages(tmp_path: Path) -> None:
    put(tmp_path, "<html><body>an index</body></html>")
    assert claims(put(tmp_path, page(row(2)), "messages2.html"))


@pytest.mark.parametrize(
    "content",
    [
        '<ul><li class="message type-message" id="5"><a class="username">a</a></li></ul>',
        '<div class="page_wrap"><div class="page_body"><a class="section">Chats</a></div></div>',
        '<div class="message">Thank you for your order</div>',
        '<div class="message-list"><div class="from_name">a</div></div>',
        "",
    ],
)
def test_other_html_is_not_claimed(tmp_path: Path, content: str) -> None:
    assert not claims(put(tmp_path, content))


def test_only_html_is_claimed(tmp_path: Path) -> None:
    assert not claims(put(tmp_path, page(row(1)), "messages.json"))


def test_page_with_a_byte_order_mark_or_in_utf_16_is_read(tmp_path: Path) -> None:
    for encoding in ("utf-8-sig", "utf-16"):
        file = put(tmp_path, page(row(1, "你好")).encode(encoding))
        assert claims(file)
        found = list(read(file, Options()))
        assert [m.text for m in found if isinstance(m, Message)] == ["你好"]
        assert isinstance(found[0], Group)
        assert found[0].title == "技术群"


def test_pages_are_read_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for number in (10, 2, 3):
        put(tmp_path, page(row(number)), f"messages{number}.html")
    found = records(tmp_path, row(1))
    assert [m.id for m in found if isinstance(m, Message)] == ["1", "2", "3", "10"]
    assert [type(record) for record in found].count(Group) == 1
    (missing,) = [record for record in found if isinstance(record, Rejected)]
    assert missing.where == "messages4.html to messages9.html"


def test_page_of_another_name_is_read_alone(tmp_path: Path) -> None:
    put(tmp_path, page(row(2)), "messages2.html")
    found = list(read(put(tmp_path, page(row(1)), "chat.html"), Options()))
    assert [m.id for m in found if isinstance(m, Message)] == ["1"]


def test_group_is_proposed_by_the_title_of_the_page(tmp_path: Path) -> None:
    group = records(tmp_path, row(1))[0]
    key = title_key("telegram", "技术群")
    assert group == Group(key=key, title="技术群", title_only=True, kind="group")


def test_group_named_by_the_person_importing_is_taken(tmp_path: Path) -> None:
    title = records(tmp_path, row(1), options=Options(group="老群"))[0]
    assert title == Group(key=title_key("telegram", "老群"), title="老群", title_only=True)
    found = records(tmp_path, row(1), options=Options(group="telegram:-100123"))
    assert found[0] == Group(key="telegram:-100123", title="技术群")
    assert {record.group_key for record in found if isinstance(record, Member | Message)} == {
        "telegram:-100123"
    }


def test_group_without_a_title_is_called_after_its_file(tmp_path: Path) -> None:
    bare = f'<html><body><div class="history">{row(1)}</div></body></html>'
    group = next(read(put(tmp_path, bare, "friends.html"), Options()))
    assert isinstance(group, Group)
    assert group.title == "friends"


def test_chat_without_messages_is_a_group_without_messages(tmp_path: Path) -> None:
    found = records(tmp_path, service(-1, "No exported messages"))
    assert [type(record) for record in found] == [Group]


def test_file_without_rows_is_refused_with_a_hint(tmp_path: Path) -> None:
    for content in ("", "<html><body><p>nothing</p></body></html>"):
        with pytest.raises(ExportError) as refusal:
            list(read(put(tmp_path, content), Options()))
        assert "messages.html" in refusal.value.what
        assert refusal.value.hint
