"""What of a day's page differs from day to day, ready to be put between the rest of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from markupsafe import Markup, escape

from archive.views import DayView, GroupView, LayerView
from web import strata
from web.addresses import Addresses
from web.dates import clock, local, parse_day
from web.environment import TEMPLATES
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


class DayWriter:
    """Writes the parts of a group's days."""

    def __init__(self, group: GroupView, words: Words, to: Addresses, talk: Talk) -> None:
        self.group = group
        self._words = words
        self._to = to
        self._talk = talk
        self._parts: Any = TEMPLATES.get_template("parts/day.html").module
        self._layers: Any = TEMPLATES.get_template("parts/strata.html").module
        self._none = Markup('<p class="lead">{}</p>').format(words("day.none"))

    def parts(
        self, day: date, part: DayView, after: int | None, days: Markup, listing: Markup
    ) -> DayParts:
        """Write a part of a day, the one that follows message `after`; `days` are those of its
        month, `listing` is what it tells search engines."""
        words, to, group = self._words, self._to, self.group
        said, month = part.messages, part.date[:7]
        earlier, later = parse_day(part.earlier_day or ""), parse_day(part.later_day or "")
        start = clock(local(said[0].sent_at, said[0].time_zone)) if said else ""
        return DayParts(
            name=words.day(day),
            weekday=words.weekday(day),
            month=words("group.days", month=words.month(month)),
            month_href=to.group(group.key, month=month),
            said=words("count.messages", n=part.total),
            from_start=self._parts.from_start(part, to, words, group, start)
            if after and said
            else Markup(),
            lines=self._talk.listed(self._talk.lines(said, whole=to.published))
            if said
            else self._none,
            go_on=self._parts.go_on(part, after, to, words, group) if part.next else Markup(),
            near=self._parts.near(earlier, later, day, to, words, group)
            if earlier or later
            else Markup(),
            days=days,
            listing=listing,
        )

    def month(self, layers: Sequence[LayerView], current: Sequence[str]) -> Markup:
        """Draw the days of a month, the newest first; those in `current` are marked."""
        drawn = strata.days(
            layers, self._words, lambda name: self._to.day(self.group.key, name), current
        )
        legend = escape(self._words("strata.legend_days")) if drawn.has_essence else ""
        return Markup(self._layers.strata(drawn, self._words, legend))
