"""The times of one file's messages: a place for those without one, and the span the file covers."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable

from archive.coverage import note_span
from archive.ids import is_sane
from archive.people import KnownGroup
from archive.prepare import TIME_GUESSED, Prepared


class Timeline:
    """Follows the messages of each group through a file, in the file's order."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._last: dict[int, int] = {}
        self._spans: dict[int, tuple[int, int]] = {}
        self.received_at: int | None = None
        """When what is being written came in, for what has no time of its own."""

    def begin_file(self) -> None:
        """Forget the file before."""
        self._last.clear()
        self._spans.clear()

    def begin_batch(self, received_at: int | None, alone: bool) -> None:
        """Start a batch that came in at this time; one `alone` is no part of a longer file."""
        self.received_at = received_at
        if alone:
            self._spans.clear()

    def look_ahead(self, group: KnownGroup, messages: list[Prepared]) -> None:
        """Let those without a time at a file's beginning take that of the first one with it."""
        if group.id not in self._last:
            at = next((m.sent_at for m in messages if is_sane(m.sent_at)), None)
            if at is not None:
                self._last[group.id] = at

    def settle(self, group: KnownGroup, message: Prepared) -> None:
        """Give a message without a believable time its neighbour's, and say so."""
        at = message.sent_at
        if at is None or not is_sane(at):
            message.sent_at = self.received_at or self._last.get(group.id) or self._newest(group)
            message.flags |= TIME_GUESSED
            return
        if message.flags & TIME_GUESSED:
            return
        self._last[group.id] = at
        span = self._spans.get(group.id)
        if span is None:
            self._spans[group.id] = (at, at)
        elif at > span[1]:
            self._spans[group.id] = (span[0], at)
        elif at < span[0]:
            self._spans[group.id] = (at, span[1])

    def newest(self, group_id: int) -> int:
        """Return the time of the newest message told of a group, or else when anything came in."""
        span = self._spans.get(group_id)
        return span[1] if span else self.received_at or 0

    def undoing(self) -> Callable[[], None]:
        """Return what puts everything back as it is now."""
        last, spans = dict(self._last), dict(self._spans)

        def undo() -> None:
            self._last, self._spans = last, spans

        return undo

    def _newest(self, group: KnownGroup) -> int:
        row = self._db.execute("SELECT last_at FROM groups WHERE id = ?", (group.id,)).fetchone()
        return int(row[0]) if row and row[0] is not None else int(time.time())

    def end_file(self, source: str, run_id: int | None = None) -> None:
        """Note that each group's record is complete over what the file holds of it."""
        for group_id, (since, until) in self._spans.items():
            note_span(self._db, group_id, since, until, complete=True, source=source, run_id=run_id)
