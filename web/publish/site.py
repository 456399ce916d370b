"""The work of a publishing in pieces for any process: days of a group, tags, all the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import msgspec

from web.assets import STATIC
from web.publish.book import Book, Page
from web.publish.days import DayPages
from web.publish.places import Asked, file_of

_MESSAGES = 8_000
"""Of a piece of a group's days, about."""
_TAGS = 200
_STATIC = ("style.css", "page.js", "icon.svg")


class Rest(msgspec.Struct, frozen=True, tag=True):
    """Every page that is found by following links from the first one, without tags and days."""


class Tags(msgspec.Struct, frozen=True, tag=True):
    """The pages of these tags."""

    names: tuple[str, ...]


class Days(msgspec.Struct, frozen=True, tag=True):
    """A group's days from one number to before another."""

    group_key: str
    first: int
    end: int


Piece = Rest | Tags | Days


def pieces(book: Book) -> list[Piece]:
    """Part the whole site, the long pieces first."""
    names = sorted(set(book.tags.values()))
    tags = [Tags(tuple(names[at : at + _TAGS])) for at in range(0, len(names), _TAGS)]
    return [Rest(), *tags, *_days(book)]


def _days(book: Book) -> Iterator[Days]:
    for group in book.standing.groups.values():
        ends, said = [0], 0
        for number, messages in enumerate(group.days.values(), 1):
            said += messages
            if said >= _MESSAGES or number == len(group.days):
                ends.append(number)
                said = 0
        for first, end in pairwise(ends):
            yield Days(group.key, first, end)


class Maker:
    """Makes the pages of pieces; keeps what the days of a group have in common."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._group: tuple[str, DayPages] | None = None

    def pages(self, piece: Piece) -> Iterator[Page]:
        """Make the pages of a piece, one after another."""
        if isinstance(piece, Days):
            yield from self._of_group(piece.group_key).pages(piece.first, piece.end)
        elif isinstance(piece, Tags):
            roots = [(("tag", name), ()) for name in piece.names]
            yield from self._followed(roots, _is_tag)
        else:
            yield from _static_files()
            yield from self._followed([((), ())], lambda asked: not _is_tag(asked))

    def _of_group(self, key: str) -> DayPages:
        if self._group is None or self._group[0] != key:
            self._group = (key, DayPages(self._book, key))
        return self._group[1]

    def _followed(self, roots: Sequence[Asked], takes: Callable[[Asked], bool]) -> Iterator[Page]:
        """Make these pages, and those they lead to, one level after another."""
        book = self._book
        book.wanted.clear()
        made: set[str] = set()
        for asked in roots:
            book.want(asked)
        while fresh := [one for one in book.wanted if takes(one) and file_of(one) not in made]:
            for asked in fresh:
                made.add(file_of(asked))
                yield book.page(asked)


def _is_tag(asked: Asked) -> bool:
    return asked[0][:1] == ("tag",)


def _static_files() -> Iterator[Page]:
    for name in _STATIC:
        yield Page(f"s/{name}", STATIC[name].body)
