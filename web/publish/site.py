"""The work of a publishing in pieces for any process: days of a group, tags, all the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

import msgspec

from web.assets import STATIC
from web.publish.book import Book, Page
from web.publish.days import DayPages
from web.publish.months import MonthPages
from web.publish.places import file_of, twin_file
from web.publish.search_page import SCRIPTS
from web.publish.state import Asked, Made
from web.publish.tag_pages import TagPages
from web.publish.told import told

_STATIC = ("style.css", "page.js", "icon.svg", *SCRIPTS)

LEFT = "left"
"""The name of what others link and nothing else made."""
FILES, TOLD = "s", "told"
"""The site's own files; feeds and sitemaps."""
_HOME = "home"
_FAMILIES = {"t": "threads", "column": "contents", "q": "questions", "digest": "digests"}
"""Pages that belong to the list they are found in, by how their paths begin."""


class Rest(msgspec.Struct, frozen=True, tag=True):
    """Every page that is found by following links from the first one, but tags, groups and days."""


class Group(msgspec.Struct, frozen=True, tag=True):
    """A group's pages without its days."""

    key: str


class Some(msgspec.Struct, frozen=True, tag=True):
    """Of both of these, the pages that are made under some names, found from the first of each."""

    names: tuple[str, ...]
    roots: tuple[Asked, ...]


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


Put = Callable[[Page], bytes]
Piece = Rest | Group | Some | Tags | Months | Left


def group_name(key: str, family: str = "") -> str:
    """Return under which name a group's pages of a family are made."""
    return f"g {family} {key}"


def rest_name(family: str) -> str:
    """Return under which name pages of no group are made."""
    return f"r {family}"


def family_of(name: str) -> str:
    """Return the family of pages that are made under a name; empty for a group's own page."""
    return name.split(" ", 2)[1] if name[:2] in ("g ", "r ") else ""


def group_of(name: str) -> str:
    """Return whose pages are made under a name; empty for those of no group."""
    return name.split(" ", 2)[2] if name.startswith("g ") else ""


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
        return group_name(parts[1], parts[2] if len(parts) > 2 else "")
    if parts[:1] == ("tag",):
        return tag_name(parts[1])
    family = _FAMILIES.get(parts[0], parts[0]) if parts else _HOME
    if family == "essence" and len(parts) > 1:
        family = "posts"
    return rest_name(family) if group is None else group_name(group, family)


class Maker:
    """Makes the pages of pieces; keeps what the days of a group have in common."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._group = ""
        self._pages: tuple[DayPages, MonthPages]

    def make(self, piece: Piece, put: Put) -> Iterator[tuple[str, Made]]:
        """Make a piece and give each page to `put`, which returns its hash; yield what was made
        under each name."""
        self._book.wanted = {}
        if isinstance(piece, Months):
            days, months = self._of_group(piece.key)
            for month in piece.months:
                pages = chain(months.pages(month), days.pages(month))
                yield month_name(piece.key, month), self._made(pages, put)
        elif isinstance(piece, Tags):
            few = TagPages(self._book, piece.names)
            for name in piece.names:
                own = tag_name(name)
                if few.has(name):
                    yield own, self._made(few.page(name), put)
                else:
                    yield from self._followed([(("tag", name), ())], own.__eq__, put)
        elif isinstance(piece, Group):
            of_group = lambda name: group_of(name) == piece.key  # noqa: E731
            yield from self._followed([(("g", piece.key), ())], of_group, put)
        elif isinstance(piece, Some):
            yield from self._followed(piece.roots, set(piece.names).__contains__, put)
            yield TOLD, self._put(told(self._book), put)
        elif isinstance(piece, Left):
            made = self._followed(piece.roots, lambda _: False, put)
            yield LEFT, together(one for _, one in made)
        else:
            yield from self._followed([((), ())], lambda name: name.startswith("r "), put)
            yield TOLD, self._put(told(self._book), put)
            yield FILES, self._put(_static_files(), put)

    def _of_group(self, key: str) -> tuple[DayPages, MonthPages]:
        if self._group != key:
            self._group = key
            self._pages = DayPages(self._book, key), MonthPages(self._book, key)
        return self._pages

    def _followed(
        self, roots: Sequence[Asked], owns: Callable[[str], bool], put: Put
    ) -> Iterator[tuple[str, Made]]:
        """Make these pages, and those they lead to that are made under names of the same kind."""
        book = self._book
        book.wanted = dict.fromkeys(roots)
        made: dict[str, dict[Asked, Made]] = {}
        files: set[str] = set()
        while fresh := [
            one for one in book.wanted
            if (one in roots or owns(owner_of(one))) and file_of(one) not in files
        ]:  # fmt: skip
            for asked in fresh:
                files.add(file_of(asked))
                one = self._made(map(book.page, (asked,)), put)
                made.setdefault(owner_of(asked), {})[asked] = one
        for name, pages in made.items():
            yield name, together(pages.values(), tuple(pages))

    def _made(self, pages: Iterable[Page], put: Put) -> Made:
        book = self._book
        book.linked, book.files = {}, {}
        files = {file.file: put(file) for page in pages for file in _with_twin(page)}
        # what another process makes is known there; here only that it is linked
        links = tuple(asked for asked in book.linked if file_of(asked) not in files)
        return Made(files, book.files, links)

    def _put(self, pages: Iterable[Page], put: Put) -> Made:
        self._book.linked, self._book.files = {}, {}
        return Made({page.file: put(page) for page in pages}, self._book.files)


def together(parts: Iterable[Made], pages: tuple[Asked, ...] = ()) -> Made:
    """Return what was made in parts, which are these pages."""
    every = Made({}, {}, (), pages)
    links: dict[Asked, None] = {}
    for one in parts:
        every.files |= one.files
        every.media |= one.media
        links.update(dict.fromkeys(one.links))
    every.links = tuple(asked for asked in links if file_of(asked) not in every.files)
    return every


def _with_twin(page: Page) -> Iterator[Page]:
    yield page
    if page.twin:
        yield Page(twin_file(page.file), page.twin)


def _static_files() -> Iterator[Page]:
    for name in _STATIC:
        yield Page(f"s/{name}", STATIC[name].body)
