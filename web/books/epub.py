"""A book as EPUB 3: one file that any reader of books opens, also offline."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from pathlib import Path

from markupsafe import Markup

from archive.store import MediaStore
from web.books.book import Book, Picture, pictures_of
from web.books.xhtml import Scribe, headed, page
from web.words import Words

_CONTAINER = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
    '<rootfiles><rootfile full-path="EPUB/package.opf"'
    ' media-type="application/oebps-package+xml"/></rootfiles></container>\n'
)
_STYLE = (
    "body{line-height:1.7;margin:1em}h1{font-size:1.4em}img{max-width:100%;height:auto}\n"
    ".about,.who,.file{color:#666}.edited{border-bottom:1px solid #ccc}\n"
    "blockquote{border-left:3px solid #ccc;margin:0 0 0 .5em;padding-left:.8em}\n"
)
_PACKAGE = Markup(
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id"'
    ' xml:lang="{lang}">\n<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
    '<dc:identifier id="id">{id}</dc:identifier><dc:title>{title}</dc:title>'
    "<dc:language>{lang}</dc:language>"
    '<meta property="dcterms:modified">{modified}</meta></metadata>\n'
    "<manifest>{manifest}</manifest>\n<spine>{spine}</spine>\n</package>\n"
)
_ITEM = Markup('\n<item id="{id}" href="{href}" media-type="{mime}"{more}/>')
_XHTML = "application/xhtml+xml"


def write_epub(book: Book, target: Path, store: MediaStore, words: Words) -> int:
    """Write a book to a new file; return how many pictures are in it."""
    pictures: dict[str, Picture] = {}
    scribe = Scribe(words)
    with zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED) as packed:
        # first and as it is: by this a reader knows what it opens
        packed.writestr(zipfile.ZipInfo("mimetype"), "application/epub+zip")
        packed.writestr("META-INF/container.xml", _CONTAINER)
        for number, chapter in enumerate(book.chapters, 1):
            for message in chapter.essence.messages:
                pictures |= pictures_of(message, store)
            packed.writestr(f"EPUB/chapter-{number}.xhtml", scribe.chapter(chapter, pictures))
        packed.writestr("EPUB/nav.xhtml", _nav(book, words))
        packed.writestr("EPUB/style.css", _STYLE)
        packed.writestr("EPUB/package.opf", _package(book, pictures, words))
        for picture in pictures.values():
            packed.write(picture.path, f"EPUB/images/{picture.name}", zipfile.ZIP_STORED)
    return len(pictures)


def _nav(book: Book, words: Words) -> Markup:
    rows = Markup().join(
        Markup('\n<li><a href="chapter-{}.xhtml">{}</a></li>').format(
            number, headed(chapter.essence.title)
        )
        for number, chapter in enumerate(book.chapters, 1)
    )
    # a list that leads nowhere is none
    rows = rows or Markup('\n<li><a href="nav.xhtml">…</a></li>')
    body = Markup('<nav epub:type="toc" id="toc"><h1>{}</h1><ol>{}</ol></nav>').format(
        headed(book.title), rows
    )
    return page(words.lang, book.title, body)


def _package(book: Book, pictures: dict[str, Picture], words: Words) -> Markup:
    numbers = range(1, len(book.chapters) + 1)
    items = [
        _ITEM.format(id="nav", href="nav.xhtml", mime=_XHTML, more=Markup(' properties="nav"')),
        _ITEM.format(id="style", href="style.css", mime="text/css", more=""),
    ]
    items += [
        _ITEM.format(id=f"c{n}", href=f"chapter-{n}.xhtml", mime=_XHTML, more="") for n in numbers
    ]
    items += [
        _ITEM.format(id=f"i{n}", href=f"images/{one.name}", mime=one.mime, more="")
        for n, one in enumerate(pictures.values(), 1)
    ]
    return _PACKAGE.format(
        lang=words.lang,
        id=book.id,
        title=headed(book.title),
        modified=f"{datetime.fromtimestamp(book.modified, UTC):%Y-%m-%dT%H:%M:%SZ}",
        manifest=Markup().join(items),
        spine=Markup().join(
            [Markup('<itemref idref="nav"/>')]
            + [Markup('<itemref idref="c{}"/>').format(n) for n in numbers]
        ),
    )
