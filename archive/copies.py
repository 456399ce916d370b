"""Copies: the same article where several groups have it, so that it is shown once with its places.

Messages are copies if they have the same mark (`archive.places`), or are the same file with hardly
a word, and from each to the next is not more than a week.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from archive.access import Reader
from archive.groups import allowed_ids
from archive.ids import DAY, SHIFT
from archive.levels import withheld_among
from archive.places import neighbours, week_apart
from archive.prepare import RECALLED
from archive.senders import HIDDEN
from archive.views import AlsoIn

_NEAR = 7 * DAY << SHIFT
"""Ids between two copies at most."""
_STEPS = 4
"""Weeks behind and before a message, at most."""
_MOST = 2_000
"""Copies looked at in a step."""
_LISTED = 30
"""Groups named for one message at most."""

_AMONG = "(SELECT value FROM json_each(?1))"
_ALONE = (
    "b.kind IN ('file', 'photo', 'video', 'audio')"
    " AND NOT EXISTS (SELECT 1 FROM attachments o WHERE o.message_id = b.message_id"
    " AND o.position != b.position)"
    " AND NOT EXISTS (SELECT 1 FROM places o WHERE o.message_id = b.message_id)"
)
"""SQL: an attachment is all that a message has; pictures with words are told by these."""


K = TypeVar("K")


class _Copy(NamedTuple):
    id: int
    group: int


class Copies:
    """Finds copies among what one reader may see, and remembers them."""

    def __init__(self, db: sqlite3.Connection, reader: Reader) -> None:
        self._db = db
        self._reader = reader
        self._allowed = allowed_ids(db, reader)
        self._groups: dict[int, int] = {}
        """Group by message, of what this reader may see."""
        self._of: dict[int, list[_Copy]] = {}
        """Messages with copies in other groups, and these with them, the newest first."""
        self._looked_up: set[int] = set()

    def learn(self, ids: Iterable[int]) -> None:
        """Look up the copies of messages this reader may see."""
        new = set(ids) - self._looked_up
        self._looked_up |= new
        self._bring_together(self._with_marks(new))
        self._bring_together(self._with_files(new))

    def _with_marks(self, ids: set[int]) -> dict[int, list[int]]:
        """Return the messages that have the marks of these, by mark without the week."""
        rows = self._db.execute(
            f"SELECT message_id, mark FROM places WHERE message_id IN {_AMONG}", (_json(ids),)
        ).fetchall()
        seen, asked, own = dict(rows), set[int](), len(rows)
        edge = set(seen.values())
        for _ in range(_STEPS):
            wanted = {near for mark in edge for near in neighbours(mark)} - asked
            asked |= wanted
            found = self._db.execute(
                "SELECT message_id, mark FROM json_each(?1) CROSS JOIN places ON mark = value"
                f" LIMIT {_MOST}",
                (_json(wanted),),
            )
            more = {row_id: mark for row_id, mark in found if row_id not in seen}
            if not more:
                break
            seen |= more
            edge = set(more.values())
        if len(seen) == own and len({week_apart(mark) for mark in seen.values()}) == own:
            return {}
        return _by_key({row_id: week_apart(mark) for row_id, mark in seen.items()})

    def _with_files(self, ids: set[int]) -> dict[str, list[int]]:
        """Return the messages that are the files that these are, by SHA-256."""
        sql = f"SELECT b.message_id, b.sha256 FROM attachments b WHERE {_ALONE} AND"
        own = self._db.execute(
            f"{sql} b.message_id IN {_AMONG} AND b.sha256 IS NOT NULL", (_json(ids),)
        ).fetchall()
        if not own:
            return {}
        within = _STEPS * _NEAR
        found = self._db.execute(
            f"{sql} b.sha256 IN {_AMONG} AND b.message_id BETWEEN ?2 AND ?3 LIMIT {_MOST}",
            (
                json.dumps(sorted({digest for _, digest in own})),
                min(own)[0] - within, max(own)[0] + within,
            ),
        )  # fmt: skip
        return _by_key(dict(own) | dict(found.fetchall()))

    def _bring_together(self, alike: Mapping[Any, list[int]]) -> None:
        """Note which of these are copies: near each other, and in more than one group."""
        several = [ids for ids in alike.values() if len(ids) > 1]
        self._look_at({i for ids in several for i in ids} - self._groups.keys())
        for ids in several:
            run: list[_Copy] = []
            for row_id in sorted((i for i in ids if i in self._groups), reverse=True):
                if run and run[-1].id - row_id > _NEAR:
                    self._note(run)
                    run = []
                run.append(_Copy(row_id, self._groups[row_id]))
            self._note(run)

    def _note(self, run: list[_Copy]) -> None:
        if len({copy.group for copy in run}) > 1:
            self._of |= dict.fromkeys((copy.id for copy in run), run)

    def _look_at(self, ids: set[int]) -> None:
        """Note the groups of those of these messages that this reader may see."""
        if not ids:
            return
        rows = self._db.execute(
            "SELECT m.id, m.group_id FROM messages m LEFT JOIN members p ON p.id = m.sender_id"
            f" WHERE m.id IN {_AMONG} AND m.flags & ?2 = 0 AND NOT {HIDDEN}",
            (_json(ids), RECALLED),
        ).fetchall()
        gone = withheld_among(self._db, self._reader, ids)
        self._groups |= {
            row_id: group
            for row_id, group in rows
            if row_id not in gone and (self._allowed is None or group in self._allowed)
        }

    def elsewhere(self, row_id: int) -> list[_Copy]:
        """Return a message's copies in other groups than its own, the newest first."""
        copies = self._of.get(row_id, ())
        return [copy for copy in copies if copy.group != self._groups[row_id]]

    def places(self, ids: Sequence[int]) -> dict[int, tuple[AlsoIn, ...]]:
        """Return where else each of these messages stands, for those that do: each group once, by
        the first copy there."""
        first = {i: {copy.group: copy.id for copy in self.elsewhere(i)} for i in ids}
        wanted = [row_id for by_group in first.values() for row_id in by_group.values()]
        if not wanted:
            return {}
        rows = self._db.execute(
            "SELECT m.id, g.key, g.title, g.key || ':' || m.platform_id, m.sent_at FROM messages m"
            f" JOIN groups g ON g.id = m.group_id WHERE m.id IN {_AMONG}",
            (_json(wanted),),
        )
        shown = {row_id: AlsoIn(*values) for row_id, *values in rows}
        return {
            i: tuple(shown[row_id] for row_id in sorted(by_group.values()))[:_LISTED]
            for i, by_group in first.items()
            if by_group
        }


def also_in(db: sqlite3.Connection, reader: Reader, row_id: int) -> tuple[AlsoIn, ...]:
    """Return in which other groups that this reader may see a message stands as well."""
    copies = Copies(db, reader)
    copies.learn([row_id])
    return copies.places([row_id]).get(row_id, ())


def once(copies: Copies, ids: Sequence[int], most: int | None = None) -> list[int]:
    """Leave out of a list what stands before in it as a copy in another group; return the first
    `most` of what is left."""
    before: set[int] = set()
    kept: list[int] = []
    step = len(ids) if most is None else most
    for start in range(0, len(ids), max(step, 1)):
        part = ids[start : start + step]
        copies.learn(part)
        for row_id in part:
            if not any(copy.id in before for copy in copies.elsewhere(row_id)):
                kept.append(row_id)
            before.add(row_id)
        if most is not None and len(kept) >= most:
            break
    return kept[:most]


def _json(values: Iterable[int]) -> str:
    return json.dumps(list(values))


def _by_key(keys: dict[int, K]) -> dict[K, list[int]]:
    found: dict[K, list[int]] = defaultdict(list)
    for row_id, key in keys.items():
        found[key].append(row_id)
    return found
