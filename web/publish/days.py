"""The pages of a group's days: nearly all of a site, so their frame is rendered only once."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import date

from markupsafe import Markup

from archive import calendar
from archive.groups import get_group
from archive.published import rows_of
from archive.views import DayView, MessageView
from web.day_parts import DayParts, DayWriter
from web.described import of_day
from web.publish.book import Book, Page
from web.publish.frame import Frame
from web.publish.places import PART, Places, anchor, day_file

_CURRENT = ' aria-current="true"'


class DayPages:
    """Makes the pages of one group."""

    def __init__(self, book: Book, group_key: str) -> None:
        self._book = book
        self._group = get_group(book.db, book.reader, group_key)
        self._days = book.standing.groups[self._group.key]
        self._names = list(self._days.days)
        self._places = Places(book, day_file(self._group.key, "2000-01-01"))
        self._visit = visit = book.visit(f"/g/{self._group.key}/d/2000-01-01", self._places)
        self._writer = DayWriter(self._group, visit.words, self._places, visit.talk)
        self._frame = Frame(
            DayParts.__struct_fields__,
            lambda marks: visit.page("day.html", group=self._group, d=DayParts(**marks)),
        )
        self._drawn: tuple[str, dict[str, Markup]] = ("", {})

    def pages(self, month: str) -> Iterator[Page]:
        """Make the pages of the days of a month, `2026-11`."""
        first = bisect_left(self._names, month)
        names = self._names[first : bisect_left(self._names, f"{month}-~")]
        spans = [self._days.span(name) for name in names]
        rows = rows_of(self._book.loader, self._days, spans[0][0], spans[-1][1])
        row = next(rows, None)
        for at, (since, until) in enumerate(spans, first):
            said: list[MessageView] = []
            part = 1
            while row is not None and row.id < until:
                if len(said) == PART:
                    yield self._page(at, part, said, True)
                    said, part = [], part + 1
                if row.id >= since:
                    said.append(row)
                row = next(rows, None)
            yield self._page(at, part, said, False)

    def _page(self, at: int, part: int, said: Sequence[MessageView], more: bool) -> Page:
        name = self._names[at]
        view = DayView(
            date=name,
            messages=tuple(said),
            next=part + 1 if more else None,
            earlier_day=self._names[at - 1] if at else None,
            later_day=self._names[at + 1] if at + 1 < len(self._names) else None,
            total=self._days.days[name],
        )
        places = self._places
        places.here = day_file(self._group.key, name, part)
        places.forget()
        own = {m.key: f"#{anchor(m.key)}" for m in said}
        places.learn(own)
        prefix = f"{self._group.key}:"
        answered = {
            m.reply.key for m in said
            if m.reply and m.reply.key and m.reply.key not in own and m.reply.key.startswith(prefix)
        }  # fmt: skip
        if answered:
            places.learn(self._book.links(self._days, answered, places))
        after = part if part > 1 else None
        title = f"{name} · {self._group.title}" + (f" ({part})" if part > 1 else "")
        listing = self._visit.listed(of_day(title, said, places.here))
        parts = self._writer.parts(
            date.fromisoformat(name), view, after, self._month(name), listing
        )
        return Page(places.here, self._frame.filled(parts))

    def _month(self, day: str) -> Markup:
        """Return the days of a month beside one of them."""
        if self._drawn[0] != day[:7]:
            self._drawn = day[:7], self._draw(day[:7])
        return self._drawn[1][day]

    def _draw(self, month: str) -> dict[str, Markup]:
        """Draw a month once, and mark each of its days in it."""
        layers = calendar.days(self._book.db, self._book.reader, self._group.key, month)
        names = [layer.name for layer in layers]
        every = self._writer.month(layers, names)
        pieces = every.split(_CURRENT)
        return {
            name: Markup(_CURRENT).join(
                (Markup("").join(pieces[: at + 1]), Markup("").join(pieces[at + 1 :]))
            )
            for at, name in enumerate(names)
        }
