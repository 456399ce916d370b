"""The pages of a group's days: nearly all of a site, so their frame is rendered only once."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import date

from markupsafe import Markup
from msgspec.structs import asdict
from starlette.responses import Response

from archive import calendar
from archive.day_rows import AnyRow, Plain
from archive.groups import get_group
from archive.published import rows_of
from web.day_parts import DayParts, DayWriter, Span
from web.described import of_day
from web.publish.book import Book, Page
from web.publish.day_lines import DayLines
from web.publish.frame import STEM, Frame, Marks
from web.publish.places import PART, Places, day_file

_CURRENT = ' aria-current="true"'


class DayPages:
    """Makes the pages of one group."""

    def __init__(self, book: Book, group_key: str) -> None:
        self._book = book
        self.group = get_group(book.db, book.reader, group_key)
        self._days = book.standing.groups[self.group.key]
        self._names = list(self._days.days)
        self._places = Places(book, day_file(self.group.key, "2000-01-01"))
        self._visit = visit = book.visit(f"/g/{self.group.key}/d/2000-01-01", self._places)
        self._writer = DayWriter(self.group, visit.words, self._places, visit.talk)
        self._lines = DayLines(self.group, visit.words, self._places, visit.talk)
        self._unlisted = visit.listed(None)
        self._frame = Frame((*DayParts.__struct_fields__, STEM), self._shell)
        self._drawn: tuple[str, dict[str, Markup]] = ("", {})

    def pages(self, month: str) -> Iterator[Page]:
        """Make the pages of the days of a month, `2026-11`."""
        first = bisect_left(self._names, month)
        names = self._names[first : bisect_left(self._names, f"{month}-~")]
        spans = [self._days.span(name) for name in names]
        rows = rows_of(self._book.loader, self._days, spans[0][0], spans[-1][1])
        row = next(rows, None)
        for at, (since, until) in enumerate(spans, first):
            said: list[AnyRow] = []
            part = 1
            while row is not None and row.id < until:
                if len(said) == PART:
                    yield self._page(at, part, said, True)
                    said, part = [], part + 1
                if row.id >= since:
                    said.append(row)
                row = next(rows, None)
            yield self._page(at, part, said, False)

    def _page(self, at: int, part: int, said: Sequence[AnyRow], more: bool) -> Page:
        name, file = self._names[at], day_file(self.group.key, self._names[at], part)
        span = Span(
            date=name,
            messages=len(said),
            first_at=said[0].sent_at if said else 0,
            next=part + 1 if more else None,
            earlier_day=self._names[at - 1] if at else None,
            later_day=self._names[at + 1] if at + 1 < len(self._names) else None,
            total=self._days.days[name],
        )
        self._learn(said, file)
        day, after = date.fromisoformat(name), part if part > 1 else None
        lines = self._lines.written(said, file)
        listing = self._listing(said, name, part, file)
        parts = self._writer.parts(day, span, lines.html, after, self._month(name), listing)
        stem = file.rpartition("/")[2].removesuffix(".html")
        twin = self._writer.twin(day, span, lines.markdown, after)
        return Page(
            file,
            self._frame.filled({**asdict(parts), STEM: stem}),
            f"{twin}\n".encode("utf-8", "replace"),
        )

    def _listing(self, said: Sequence[AnyRow], name: str, part: int, file: str) -> Markup:
        """Write what a page tells search engines; without an address of the site nothing."""
        if not self._book.base_url:
            return self._unlisted
        title = f"{name} · {self.group.title}" + (f" ({part})" if part > 1 else "")
        return self._visit.listed(of_day(title, said, file))

    def _shell(self, marks: Marks) -> Response:
        """Render what every day has around it; its file, too, differs from day to day."""
        stem = marks.pop(STEM)
        self._places.here = day_file(self.group.key, stem)
        return self._visit.page("day.html", group=self.group, d=DayParts(**marks))

    def _learn(self, said: Sequence[AnyRow], file: str) -> None:
        """Know the way to what stands on this page, and to what is answered on it."""
        places, group_key = self._places, self.group.key
        places.here = file
        places.forget()
        prefix = f"{group_key}:"
        here = {m.platform_id for m in said if isinstance(m, Plain)}
        answered = {m.reply.key for m in said if m.reply and m.reply.key}
        own = {m.key for m in said if not isinstance(m, Plain)}
        own |= {key for key in answered if key.removeprefix(prefix) in here}
        places.learn({key: f"#{self._lines.anchor(key[len(prefix) :])}" for key in own})
        elsewhere = {key for key in answered - own if key.startswith(prefix)}
        if elsewhere:
            places.learn(self._book.links(self._days, elsewhere, places))

    def _month(self, day: str) -> Markup:
        """Return the days of a month beside one of them."""
        if self._drawn[0] != day[:7]:
            self._drawn = day[:7], self._draw(day[:7])
        return self._drawn[1][day]

    def _draw(self, month: str) -> dict[str, Markup]:
        """Draw a month once, and mark each of its days in it."""
        layers = calendar.days(self._book.db, self._book.reader, self.group.key, month)
        names = [layer.name for layer in layers]
        every = self._writer.month(layers, names)
        pieces = every.split(_CURRENT)
        return {
            name: Markup(_CURRENT).join(
                (Markup("").join(pieces[: at + 1]), Markup("").join(pieces[at + 1 :]))
            )
            for at, name in enumerate(names)
        }
