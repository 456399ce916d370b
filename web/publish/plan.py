"""What has to be made anew: found by comparing hashes of what the last pages were made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from archive import changes
from archive.groups import list_groups
from archive.ids import SHIFT, seconds_of
from archive.published import GroupDays
from archive.tags import find_tag
from web.dates import day_at
from web.publish.book import Book
from web.publish.program import made_with
from web.publish.site import (
    FILES,
    LEFT,
    TOLD,
    Group,
    Months,
    Piece,
    Rest,
    Some,
    Tags,
    group_of,
    month_name,
    rest_name,
)
from web.publish.state import Asked, Seen, State

_MESSAGES = 8_000
"""Of a piece of a group's months, about."""
_TAGS = 200
_FEW = 3_000
"""Messages and pages that one process makes as soon as several."""
_COUNTING = ("home", "about", "start", "calendar", "essence")
"""Families of pages with numbers that any new message changes; of the others it takes a link, a
file or a tag, or that somebody keeps, answers or gathers something."""
_LISTING = ("contents", "digests", "files", "links", "people", "questions", "threads")
"""Families of pages that list groups in their order beside what they hold."""
_LASTING = frozenset(("group", "year"))
"""What asks for the beginning of a list; anything else for a place in it, which moves."""
_RECENT = 60
"""Days in UTC whose groups are told apart; of an older one all groups are made anew."""


def look(book: Book, stamp: list[int], today: str) -> Seen:
    """Take the hashes of the archive as it is now."""
    marks = changes.Marks(book.db, book.secret)
    days = marks.days()
    by_id = marks.tags()
    newest = changes.newest(book.db)
    return Seen(
        made_with(book.settings),
        today,
        stamp,
        marks.whole(),
        marks.kept(),
        sorted(book.posts),
        changes.last_alias(book.db),
        marks.names(book.settings.members),
        days,
        {number: marks.groups(number) for number in sorted(days)[-_RECENT:]},
        {name: marks.of(told) for name, told in _months(book)},
        {
            name: by_id.get(find_tag(book.db, name) or 0, b"")
            for name in sorted(set(book.tags.values()))
        },
        [group.key for group in list_groups(book.db, book.reader)],
        newest,
        marks.edge(newest),
    )


def is_only_newer(book: Book, old: Seen, new: Seen) -> bool:
    """Tell whether nothing changed of what could be found when the old was seen."""
    edge = changes.day_of(old.newest)
    before, now = ({n: told for n, told in seen.days.items() if n < edge} for seen in (old, new))
    return (
        old.newest > 0
        and (old.made_with, old.whole, old.kept) == (new.made_with, new.whole, new.kept)
        and _grown(old.names, new.names)
        and before == now
        and changes.Marks(book.db, book.secret).edge(old.newest) == old.edge
    )


def _months(book: Book) -> Iterator[tuple[str, Any]]:
    """Return what stands beside the days of each month: all of its days, and those next to it."""
    for group in book.standing.groups.values():
        kept = book.standing.kept_on(group)
        by_month: dict[str, list[Any]] = {}
        for day, said in group.days.items():
            by_month.setdefault(day[:7], []).append((day, said, kept.count(day)))
        months = list(by_month)
        for at, month in enumerate(months):
            before = by_month[months[at - 1]][-1][0] if at else ""
            after = by_month[months[at + 1]][0][0] if at + 1 < len(months) else ""
            yield month_name(group.key, month), (before, by_month[month], after)


