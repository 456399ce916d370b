"""Essence as a book: an EPUB that holds to the rules, and hostile words that are only words."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from lxml import etree
from pictures import bomb, drawn, saved

from archive.access import Reader, operator, public
from archive.columns import add
from archive.database import Archive
from archive.essence import mark
from archive.ids import HIGHEST, LOWEST
from archive.keep import keep
from archive.records import Attachment, Group, Message, Quote, Span
from web.books import markdown
from web.books.book import Book, of_column, of_essence
from web.books.epub import write_epub
from web.books.hrefs import written_out
from web.words import words_in

G, T0 = "telegram:-1", 1_790_000_000
BAD = "<script>alert(1)</script> ]]> &amp; \x00\x0b\ufffe ‮x [a](javascript:1)\n# h\n<img src=x>"
_XHTML, _OPF = "{http://www.w3.org/1999/xhtml}", "{http://www.idpf.org/2007/opf}"
_ALLOWED = {
    "html", "head", "meta", "title", "link", "body", "h1", "section", "p", "a", "br", "article",
    "small", "bdi", "blockquote", "img", "nav", "ol", "li",
}  # fmt: skip


@pytest.fixture
def kept(archive: Archive, tmp_path: Path) -> Archive:
    digests = []
    for data in (saved(drawn(9, 9), "PNG"), bomb(), b"<svg onload=alert(1)>"):
        (tmp_path / "p").write_bytes(data)
        with (tmp_path / "p").open("rb") as file:
            digests.append(archive.media.take(file).sha256)
    files = tuple(Attachment("photo", f"{BAD}.png", sha256=digest) for digest in digests)
    spans = (Span("link", 0, 2, "javascript:alert(1)"), Span("link", 3, 2, "https://e.org/?a=1&b"))
    said = [
        Message(G, "1", T0, "telegram:42", BAD, text=BAD, attachments=files, quote=Quote(BAD, BAD)),
        Message(G, "2", T0 + 1, "telegram:43", "李四", text="甲乙 丙丁 https://a.b/c 13812345678",
                spans=spans),
        Message(G, "3", T0 + 2, "telegram:43", "李四", kind="forward",
                nested=(Message(G, text=BAD, sender_name=BAD),)),
    ]  # fmt: skip
    with archive.writing() as db:
        keep(db, [Group(G, BAD), *said])
        mark(db, [f"{G}:1", f"{G}:3"], by="telegram:42", title=BAD[:50], reason=BAD, tags=("干货",))
        db.execute("UPDATE groups SET visibility = 'public'")
    return archive


def book(archive: Archive, reader: Reader | None = None) -> Book:
    with archive.reading() as db:
        return of_essence(db, reader or operator(), BAD, [G], LOWEST, HIGHEST)


def checked(path: Path) -> dict[str, bytes]:
    """Hold an EPUB to the rules of EPUB 3; return its parts."""
    with zipfile.ZipFile(path) as packed:
        first, *_ = packed.infolist()
        assert (first.filename, first.compress_type, first.extra) == ("mimetype", 0, b"")
        assert packed.testzip() is None and len(set(packed.namelist())) == len(packed.namelist())
        parts = {name: packed.read(name) for name in packed.namelist()}
    assert parts["mimetype"] == b"application/epub+zip"
    container = etree.fromstring(parts["META-INF/container.xml"])
    (root,) = container.iter("{*}rootfile")
    package = etree.fromstring(parts[root.get("full-path") or ""])
    assert package.get("version") == "3.0"
    (identifier,) = package.iter("{*}identifier")
    assert identifier.get("id") == package.get("unique-identifier") and identifier.text
    for name in ("title", "language"):
        assert next(e.text for e in package.iter(f"{{*}}{name}"))
    (modified,) = (e.text for e in package.iter(f"{_OPF}meta"))
    assert modified and len(modified) == 20 and modified.endswith("Z")
    items = {e.get("id"): e for e in package.iter(f"{_OPF}item")}
    listed = {f"EPUB/{e.get('href')}" for e in items.values()}
    assert listed == set(parts) - {"mimetype", "META-INF/container.xml", "EPUB/package.opf"}
    spine = [e.get("idref") for e in package.iter(f"{_OPF}itemref")]
    assert set(spine) <= set(items) and len(spine) == len(set(spine))
    assert [e.get("id") for e in items.values() if e.get("properties") == "nav"] == ["nav"]
    for item in items.values():
        if item.get("media-type") == "application/xhtml+xml":
            _check_page(parts, f"EPUB/{item.get('href')}")
    return parts


def _check_page(parts: dict[str, bytes], name: str) -> None:
    page = etree.fromstring(parts[name], etree.XMLParser(resolve_entities=False))
    for element in page.iter(etree.Element):
        assert element.tag.removeprefix(_XHTML) in _ALLOWED
        assert not [a for a in element.attrib if str(a).lower().startswith("on") or a == "style"]
        for attribute in ("src", "href"):
            where = element.get(attribute)
            if where is None:
                continue
            if element.tag == f"{_XHTML}a" and urlsplit(where).scheme:
                assert urlsplit(where).scheme in ("http", "https", "mailto")
            else:
                assert f"EPUB/{where}" in parts
        if element.tag == f"{_XHTML}img":
            assert element.get("alt")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_epub_holds_to_the_rules(kept: Archive, tmp_path: Path, language: str) -> None:
    path = tmp_path / "a.epub"
    assert write_epub(book(kept), path, kept.media, words_in(language)) == 1
    parts = checked(path)
    assert sum(name.startswith("EPUB/images/") for name in parts) == 1
    page = parts["EPUB/chapter-1.xhtml"].decode()
    assert "&lt;script&gt;" in page and "<script" not in page and "https://e.org/?a=1&amp;b" in page


def test_a_book_for_everybody_has_neither_names_nor_numbers(kept: Archive, tmp_path: Path) -> None:
    write_epub(book(kept, public()), tmp_path / "a.epub", kept.media, words_in("zh"))
    page = checked(tmp_path / "a.epub")["EPUB/chapter-1.xhtml"].decode()
    assert "李四" not in page and "13812345678" not in page and "匿名成员" in page


def test_markdown_is_only_words(kept: Archive) -> None:
    found = b"".join(
        markdown.pieces(book(kept), kept.media, words_in("zh"), lambda one: f"media/{one.name}")
    ).decode()
    assert found.count("](<media/") == 1 and "\\<script\\>" in found
    heads = [line for line in found.splitlines() if line.startswith("#")]
    assert len(heads) == 2 and "\x00" not in found
    assert not re.search(r"(?<!\\)\]\(javascript", found)


def test_a_column_is_a_book(kept: Archive) -> None:
    with kept.writing() as db:
        column, _ = add(db, "系列", f"{G}:1", by="x", about="注")
    with kept.reading() as db:
        found = of_column(db, operator(), column.id)
    assert found.title.startswith("系列") and [c.note for c in found.chapters] == ["注"]


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("https://a.b/%zz%41#a#b", "https://a.b/%25zz%41#a%23b"),
        ("HTTP://例え.jp/路?问", "http://xn--r8jz45g.jp/%E8%B7%AF?%E9%97%AE"),
        ("https://u:p@a.b:8/{x}|`", "https://a.b:8/%7Bx%7D%7C%60"),
        ("http://[::1]:80/", "http://[::1]:80/"),
        ("http://1.2.3.4/", "http://1.2.3.4/"),
        ("mailto:a@b.c?subject=<x>", "mailto:a@b.c?subject=%3Cx%3E"),
        *[(f"http://{bad}/", None) for bad in ("a..b", "a%25b", "1.2.3", "-a", "a b", "例" * 64)],
    ],
)
def test_addresses_are_written_as_books_must(said: str, written: str | None) -> None:
    assert written_out(said) == written
