"""What a group shared, in pages of its months: links, files, and what those who lead it said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from markupsafe import Markup
from msgspec.structs import asdict
from starlette.responses import Response

from archive.files import FileView
from archive.finding import links_of
from archive.groups import get_group
from archive.shared_links import SharedLink
from archive.shelves import Shelf, by_month, on_shelf
from archive.views import MessageView
from web.environment import TEMPLATES
from web.pages.files import file_row, link_row
from web.pages.voices import days_of
from web.publish.book import Book, Page
from web.publish.frame import STEM, Frame, Marks, twin_beside
from web.publish.places import Places, day_file, shelf_file

_ROWS = 150
"""Messages of a page."""
_KINDS = ("file", "audio", "video")
_TITLES: dict[Shelf, str] = {
    "links": "links.title",
    "files": "files.title",
    "voices": "group.voices",
}


class _ShelfParts(msgspec.Struct, frozen=True):
    title: str
    said: str
    month: str
    rows: Markup
    go_on: Markup


class ShelfPages:
    """Makes the pages of one group."""

    def __init__(self, book: Book, group_key: str) -> None:
        self._book = book
        self._group = group = get_group(book.db, book.reader, group_key)
        self._days = book.standing.groups[group.key]
        self._to = Places(book, shelf_file(group.key, "links", "2000-01"))
        self._visit = book.visit(f"/g/{group.key}", self._to)
        self._parts: Any = TEMPLATES.get_template("parts/shelf.html").module
        shelves: list[Shelf] = ["links", "files"]
        if book.reader.inside(group.key):
            shelves.append("voices")
        self._held = {
            shelf: by_month(on_shelf(book.db, book.reader, group.key, shelf), group.time_zone)
            for shelf in shelves
        }
        self._frames = {shelf: self._frame(shelf) for shelf, held in self._held.items() if held}

    def _frame(self, shelf: Shelf) -> Frame:
        def shell(marks: Marks) -> Response:
            self._to.here = day_file(self._group.key, marks.pop(STEM))
            return self._visit.page(
                "month_shelf.html", group=self._group, shelf=shelf, d=_ShelfParts(**marks)
            )

        return Frame((*_ShelfParts.__struct_fields__, STEM), shell)

    def of(self, month: str) -> list[tuple[str, str, int]]:
        """Return what there is of a month: what it is called, where, and of how many messages."""
        words, key = self._visit.words, self._group.key
        return [
            (words(_TITLES[shelf]), self._to.shelf(key, shelf, month), len(months[month]))
            for shelf, months in self._held.items()
            if month in months
        ]

    def pages(self, month: str) -> Iterator[Page]:
        """Make the pages of a month, `2026-11`."""
        for shelf, months in self._held.items():
            ids = months.get(month, [])
            for start in range(0, len(ids), _ROWS):
                views = self._book.loader.by_ids(ids[start : start + _ROWS])
                yield self._page(shelf, month, start // _ROWS + 1, views, len(ids))

    def _page(
        self, shelf: Shelf, month: str, part: int, said: Sequence[MessageView], total: int
    ) -> Page:
        words, to, key = self._visit.words, self._to, self._group.key
        to.here = shelf_file(key, shelf, month, part)
        to.learn(self._book.links(self._days, [m.key for m in said], to))
        more = to.shelf(key, shelf, month, part + 1) if part * _ROWS < total else ""
        rows = list(self._rows(shelf, said))
        parts = _ShelfParts(
            title=f"{words(_TITLES[shelf])} · {words.month(month)}",
            said=words("count.messages", n=total),
            month=to.group(key, month=month),
            rows=self._drawn(shelf, rows),
            go_on=self._parts.go_on(more, words) if more else Markup(),
        )
        told = {
            **asdict(parts), "group": self._group, "shelf": shelf, "rows": rows, "more": more,
            "v": self._visit,
        }  # fmt: skip
        twin = twin_beside(self._visit, "month_shelf", told)
        stem = to.here.rpartition("/")[2].removesuffix(".html")
        html = self._frames[shelf].filled({**asdict(parts), STEM: stem})
        to.forget()
        return Page(to.here, html, twin)

    def _rows(self, shelf: Shelf, said: Sequence[MessageView]) -> Iterator[Any]:
        """Yield what the rows show; of voices a day and what was said on it."""
        if shelf == "links":
            yield from filter(None, (link_row(one) for one in _links(said)))
        elif shelf == "files":
            yield from (file_row(self._visit, self._group, one) for one in _files(said))
        else:
            yield from days_of(self._visit.talk, [m for m in said if not m.recalled])

    def _drawn(self, shelf: Shelf, rows: Sequence[Any]) -> Markup:
        group, parts = self._group, self._parts
        common = (self._visit.words, self._to, self._visit)
        if shelf == "links":
            return Markup("\n").join(parts.link(r, group, "h2", *common, None) for r in rows)
        if shelf == "files":
            drawn = Markup("\n").join(parts.file(r, group, *common) for r in rows)
            return Markup('<ul class="shelf">{}</ul>').format(drawn)
        return Markup("\n").join(parts.said_on(*of_day, group, *common) for of_day in rows)


def _links(said: Sequence[MessageView]) -> Iterator[SharedLink]:
    """Return each address once, where it was shared last."""
    seen: set[str] = set()
    for message in said:
        for url in links_of(message):
            if url not in seen:
                seen.add(url)
                yield SharedLink(message, url, 1, False)


def _files(said: Sequence[MessageView]) -> Iterator[FileView]:
    for message in said:
        for file in message.attachments:
            if file.kind in _KINDS:
                yield FileView(message, file)
