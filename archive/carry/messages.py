"""The messages of a group as they are stored, each a record that has everything."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from archive.carry.rows import Chosen, Hidden
from archive.hanging import attachments_of
from archive.prepare import RECALLED
from archive.records import KINDS, Attachment, Kept, Message, Reaction

BATCH = 2_000
"""Messages loaded at a time."""

_SELECT = (
    "SELECT id, platform_id, sender_id, sender_name, sent_at, edited_at, kind, text, more,"
    " reply_to, topic, service, detail, flags, quality, digest, facet FROM messages"
    " WHERE group_id = ? AND "
)
_FROM = f"{_SELECT} id > ? AND id < ? ORDER BY id LIMIT ?"
_THESE = f"{_SELECT} id IN (SELECT value FROM json_each(?)) ORDER BY id"
_AMONG = "message_id IN (SELECT value FROM json_each(?))"
_Parts = dict[int, list[Any]]


class StoredMessages:
    """Reads messages of one archive at one moment."""

    def __init__(self, db: sqlite3.Connection, hidden: Hidden) -> None:
        self._db = db
        self._hidden = hidden.ids

    def of(self, group_id: int, chosen: Chosen) -> Iterator[Message]:
        """Return a group's messages, oldest first, without those of people who opted out."""
        (key,) = self._db.execute("SELECT key FROM groups WHERE id = ?", (group_id,)).fetchone()
        people = _People(self._db, group_id)
        after = chosen.first - 1
        while True:
            rows = self._db.execute(_FROM, (group_id, after, chosen.end, BATCH)).fetchall()
            parts = _Parted(self._db, [row[0] for row in rows])
            for row in rows:
                if row[2] not in self._hidden:
                    yield _message(key, row, people, parts)
            if len(rows) < BATCH:
                return
            after = rows[-1][0]

    def these(self, group_id: int, ids: list[int]) -> Iterator[Message]:
        """Return some messages of a group, oldest first, whoever sent them."""
        (key,) = self._db.execute("SELECT key FROM groups WHERE id = ?", (group_id,)).fetchone()
        people = _People(self._db, group_id)
        for at in range(0, len(ids), BATCH):
            some = ids[at : at + BATCH]
            parts = _Parted(self._db, some)
            for row in self._db.execute(_THESE, (group_id, json.dumps(some))).fetchall():
                yield _message(key, row, people, parts)


class _People(dict[int, tuple[str, str | None]]):
    """Key and shown name of who said something in a group, looked up once each."""

    def __init__(self, db: sqlite3.Connection, group_id: int) -> None:
        super().__init__()
        self._db, self._group_id = db, group_id

    def __missing__(self, row_id: int) -> tuple[str, str | None]:
        key, name = self._db.execute(
            "SELECT p.key, coalesce(s.name, nullif(p.name, '')) FROM members p LEFT JOIN"
            " memberships s ON s.member_id = p.id AND s.group_id = ? WHERE p.id = ?",
            (self._group_id, row_id),
        ).fetchone()
        self[row_id] = (key, name)
        return self[row_id]


class _Parted:
    """What hangs on some messages, by message."""

    def __init__(self, db: sqlite3.Connection, ids: list[int]) -> None:
        listed = json.dumps(ids)

        def by_id(sql: str) -> _Parts:
            found: _Parts = defaultdict(list)
            for row_id, *rest in db.execute(sql, (listed,)):
                found[row_id].append(tuple(rest))
            return found

        self.attachments = attachments_of(db, ids)
        self.reactions = by_id(
            f"SELECT message_id, emoji, count, members FROM reactions WHERE {_AMONG}"
            " ORDER BY message_id, emoji"
        )
        self.former = by_id(f"SELECT message_id, text, edited_at FROM versions WHERE {_AMONG}"
                            " ORDER BY id")  # fmt: skip
        self.tags = by_id(
            "SELECT message_id, t.name FROM message_tags JOIN tags t ON t.id = tag_id"
            f" WHERE {_AMONG} AND added_by IS NULL ORDER BY message_tags.rowid"
        )


def _message(
    group_key: str,
    row: tuple[Any, ...],
    people: _People,
    parts: _Parted,
) -> Message:
    (row_id, platform_id, sender_id, sender_name, sent_at, edited_at, kind, text, more, reply_to,
     topic, service, detail, flags, quality, digest, facet) = row  # fmt: skip
    sender_key, shown = (None, sender_name)
    if sender_id is not None:
        sender_key, shown = people[sender_id]
    attached: tuple[Attachment, ...] = parts.attachments.get(row_id, ())
    kept = Kept(
        digest,
        flags,
        " ".join([token for token in facet.split() if token[0] in "hx"]),
        more,
        tuple([name for (name,) in parts.tags[row_id]]) if row_id in parts.tags else (),
        tuple(parts.former[row_id]) if row_id in parts.former else (),
    )
    return Message(
        group_key, platform_id, sent_at, sender_key, shown, KINDS[kind], text, reply_to,
        topic=topic, edited_at=edited_at, recalled=bool(flags & RECALLED), service=service,
        attachments=attached,
        reactions=tuple([_reaction(*part) for part in parts.reactions[row_id]])
        if row_id in parts.reactions
        else (),
        detail=json.loads(detail) if detail else {},
        quality=quality,
        kept=kept,
    )  # fmt: skip


def _reaction(emoji: str, count: int, members: str | None) -> Reaction:
    return Reaction(emoji, count, tuple(json.loads(members)) if members else ())
