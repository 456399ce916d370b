"""Telegram Desktop HTML: what is broken is named, and everything else is read (faults 9, 10, 20,
21)."""

from __future__ import annotations

import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_telegram_html import SEPARATOR, page, put, records, row, service

from adapters.exports.format import ExportError, Options
from adapters.exports.telegram_html import read
from adapters.exports.telegram_html.page import pieces
from archive.records import AnyRecord, Group, Message, Rejected

ROWS = (
    service(-1, SEPARATOR),
    service(1, "张三 created group &laquo;技术群&raquo;"),
    row(2, "第一句 <strong>粗</strong><br>第二行"),
    row(3, "😀 emoji", name=None),
    service(4, '李四 pinned <a href="#go_to_message2">this message</a>'),
    row(5, 'a &lt;div class="message default" id="message9"&gt; b', name="李四"),
    row(6, None, inner='<div class="media_wrap"><a class="photo_wrap" href="p.jpg"></a></div>'),
)
WHOLE = page(*ROWS).encode()


def read_bytes(content: bytes, options: Options | None = None) -> list[AnyRecord]:
    with tempfile.TemporaryDirectory() as folder:
        return list(read(put(Path(folder), content), options or Options()))


def said(found: list[AnyRecord]) -> list[tuple[str | None, str, str | None]]:
    return [(m.id, m.text, m.sender_name) for m in found if isinstance(m, Message)]


def rejected(found: list[AnyRecord]) -> list[str]:
    return [record.where for record in found if isinstance(record, Rejected)]


@settings(deadline=None, max_examples=400)
@given(st.integers(0, len(WHOLE)))
def test_page_cut_at_any_byte_gives_the_rows_before_the_cut(cut: int) -> None:
    try:
        found = read_bytes(WHOLE[:cut])
    except ExportError:
        assert cut < WHOLE.index(b'id="message-1"')
        return
    whole = said(read_bytes(WHOLE))
    assert said(found) == whole[: len(said(found))]
    ended = b"</html" in WHOLE[:cut]
    assert len(rejected(found)) == (0 if ended else 1)


@settings(deadline=None, max_examples=300)
@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=8))
def test_page_with_any_bytes_overwritten_does_not_crash(at: int, junk: bytes) -> None:
    try:
        found = read_bytes(WHOLE[:at] + junk + WHOLE[at + len(junk) :])
    except ExportError as refusal:
        assert refusal.what
        return
    assert isinstance(found[0], Group)
    for message in found:
        if isinstance(message, Message):
            assert all(s.start + s.length <= len(message.text) for s in message.spans)


@settings(deadline=None)
@given(st.lists(st.integers(1, 200), min_size=1, max_size=40))
def test_rows_are_the_same_however_the_page_is_read(sizes: list[int]) -> None:
    def blocks() -> Iterator[bytes]:
        at = 0
        for size in sizes:
            yield WHOLE[at : at + size]
            at += size
        yield WHOLE[at:]

    cut = list(pieces(blocks()))
    assert b"".join(cut) == WHOLE
    assert len(cut) == 1 + len(ROWS)


def test_row_without_its_end_is_rejected_and_the_others_are_read(tmp_path: Path) -> None:
    broken = row(2, "cut").rpartition("</div>")[0]
    found = records(tmp_path, row(1), broken, row(3))
    assert [id for id, *_ in said(found)] == ["1", "3"]
    assert rejected(found) == ["message 2 of messages.html"]


def test_formatting_that_is_never_closed_ends_with_its_row(tmp_path: Path) -> None:
    found = records(tmp_path, row(1, "a <strong>b <em>c"), row(2, "d"))
    assert [text.rstrip() for _, text, _ in said(found)] == ["a b c", "d"]
    assert not rejected(found)


@pytest.mark.parametrize("tag", ["div", "b", "blockquote", "x-y"])
def test_nesting_without_end_is_rejected_in_no_time(tmp_path: Path, tag: str) -> None:
    deep = f"<{tag}>" * 100_000
    started = time.perf_counter()
    for inside in (deep, deep + f"</{tag}>" * 100_000):
        found = records(tmp_path, row(1), row(2, inside), row(3))
        assert [id for id, *_ in said(found)] == ["1", "3"]
        assert rejected(found) == ["message 2 of messages.html"]
    assert time.perf_counter() - started < 10


