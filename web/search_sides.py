"""What stands beside a search's results: filters that hold or could, where, who and when."""

from __future__ import annotations

import sqlite3
import time
from functools import cached_property

import msgspec

from archive import groups
from archive.around import Around, around
from archive.query import Chip, describe, filter_text, parse, with_filter
from archive.query.fields import HAS, IS
from archive.text import normalise
from archive.views import Count
from web import strata
from web.page import Visit
from web.strata import Strata

_GROUPS = 12
_ANY = {"on": "on:1999-01", "in": "in:qzxany", "from": "from:qzxany"}
"""Stands for any filter of a field while many are linked; one parse instead of one each."""
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
        return groups.titles(self._db, self._visit.reader)

    @cached_property
    def counts(self) -> Around:
        """What is counted of the query's hits. Raises as `search.search`."""
        return around(self._db, self._q, self._visit.reader, time_zone=self._visit.zone)

    def chips(self, found: bool) -> Chips:
        """Return the filters that hold, and where something was found, those that would leave some
        of it."""
        visit, q = self._visit, self._q
        chosen = [Choice(self._label(chip), self._to(chip.text_without_it)) for chip in self._held]
        if not found:
            return Chips(chosen)
        offers = [
            Choice(visit.words(_OFFERS[count.name]), self._to(count.key), _number(count))
            for count in self.counts.filters
            if count.messages and count.key != q and count.name in _OFFERS
        ]
        return Chips(chosen, offers)

    def sides(self) -> Sides:
        """Return where, by whom and when it was said."""
        visit, counts = self._visit, self.counts
        within = [
            self._choice(c, "in", visit.within(c.key, self._titles))
            for c in counts.groups[:_GROUPS]
        ]
        by = [self._choice(c, "from", filter_text("from", c.name)) for c in counts.senders]
        when = strata.of_counts(
            counts.months, visit.words, lambda month: self._to(self._narrowed("on", f"on:{month}"))
        )
        return Sides(
            within if len(within) > 1 else [],
            by if len(by) > 1 and "from" not in self._fields else [],
            when if len(counts.months) > 1 else None,
        )

    @cached_property
    def _held(self) -> list[Chip]:
        return describe(parse(self._q, now=int(time.time()), time_zone=self._visit.zone))

    @cached_property
    def _fields(self) -> frozenset[str]:
        """The fields of which the query has a filter; with `-` before it where it excludes."""
        return frozenset(chip.field for chip in self._held)

    @cached_property
    def _bases(self) -> dict[str, str]:
        return {field: with_filter(self._q, any_one) for field, any_one in _ANY.items()}

    def _narrowed(self, field: str, addition: str) -> str:
        if field != "on" and {field, f"-{field}"} & self._fields:
            # which of them gives way depends on the value
            return with_filter(self._q, addition)
        return self._bases[field].replace(_ANY[field], addition)

    def _choice(self, count: Count, field: str, addition: str) -> Choice:
        return Choice(count.name, self._to(self._narrowed(field, addition)), _number(count))

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
