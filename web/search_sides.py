"""What stands beside a search's results: filters that hold or could, where, who and when."""

from __future__ import annotations

import sqlite3
import time
from functools import cached_property

import msgspec

from archive import groups
from archive.around import around
from archive.errors import BadQuery
from archive.query import Chip, describe, filter_text, parse, with_filter
from archive.query.fields import HAS, IS
from archive.search import count_by
from archive.text import normalise
from archive.views import Count
from web import strata
from web.page import Visit
from web.strata import Strata

_GROUPS = 12
_MONTH = "on:1999-01"
"""Stands for any month while a query's months are linked; one parse instead of one a month."""
_OFFERS = {
    "is:精华": "search.only_essence", "has:链接": "search.has_link", "has:文件": "search.has_file",
    "has:图片": "search.has_photo", "after:今年": "search.this_year",
}  # fmt: skip


class Choice(msgspec.Struct, frozen=True):
    """A filter that holds (and can be taken off) or could be added, with what it would leave."""

    label: str
    href: str
    count: str = ""


class Chips(msgspec.Struct, frozen=True):
    """Filters above the results."""

    chosen: list[Choice] = []
    offers: list[Choice] = []


class Sides(msgspec.Struct, frozen=True):
    """Lists beside the results; each entry narrows the search."""

    groups: list[Choice] = []
    senders: list[Choice] = []
    when: Strata | None = None

    @property
    def any(self) -> bool:
        """Tell whether there is a list at all."""
        return bool(self.groups or self.senders or self.when)


class Narrowing:
    """Makes the narrower searches of one query."""

    def __init__(self, visit: Visit, db: sqlite3.Connection, q: str, order: str) -> None:
        self._visit = visit
        self._db = db
        self._q = q
        self._order = order if order != "newest" else None

    @cached_property
    def _titles(self) -> dict[str, str]:
        return {g.key: g.title for g in groups.list_groups(self._db, self._visit.reader)}

    def chips(self, found: bool) -> Chips:
        """Return the filters that hold, and where something was found, those that would leave some
        of it."""
        visit, q = self._visit, self._q
        held = describe(parse(q, now=int(time.time()), time_zone=visit.zone))
        chosen = [Choice(self._label(chip), self._to(chip.text_without_it)) for chip in held]
        if not found:
            return Chips(chosen)
        try:
            counts = count_by(self._db, q, visit.reader, "filter", time_zone=visit.zone)
        except BadQuery:
            # a query of the greatest length cannot be narrowed
            return Chips(chosen)
        offers = [
            Choice(visit.words(_OFFERS[count.name]), self._to(count.key), _number(count))
            for count in counts
            if count.messages and count.key != q and count.name in _OFFERS
        ]
        return Chips(chosen, offers)

    def sides(self) -> Sides:
        """Return where, by whom and when it was said."""
        visit = self._visit
        try:
            counts = around(self._db, self._q, visit.reader, time_zone=visit.zone)
            base = with_filter(self._q, _MONTH)
            fields = {chip.field for chip in describe(parse(base, now=0, time_zone=visit.zone))}
            within = [
                self._with(c, c.name, visit.within(c.key, self._titles))
                for c in counts.groups[:_GROUPS]
            ]
            by = [self._with(c, c.name, filter_text("from", c.name)) for c in counts.senders]
        except BadQuery:
            return Sides()
        when = strata.of_counts(
            counts.months,
            visit.words,
            lambda month: self._to(base.replace(_MONTH, f"on:{month}")),
        )
        return Sides(
            within if len(within) > 1 else [],
            by if len(by) > 1 and "from" not in fields else [],
            when if len(counts.months) > 1 else None,
        )

    def _with(self, count: Count, label: str, addition: str) -> Choice:
        return Choice(label, self._to(with_filter(self._q, addition)), _number(count))

    def _to(self, text: str) -> str:
        return self._visit.to.search(text, order=self._order)

    def _label(self, chip: Chip) -> str:
        words, field = self._visit.words, chip.field.lstrip("-")
        value = self._titles.get(chip.value, chip.value) if field == "in" else chip.value
        for name, others in {"is": IS, "has": HAS}.get(field, {}).items():
            if normalise(value) in (name, *others):
                value = name if words.code == "en" else others[0]
        label = words(f"search.chip_{field}", value=value[:60])
        return words("search.chip_not", label=label) if chip.field.startswith("-") else label


def _number(count: Count) -> str:
    return f"{count.messages:,}{'' if count.exact else '+'}"
