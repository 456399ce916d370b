"""What of a day's page differs from day to day, ready to be put between the rest of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from markupsafe import Markup
from markupsafe import escape as as_html

from archive.views import DayView, GroupView, LayerView, MessageView
from web import strata
from web.addresses import Addresses
from web.dates import clock, local, parse_day
from web.environment import TEMPLATES
from web.markdown import Markdown, escaped, link
from web.talk import Talk
from web.words import Words


class DayParts(msgspec.Struct, frozen=True):
    """The parts of one page of a day; markup where it is Markup."""

    name: str
    weekday: str
    month: str
    month_href: str
    said: str
    from_start: Markup
    lines: Markup
    go_on: Markup
    near: Markup
    days: Markup
    listing: Markup


class Span(msgspec.Struct, frozen=True):
    """Which messages a part of a day holds, and what is beside it."""

    date: str
    messages: int
    first_at: int
    """When the first was sent."""
    next: int | None
    earlier_day: str | None
    later_day: str | None
    total: int

    @property
    def left(self) -> int:
        """How many messages follow a first part."""
        return self.total - self.messages


def span_of(part: DayView) -> Span:
    """Return which messages were read."""
    said = part.messages
    first = said[0].sent_at if said else 0
    return Span(
        part.date, len(said), first, part.next, part.earlier_day, part.later_day, part.total
    )


class DayWriter:
    """Writes the parts of a group's days."""

    def __init__(self, group: GroupView, words: Words, to: Addresses, talk: Talk) -> None:
        self.group = group
        self._words = words
        self._to = to
        self._talk = talk
        self._parts: Any = TEMPLATES.get_template("parts/day.html").module
        self._layers: Any = TEMPLATES.get_template("parts/strata.html").module
        self._markdown = link(group.title, to.group(group.key)), escaped(group.title)
        self._none = Markup('<p class="lead">{}</p>').format(words("day.none"))

    def lines(self, messages: Sequence[MessageView]) -> Markup:
        """Write what was said."""
        return self._talk.listed(self._talk.lines(messages))

    def parts(
        self, day: date, part: Span, lines: Markup, after: int | None, days: Markup,
        listing: Markup,
    ) -> DayParts:  # fmt: skip
        """Write a part of a day, the one that follows message `after`; `days` are those of its
        month, `listing` is what it tells search engines."""
        words, to, group, month = self._words, self._to, self.group, part.date[:7]
        earlier, later = parse_day(part.earlier_day or ""), parse_day(part.later_day or "")
        start = clock(local(part.first_at, group.time_zone))
        return DayParts(
            name=words.day(day),
            weekday=words.weekday(day),
            month=words("group.days", month=words.month(month)),
            month_href=to.group(group.key, month=month),
            said=words("count.messages", n=part.total),
            from_start=self._parts.from_start(part, to, words, group, start)
            if after and part.messages
            else Markup(),
            lines=lines if part.messages else self._none,
            go_on=self._parts.go_on(part, after, to, words, group) if part.next else Markup(),
            near=self._parts.near(earlier, later, day, to, words, group)
            if earlier or later
            else Markup(),
            days=days,
            listing=listing,
        )

    def twin(self, day: date, part: Span, lines: Markdown, after: int | None) -> Markdown:
        """Write the same part of a day as Markdown."""
        words, to, group = self._words, self._to, self.group
        head = [self._markdown[0], words("count.messages", n=part.total)]
        if after:
            head.append(link(words("day.from_start"), to.day(group.key, part.date)))
        told = [
            f"# {escaped(words.day(day))} · {self._markdown[1]}",
            " · ".join(head),
            lines if part.messages else escaped(words("day.none")),
        ]
        if part.next:
            following = to.form(to.day(group.key, part.date, after=part.next), "md")
            told.append(link(words("day.continue"), following))
        near = [
            f"- {words(name)} {link(words.day(other, day), to.day(group.key, other.isoformat()))}"
            for name, beside in (("day.earlier", part.earlier_day), ("day.later", part.later_day))
            if (other := parse_day(beside or ""))
        ]
        return Markdown("\n\n".join([*told, "\n".join(near)] if near else told))

    def month(self, layers: Sequence[LayerView], current: Sequence[str]) -> Markup:
        """Draw the days of a month, the newest first; those in `current` are marked."""
        drawn = strata.days(
            layers, self._words, lambda name: self._to.day(self.group.key, name), current
        )
        legend = as_html(self._words("strata.legend_days")) if drawn.has_essence else ""
        return Markup(self._layers.strata(drawn, self._words, legend))
