"""What a published site needs of the archive: where every message stands, and a group's days."""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from archive.access import Reader
from archive.calendar import essence_days
from archive.copied import unseen
from archive.database import Archive
from archive.day_rows import AnyRow, DayLoader
from archive.errors import NotFound
from archive.groups import allowed_ids
from archive.ids import first_id, seconds_of
from archive.levels import withheld
from archive.messages import day_span, message_id

_AT_ONCE = 1_000
"""Messages loaded by one set of statements."""


class Moment(Archive):
    """An archive as it was when the first statement was asked; closed by `close`."""

    def __init__(self, archive: Archive) -> None:
        super().__init__(archive.folder)
        self._db = self._opened()
        self._db.execute("BEGIN")
        self._db.execute("SELECT 1 FROM meta LIMIT 1").fetchone()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give the one connection; what it reads is always the same moment."""
        yield self._db

    def close(self) -> None:
        """Let the moment go."""
        self._db.close()


class GroupDays(msgspec.Struct, frozen=True):
    """A group's days with messages, by name, the oldest first."""

    id: int
    key: str
    time_zone: str
    days: dict[str, int]

    def span(self, day: str) -> tuple[int, int]:
        """Return the ids a day's messages lie between: the first, and the one after the last."""
        since, until = day_span(day, self.time_zone)
        return first_id(since), first_id(until)

    def months(self) -> dict[str, int]:
        """Return the messages of each month."""
        found: dict[str, int] = {}
        for day, said in self.days.items():
            found[day[:7]] = found.get(day[:7], 0) + said
        return found


class Stand(msgspec.Struct, frozen=True):
    """Where a message stands: its key, the group's key, the local day and the place in it."""

    key: str
    group_key: str
    day: str
    number: int
    """Of the messages of its day that the reader may see; 0 is the first."""


class Standing:
    """Where the messages a reader may see stand."""

    def __init__(self, db: sqlite3.Connection, reader: Reader) -> None:
        self._db = db
        self._reader = reader
        self._withheld = sorted(withheld(db, reader) | unseen(db, reader))
        self.groups = {group.key: group for group in _groups(db, reader)}
        self.by_id = {group.id: group for group in self.groups.values()}

    def of(self, key: str, exact_from: int) -> Stand | None:
        """Return where a message stands, by any of its keys; None where it cannot be seen.

        In days of fewer messages than `exact_from` the number is not counted and is 0.
        """
        try:
            row_id = message_id(self._db, self._reader, key)
        except NotFound:
            return None
        in_group, platform_id = self._db.execute(
            "SELECT group_id, platform_id FROM messages WHERE id = ?", (row_id,)
        ).fetchone()
        group = self.by_id[in_group]
        return self._stand(group, row_id, platform_id, exact_from)

    def of_group(self, group: GroupDays, keys: Iterable[str], exact_from: int) -> Iterator[Stand]:
        """Return where messages of a group stand, as `of`, by their own keys: one statement."""
        ids = json.dumps([key.removeprefix(f"{group.key}:") for key in keys])
        rows = self._db.execute(
            "SELECT id, platform_id FROM messages WHERE group_id = ? AND platform_id IN"
            " (SELECT value FROM json_each(?))",
            (group.id, ids),
        ).fetchall()
        for row_id, platform_id in rows:
            if not self._withheld_in(row_id, row_id + 1):
                stand = self._stand(group, row_id, platform_id, exact_from)
                if stand is not None:
                    yield stand

    def _stand(
        self, group: GroupDays, row_id: int, platform_id: str, exact_from: int
    ) -> Stand | None:
        moment = datetime.fromtimestamp(seconds_of(row_id), ZoneInfo(group.time_zone))
        day = moment.date().isoformat()
        if day not in group.days:
            return None
        number = 0
        if group.days[day] >= exact_from:
            first, _ = group.span(day)
            number = self._between(group, first, row_id)
        return Stand(f"{group.key}:{platform_id}", group.key, day, number)

    def said_on(self, group: GroupDays, day: str, exact_from: int) -> int:
        """Return how many messages of a day the reader may see; of fewer than `exact_from` as the
        days count them, where none is withheld."""
        first, end = group.span(day)
        if group.days[day] < exact_from and not self._withheld_in(first, end):
            return group.days[day]
        return self._between(group, first, end)

    def kept_on(self, group: GroupDays) -> list[str]:
        """Return the local day of each essence of a group."""
        return essence_days(self._db, [group.id])

    def _between(self, group: GroupDays, first: int, end: int) -> int:
        number: int
        (number,) = self._db.execute(
            "SELECT count(*) FROM messages WHERE group_id = ? AND id >= ? AND id < ?",
            (group.id, first, end),
        ).fetchone()
        gone = self._withheld_in(first, end)
        unseen: int
        (unseen,) = self._db.execute(
            "SELECT count(*) FROM messages WHERE group_id = ? AND id IN"
            " (SELECT value FROM json_each(?))",
            (group.id, json.dumps(gone)),
        ).fetchone()
        return number - unseen

    def _withheld_in(self, first: int, end: int) -> list[int]:
        return self._withheld[bisect_left(self._withheld, first) : bisect_left(self._withheld, end)]


def rows_of(loader: DayLoader, group: GroupDays, first: int, end: int) -> Iterator[AnyRow]:
    """Read a group's messages from id `first` to before `end`, oldest first, as the loader's reader
    sees them; a few statements for a thousand, and never more than those in memory."""
    while True:
        last, views = loader.rows_between(group.id, first, end, _AT_ONCE)
        yield from views
        if last is None:
            return
        first = last + 1


def _groups(db: sqlite3.Connection, reader: Reader) -> Iterator[GroupDays]:
    allowed = allowed_ids(db, reader)
    rows = db.execute("SELECT id, key, time_zone FROM groups ORDER BY id").fetchall()
    for row_id, key, zone in rows:
        if allowed is None or row_id in allowed:
            days = db.execute(
                "SELECT day, messages FROM days WHERE group_id = ? AND messages > 0 ORDER BY day",
                (row_id,),
            )
            yield GroupDays(row_id, key, zone, dict(days.fetchall()))
