"""Message ids whose order is time: (seconds since 2000) << 8, plus a slot in that second."""

from __future__ import annotations

import json
import sqlite3
import time

EPOCH = 946_684_800
"""2000-01-01 UTC; QQ histories begin before 2010."""

SHIFT = 8
"""256 slots a second, then the next second's; an id stays below 2**53, exact in JavaScript."""

LOWEST, HIGHEST = -(1 << 62), 1 << 62
"""No id lies at or beyond these."""

DAY = 86_400


def first_id(seconds: int) -> int:
    """Return the smallest id a message sent at or after this Unix time can have."""
    return (seconds - EPOCH) << SHIFT


def seconds_of(message_id: int) -> int:
    """Return the Unix second an id was assigned in."""
    return (message_id >> SHIFT) + EPOCH


def is_sane(seconds: int | None) -> bool:
    """Tell whether a time can be that of a message: from 2000 until tomorrow."""
    return seconds is not None and EPOCH < seconds < time.time() + DAY


class Slots:
    """Hands out the next free id in a second, within one transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._last: dict[int, int] = {}
        self._spilled: dict[int, int] = {}
        """Where the search for a free slot goes on, for seconds that are full."""

    def load(self, times: set[int]) -> None:
        """Learn which slots are taken in these seconds; one statement for a whole batch."""
        wanted = [second for second in times if second not in self._last]
        rows = self._db.execute(
            "SELECT value, (SELECT max(id) FROM messages WHERE id >= (value - ?) << ?"
            " AND id < (value - ? + 1) << ?) FROM json_each(?)",
            (EPOCH, SHIFT, EPOCH, SHIFT, json.dumps(wanted)),
        )
        for second, last in rows:
            self._last[second] = first_id(second) - 1 if last is None else last

    def take(self, second: int) -> int:
        """Return a fresh id for a message sent in this second."""
        asked = second
        second = self._spilled.get(asked, asked)
        while True:
            if second not in self._last:
                self.load({second})
            taken = self._last[second] + 1
            if taken < first_id(second + 1):
                self._last[second] = taken
                return taken
            second += 1
            self._spilled[asked] = second
