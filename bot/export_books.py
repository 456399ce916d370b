"""Takes a column or essence out as a book."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Literal

from archive.audit import note
from archive.columns import list_columns
from archive.database import Archive
from archive.errors import ArchiveError, NotFound
from archive.groups import find_group
from archive.text import normalise
from bot.export_places import FilePlace, Place, placed_at
from bot.exporting import Exported, Wanted, groups_wanted
from web.books import markdown
from web.books.book import Book, Picture, of_column, of_essence
from web.books.epub import write_epub
from web.words import Words, words_in

BookForm = Literal["markdown", "epub"]
_SINGLE: dict[BookForm, tuple[str, ...]] = {"markdown": (".md",), "epub": (".epub",)}


def export_book(
    archive: Archive,
    out: Path,
    form: BookForm,
    wanted: Wanted,
    column: str | None = None,
    language: str = "zh",
    by: str = "operator",
) -> Exported:
    """Write a column, by title or number, or all essence. Raises ArchiveError."""
    began, words = time.monotonic(), words_in(language)
    if form == "epub" and out.suffix.lower() != ".epub":
        raise ArchiveError(f"{out} is no name for an EPUB.", "let it end in .epub")
    with archive.reading() as db:
        book = _book(db, wanted, column, words)
    if not book.chapters:
        raise ArchiveError("there is no essence this reader may see.", "mark some: /essence")
    with placed_at(out, _SINGLE[form]) as place:
        with archive.writing() as db:
            note(db, by, "export", form, column or ", ".join(wanted.groups)[:500])
        done = Exported(
            sum(len(chapter.essence.messages) for chapter in book.chapters),
            len({m.group_key for c in book.chapters for m in c.essence.messages}),
        )
        if isinstance(place, FilePlace) and form == "epub":
            done.files = write_epub(book, place.path, archive.media, words)
        else:
            done.files = _write_markdown(book, place, archive, words, wanted.media)
    done.seconds = time.monotonic() - began
    return done


def _write_markdown(
    book: Book, place: Place, archive: Archive, words: Words, with_media: bool
) -> int:
    found: dict[str, Picture] = {}

    def placed(picture: Picture) -> str | None:
        if not (with_media and place.takes_files):
            return None
        found[picture.name] = picture
        return f"media/{picture.name}"

    place.write("book.md", markdown.pieces(book, archive.media, words, placed))
    return sum(place.copy(f"media/{name}", picture.path) for name, picture in found.items())


def _book(db: sqlite3.Connection, wanted: Wanted, column: str | None, words: Words) -> Book:
    if column is not None:
        return of_column(db, wanted.reader, _column(db, wanted, column))
    groups = groups_wanted(db, wanted)
    kept = words("site.essence")
    title = f"{groups[0].title} · {kept}" if len(groups) == 1 else kept
    keys = [group.key for group in groups]
    return of_essence(db, wanted.reader, title, keys, wanted.first, wanted.end)


def _column(db: sqlite3.Connection, wanted: Wanted, named: str) -> int:
    key = find_group(db, wanted.reader, wanted.groups[0]).key if wanted.groups else None
    there = list_columns(db, wanted.reader, key)
    found = [one for one in there if normalise(one.title) == normalise(named.strip())]
    found = found or [one for one in there if str(one.id) == named.strip()]
    if not found:
        raise NotFound(f"there is no column {named}.", "see: chendian columns")
    if len(found) > 1:
        raise ArchiveError(f"{len(found)} columns are called {named}.", "add --group GROUP")
    return found[0].id
