"""Other ids a platform has for its messages, as answers, recalls and marks name them.

Two messages may share one: whoever names a message by it means the newest that has it. Where it is
the own id of another telling, both tell of the same message.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable

from archive.people import KnownGroup
from archive.prepare import Prepared

Named = tuple[str, Prepared]
"""A message with its own id."""


class OtherIds:
    """The other ids in one batch of a group's messages."""

    def __init__(self, db: sqlite3.Connection, group: KnownGroup, named: list[Named]) -> None:
        self._db = db
        self._group = group
        self._told = [(own, message) for own, message in named if message.other_ids]
        self._meant: dict[str, int] = {}
        """Other id of a message of this batch → its place."""
        self._rows: dict[str, int] = {}
        """Other id that is a stored message's own → its row."""
        self.taken: list[tuple[str, int]] = []
        """(own id, place) of messages that were told of under another one of their ids before."""
        self._claimed: set[int] = set()
        if self._told:
            self._rows = dict(self._owned({o for _, m in self._told for o in m.other_ids}))
            self._settle_answers()

    def __bool__(self) -> bool:
        return bool(self._told)

    def place(self, own: str, message: Prepared, known: dict[str, int]) -> int | None:
        """Return the place of a message that was told of under another of its ids."""
        place = self._meant.get(own)
        if place is None:
            for other in message.other_ids:
                place = known.get(other, self._rows.get(other))
                if place is not None and place not in self._claimed:
                    self._claimed.add(place)
                    self.taken.append((own, place))
                    return place
            return None
        return place

    def note(self, own: str, message: Prepared, place: int) -> None:
        """Note where a message of this batch is."""
        for other in message.other_ids:
            self._meant.setdefault(other, place)
        if message.other_ids:
            self._meant[own] = place

    def write(self, rows: dict[str, int], gone: set[str]) -> dict[str, tuple[str, int]]:
        """Write the aliases, `rows` telling each message's row; answers that waited find theirs.

        Return other id → (own id, row).
        """
        told = [(own, message) for own, message in self._told if own not in gone]
        # the newest first: what answers it does not mean an older one
        told.sort(key=lambda named: rows[named[0]], reverse=True)
        aliases = {
            (other, rows[own]): own
            for own, message in told
            for other in message.other_ids
            if other != own
        }
        self._db.executemany(
            "INSERT INTO aliases(kind, group_id, other, target) VALUES('message', ?, ?, ?)"
            # ids are in order of time
            " ON CONFLICT DO UPDATE SET target = max(target, excluded.target)",
            [(self._group.id, other, row_id) for other, row_id in aliases],
        )
        if aliases:
            self._group.aliases = 1
        self._db.executemany(
            "UPDATE messages SET reply_to = ?1 WHERE group_id = ?2 AND reply_to = ?3 AND id > ?4"
            " AND NOT EXISTS (SELECT 1 FROM messages WHERE group_id = ?2 AND platform_id = ?3)",
            [(own, self._group.id, other, row_id) for (other, row_id), own in aliases.items()],
        )
        return {other: (own, row_id) for (other, row_id), own in reversed(aliases.items())}

    def _settle_answers(self) -> None:
        """Let answers name the message they mean by its own id: another one may share the other."""
        asked = {m.reply_to for _, m in self._told if m.reply_to}
        if not asked:
            return
        meant: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for own, message in self._told:
            for other in asked.intersection(message.other_ids):
                meant[other].append((message.sent_at or 0, own))
        rows = self._db.execute(
            "SELECT a.other, m.sent_at, m.platform_id FROM aliases a JOIN messages m"
            " ON m.id = a.target WHERE a.kind = 'message' AND a.group_id = ?"
            " AND a.other IN (SELECT value FROM json_each(?))",
            (self._group.id, json.dumps(list(asked))),
        )
        for other, at, own in rows:
            meant[other].append((at, own))
        for own in dict(self._owned(asked)):
            meant.pop(own, None)
        for _, message in self._told:
            before = [
                place
                for place in meant.get(message.reply_to or "", ())
                if place[0] <= (message.sent_at or 0)
            ]
            if before:
                message.reply_to = max(before)[1]

    def _owned(self, ids: Iterable[str]) -> list[tuple[str, int]]:
        return self._db.execute(
            "SELECT platform_id, id FROM messages WHERE group_id = ?"
            " AND platform_id IN (SELECT value FROM json_each(?))",
            (self._group.id, json.dumps(list(ids))),
        ).fetchall()