@pytest.mark.parametrize(
    "junk", ["<div " * 300_000, "<!--" * 300_000, "<" * 1_500_000, '<a title="' * 150_000,
             "<div class=" + " class" * 200_000, "</div>" * 200_000, "&#" * 500_000]
)  # fmt: skip
def test_junk_is_read_in_linear_time(tmp_path: Path, junk: str) -> None:
    started = time.perf_counter()
    found = records(tmp_path, row(1), row(2, junk), row(3))
    assert said(found)[0][0] == "1"
    assert time.perf_counter() - started < 10


def test_deep_nesting_before_the_first_row_is_survived(tmp_path: Path) -> None:
    content = page(row(1)).replace("<body", "<div>" * 100_000 + "<body")
    found = list(read(put(tmp_path, content), Options()))
    assert [id for id, *_ in said(found)] == ["1"]


def test_message_of_a_megabyte_and_of_ten_thousand_lines_is_kept(tmp_path: Path) -> None:
    long, lines = "字" * 350_000, "<br>".join(["行"] * 10_000)
    found = records(tmp_path, row(1, long), row(2, lines))
    assert [len(text) for _, text, _ in said(found)] == [350_000, 19_999]


def test_row_of_many_megabytes_is_rejected_and_the_others_are_read(tmp_path: Path) -> None:
    found = records(tmp_path, row(1), row(2, "x<br>" * 1_200_000), row(3))
    assert [id for id, *_ in said(found)] == ["1", "3"]
    assert [(r.where, r.why) for r in found if isinstance(r, Rejected)] == [
        ("message 2 of messages.html", "it is larger than 4 MB")
    ]


def test_memory_does_not_grow_with_the_page(tmp_path: Path) -> None:
    file = put(tmp_path, page(*(row(n, "字" * 300) for n in range(1, 12_000))))
    assert file.size > 12_000_000
    tracemalloc.start()
    count = sum(isinstance(record, Message) for record in read(file, Options()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 11_999
    assert peak < 4_000_000


def test_row_with_bytes_that_are_no_text_is_rejected(tmp_path: Path) -> None:
    content = page(row(1), row(2, "BAD"), row(3, "好")).encode()
    for bad in (b"\xff\xfe", "坏".encode("gb18030"), b"\xed\xa0\x80"):
        found = list(read(put(tmp_path, content.replace(b"BAD", bad)), Options()))
        assert [id for id, *_ in said(found)] == ["1", "3"]
        (fault,) = [record for record in found if isinstance(record, Rejected)]
        assert fault.where == "message 2 of messages.html"
        assert "encoding" in fault.why


def test_page_in_another_encoding_is_refused_until_it_is_named(tmp_path: Path) -> None:
    file = put(tmp_path, page(row(1, "你好")).encode("gb18030"))
    with pytest.raises(ExportError) as refusal:
        list(read(file, Options()))
    assert "encoding" in refusal.value.what
    found = list(read(file, Options(encoding="gb18030")))
    assert isinstance(found[0], Group)
    assert (found[0].title, said(found)) == ("技术群", [("1", "你好", "张三")])


def test_bytes_that_the_named_encoding_has_not_are_rejected(tmp_path: Path) -> None:
    content = page(row(1, "好"), row(2, "BAD")).encode("gb18030").replace(b"BAD", b"\xff\xff")
    found = list(read(put(tmp_path, content), Options(encoding="gb18030")))
    assert said(found) == [("1", "好", "张三")]
    assert rejected(found) == ["message 2 of messages.html"]


def test_unknown_encoding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError):
        list(read(put(tmp_path, page(row(1))), Options(encoding="klingon")))


def test_following_page_that_is_empty_is_named(tmp_path: Path) -> None:
    put(tmp_path, b"", "messages2.html")
    found = records(tmp_path, row(1))
    assert rejected(found) == ["the end of messages2.html"]


def test_following_page_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    put(tmp_path, page(row(2)), "messages2.html")
    put(tmp_path, page(row(3)), "messages3.html")
    reading = read(put(tmp_path, page(row(1))), Options())
    found = [next(reading)]
    (tmp_path / "messages2.html").unlink()
    found += reading
    assert [id for id, *_ in said(found)] == ["1", "3"]
    assert rejected(found) == ["messages2.html"]


@pytest.mark.parametrize("id", ["99999999999999999999999", "0", "x' onclick='y", "-"])
def test_strange_ids_hold_within_the_file_only(tmp_path: Path, id: str) -> None:
    (found,) = [m for m in records(tmp_path, row(id)) if isinstance(m, Message)]
    assert found.id is None
    assert found.local_id
