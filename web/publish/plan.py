"""What has to be made anew: found by comparing hashes of what the last pages were made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from archive import changes
from archive.ids import SHIFT, seconds_of
from archive.published import GroupDays
from archive.tags import find_tag
from web.dates import day_at
from web.publish.book import Book
from web.publish.program import made_with
from web.publish.site import Group, Months, Piece, Tags, group_name, month_name, tag_name
from web.publish.state import Seen

_MESSAGES = 8_000
"""Of a piece of a group's months, about."""
_TAGS = 200
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

    def __init__(self, book: Book, old: Seen, new: Seen) -> None:
        self._book = book
        self._old, self._new = old, new
        self.whole = (
            old.made_with != new.made_with
            or old.whole != new.whole
            or new.aliases[0] < old.aliases[0]
            or not _grown(old.names, new.names)
            or not set(old.days) <= set(new.days)
        )
        self.months: set[str] = set()
        self.groups: set[str] = set()
        self.tags: set[str] = set()
        if not self.whole:
            self._compare()

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
        self.groups |= {name.split(" ")[1] for name in self.months}
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

    def pieces(self) -> list[Piece]:
        """Return the work beside what is always made, `Rest`; the long pieces first."""
        names = list(self._new.tags) if self.whole else sorted(self.tags)
        keys = self._book.standing.groups
        tags = [Tags(tuple(names[at : at + _TAGS])) for at in range(0, len(names), _TAGS)]
        groups = [Group(key) for key in keys if self.whole or key in self.groups]
        return [*groups, *tags, *self._days()]

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
        if self.whole:
            return ()
        book = self._book
        groups = {group_name(key) for key in book.standing.groups if key not in self.groups}
        tags = {tag_name(name) for name in self._new.tags if name not in self.tags}
        return {*groups, *tags, *(set(self._new.months) - self.months)}


def _grown(old: dict[int, bytes], new: dict[int, bytes]) -> bool:
    """Tell whether nobody is called otherwise than before; there may be more people."""
    return all(_cut(told) <= _cut(new.get(group, b"")) for group, told in old.items())


def _cut(told: bytes) -> set[bytes]:
    return {told[at : at + 8] for at in range(0, len(told), 8)}


def _month(group: GroupDays, message_id: int) -> str:
    day: date = day_at(seconds_of(message_id), group.time_zone)
    return f"{day:%Y-%m}"
