"""The page of each month of a group: its days, and what was shared in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from markupsafe import Markup
from msgspec.structs import asdict
from starlette.responses import Response

from archive import calendar
from archive.groups import get_group
from web.day_parts import DayWriter
from web.environment import TEMPLATES
from web.publish.book import Book, Page
from web.publish.frame import STEM, Frame, Marks, twin_beside
from web.publish.places import Places, day_file
from web.publish.shelves import ShelfPages


class _MonthParts(msgspec.Struct, frozen=True):
    name: str
    said: str
    year: str
    days: Markup
    shelves: Markup
    near: Markup


class MonthPages:
    """Makes the pages of one group."""

    def __init__(self, book: Book, group_key: str) -> None:
        self._book = book
        self._shelves = ShelfPages(book, group_key)
        self._group = get_group(book.db, book.reader, group_key)
        self._months = list(book.standing.groups[self._group.key].months())
        self._to = Places(book, day_file(self._group.key, "2000-01"))
        self._visit = visit = book.visit(f"/g/{self._group.key}", self._to)
        self._words = visit.words
        self._writer = DayWriter(self._group, visit.words, self._to, visit.talk)
        self._parts: Any = TEMPLATES.get_template("parts/month.html").module
        self._frame = Frame((*_MonthParts.__struct_fields__, STEM), self._shell)

    def _shell(self, marks: Marks) -> Response:
        self._to.here = day_file(self._group.key, marks.pop(STEM))
        return self._visit.page("month.html", group=self._group, d=_MonthParts(**marks))

    def pages(self, month: str) -> Iterator[Page]:
        """Make the page of a month, `2026-11`, and those of what was shared in it."""
        yield self._page(month)
        yield from self._shelves.pages(month)

    def _page(self, month: str) -> Page:
        words, to, key = self._words, self._to, self._group.key
        layers = calendar.days(self._book.db, self._book.reader, key, month)
        at = self._months.index(month)
        beside = self._months[max(at - 1, 0) : at], self._months[at + 1 : at + 2]
        parts = _MonthParts(
            name=words.month(month),
            said=words("count.messages", n=sum(layer.messages for layer in layers)),
            year=to.part_of_group(key, "calendar", year=month[:4]),
            days=self._writer.month(layers, ()),
            shelves=self._parts.shelves(self._shelves.of(month)),
            near=self._parts.near(month, *beside, to, words, key),
        )
        told = {
            "group": self._group, "name": parts.name, "said": parts.said, "days": layers,
            "shelves": self._shelves.of(month), "earlier": beside[0], "later": beside[1],
        }  # fmt: skip
        html = self._frame.filled({**asdict(parts), STEM: month})
        return Page(day_file(key, month), html, twin_beside(self._visit, "month", told))