class Plan:
    """What to make, after what was seen before and what is seen now."""

    def __init__(self, book: Book, old: State, was: Seen, new: Seen) -> None:
        self._book = book
        self._made = old.made
        self._old, self._new = was, new
        self.whole = (
            was.made_with != new.made_with
            or was.whole != new.whole
            or new.aliases[0] < was.aliases[0]
            or not _grown(was.names, new.names)
            or not set(was.days) <= set(new.days)
        )
        self.since = was.newest if is_only_newer(book, was, new) else 0
        """The newest message there was, where all that is new is newer; else 0."""
        self.months: set[str] = set()
        self.groups: set[str] = set()
        self.tags: set[str] = set()
        self._some: set[str] = set()
        """The names of no group whose pages are made, where it is not all of them."""
        if not self.whole:
            self._compare()
            if self.since and was.today == new.today:
                self._some = {*self._touched()}

    def _touched(self) -> Iterator[str]:
        """Return the names of pages that newer messages change."""
        yield from map(rest_name, _COUNTING)
        if self._old.order != self._new.order:
            yield from map(rest_name, _LISTING)
        if self._old.tags != self._new.tags:
            yield rest_name("tags")
        files, links = changes.carried_since(self._book.db, self.since)
        if files:
            yield rest_name("files")
        if links:
            yield rest_name("links")

    def _compare(self) -> None:
        old, new, book = self._old, self._new, self._book
        everything = old.kept != new.kept or old.today != new.today
        self.months = {name for name, told in new.months.items() if old.months.get(name) != told}
        changed = [number for number, told in new.days.items() if old.days.get(number) != told]
        parts = [(number, group) for number in changed for group in self._groups_on(number)]
        ids = [(group, (number * 86_400 + at) << SHIFT) for number, group in parts
               for at in (0, 86_399)]  # fmt: skip
        answers = changes.touched(book.db, parts, old.aliases[1])
        moved = set(old.posts) ^ set(new.posts)
        others = changes.messages_of_essence(book.db, moved)
        for group_id, message_id in (*ids, *answers, *others):
            group = book.standing.by_id.get(group_id)
            if group is not None:
                self.groups.add(group.key)
                self.months.add(month_name(group.key, _month(group, message_id)))
        self.groups |= {name[2:].rpartition(" ")[0] for name in self.months}
        borne = changes.tags_between(book.db, changed)
        self.tags = {
            name
            for name, told in new.tags.items()
            if everything or old.tags.get(name) != told or find_tag(book.db, name) in borne
        }
        if everything:
            self.groups = set(book.standing.groups)

    def _groups_on(self, number: int) -> list[int]:
        now = self._new.groups.get(number)
        if now is None:
            return list(self._book.standing.by_id)
        before = self._old.groups.get(number, {})
        return [
            group for group in now.keys() | before.keys() if now.get(group) != before.get(group)
        ]

    def pieces(self) -> Iterator[Piece]:
        """Return the work; the long pieces first."""
        if self._some:
            yield Some(tuple(self._some), tuple(self._roots()))
        else:
            yield Rest()
        for key in self._book.standing.groups:
            if self.whole or key in self.groups:
                yield Group(key)
        names = list(self._new.tags) if self.whole else sorted(self.tags)
        for at in range(0, len(names), _TAGS):
            yield Tags(tuple(names[at : at + _TAGS]))
        yield from self._days()

    def is_small(self) -> bool:
        """Tell whether other processes would cost more than they bring."""
        if not self._some:
            return False
        said = sum(
            messages
            for group in self._book.standing.groups.values()
            for month, messages in group.months().items()
            if month_name(group.key, month) in self.months
        )
        return said + 10 * len(self.tags) < _FEW

    def _roots(self) -> Iterator[Asked]:
        for name in self._some & self._made.keys():
            for asked in self._made[name].pages:
                if {part for part, _ in asked[1]} <= _LASTING:
                    yield asked

    def _days(self) -> Iterator[Months]:
        for group in self._book.standing.groups.values():
            wanted: list[str] = []
            said = 0
            for month, messages in group.months().items():
                if not self.whole and month_name(group.key, month) not in self.months:
                    continue
                wanted.append(month)
                said += messages
                if said >= _MESSAGES:
                    yield Months(group.key, tuple(wanted))
                    wanted, said = [], 0
            if wanted:
                yield Months(group.key, tuple(wanted))

    def stays(self) -> Iterable[str]:
        """Return under which names nothing changed."""
        return () if self.whole else (name for name in self._made if self._stays(name))

    def _stays(self, name: str) -> bool:
        if name in (LEFT, TOLD, FILES):
            return name == FILES
        kind, own = name[:2], name[2:]
        if kind == "d ":
            return name in self._new.months and name not in self.months
        if kind == "t ":
            return own in self._new.tags and own not in self.tags
        if kind == "g ":
            return group_of(name) not in self.groups
        return bool(self._some) and name not in self._some


def _grown(old: dict[int, bytes], new: dict[int, bytes]) -> bool:
    """Tell whether nobody is called otherwise than before; there may be more people."""
    return all(_cut(told) <= _cut(new.get(group, b"")) for group, told in old.items())


def _cut(told: bytes) -> set[bytes]:
    return {told[at : at + 8] for at in range(0, len(told), 8)}


def _month(group: GroupDays, message_id: int) -> str:
    day: date = day_at(seconds_of(message_id), group.time_zone)
    return f"{day:%Y-%m}"
