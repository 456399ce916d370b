"""The work of a publishing in pieces for any process: days of a group, tags, all the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

import msgspec

from web.assets import STATIC
from web.publish.book import Book, Page
from web.publish.days import DayPages
from web.publish.places import file_of, twin_file
from web.publish.search_page import SCRIPTS
from web.publish.state import Asked, Made
from web.publish.told import told

_STATIC = ("style.css", "page.js", "icon.svg", *SCRIPTS)

REST, LEFT = "rest", "left"
"""Pieces by name: what is found by following links from the first page, and what others link."""


class Rest(msgspec.Struct, frozen=True, tag=True):
    """Every page that is found by following links from the first one, but tags, groups and days."""


class Group(msgspec.Struct, frozen=True, tag=True):
    """A group's pages without its days."""

    key: str


class Tags(msgspec.Struct, frozen=True, tag=True):
    """The pages of these tags."""

    names: tuple[str, ...]


class Months(msgspec.Struct, frozen=True, tag=True):
    """The days of some months of a group."""

    key: str
    months: tuple[str, ...]


class Left(msgspec.Struct, frozen=True, tag=True):
    """Pages that others link, and that were found nowhere else."""

    roots: tuple[Asked, ...]


Piece = Rest | Group | Tags | Months | Left


def group_name(key: str) -> str:
    """Return under which name a group's pages are made."""
    return f"g {key}"


def month_name(key: str, month: str) -> str:
    """Return under which name a month of a group is made."""
    return f"d {key} {month}"


def tag_name(name: str) -> str:
    """Return under which name a tag's pages are made."""
    return f"t {name}"


def owner_of(asked: Asked) -> str:
    """Return under which name a page is made."""
    parts, query = asked
    group = dict(query).get("group")
    if parts[:1] == ("g",):
        return group_name(parts[1])
    if group is not None:
        return group_name(group)
    return tag_name(parts[1]) if parts[:1] == ("tag",) else REST


class Maker:
    """Makes the pages of pieces; keeps what the days of a group have in common."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._days: tuple[str, DayPages] | None = None

    def make(self, piece: Piece, put: Callable[[Page], bytes]) -> Iterator[tuple[str, Made]]:
        """Make a piece and give each page to `put`, which returns its hash; yield what was made
        under each name."""
        if isinstance(piece, Months):
            days = self._of_group(piece.key)
            for month in piece.months:
                yield month_name(piece.key, month), self._made(days.pages(month), put)
        elif isinstance(piece, Tags):
            for name in piece.names:
                yield tag_name(name), self._followed([(("tag", name), ())], tag_name(name), put)
        elif isinstance(piece, Group):
            name = group_name(piece.key)
            yield name, self._followed([(("g", piece.key), ())], name, put)
        elif isinstance(piece, Left):
            yield LEFT, self._followed(piece.roots, "", put)
        else:
            made = self._followed([((), ())], REST, put)
            for page in chain(_static_files(), told(self._book)):
                made.files[page.file] = put(page)
            yield REST, made

    def _of_group(self, key: str) -> DayPages:
        if self._days is None or self._days[0] != key:
            self._days = (key, DayPages(self._book, key))
        return self._days[1]

    def _followed(self, roots: Sequence[Asked], owner: str, put: Callable[[Page], bytes]) -> Made:
        """Make these pages, and those they lead to that are made under the same name."""

        def pages() -> Iterator[Page]:
            made: set[str] = set()
            while fresh := [
                one for one in book.wanted
                if (one in roots or owner_of(one) == owner) and file_of(one) not in made
            ]:  # fmt: skip
                for asked in fresh:
                    made.add(file_of(asked))
                    yield book.page(asked)

        book = self._book
        book.wanted = dict.fromkeys(roots, 0)
        return self._made(pages(), put, fresh=False)

    def _made(
        self, pages: Iterator[Page], put: Callable[[Page], bytes], fresh: bool = True
    ) -> Made:
        book = self._book
        if fresh:
            book.wanted = {}
        book.files = {}
        files = {file.file: put(file) for page in pages for file in _with_twin(page)}
        # what another process makes is known there; here only that it is linked
        links = tuple(asked for asked in book.wanted if file_of(asked) not in files)
        return Made(files, book.files, links)


def _with_twin(page: Page) -> Iterator[Page]:
    yield page
    if page.twin:
        yield Page(twin_file(page.file), page.twin)


def _static_files() -> Iterator[Page]:
    for name in _STATIC:
        yield Page(f"s/{name}", STATIC[name].body)
