"""Messages the archive did not have: collected for a batch, written in a few statements."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from typing import Any

from archive import index, places
from archive.ids import Slots
from archive.people import Directory, KnownGroup
from archive.prepare import TIME_GUESSED, Prepared
from archive.records import Attachment, Reaction

COLUMNS = (
    "id", "group_id", "platform_id", "sender_id", "sender_name", "sent_at", "edited_at", "kind",
    "text", "more", "reply_to", "topic", "service", "detail", "flags", "quality", "digest",
    "facet", "run_id",
)  # fmt: skip
"""The columns of `messages`, in the order rows are written."""

INSERT = f"INSERT INTO messages({', '.join(COLUMNS)}) VALUES({', '.join('?' * len(COLUMNS))})"


class Newcomers:
    """Collects new messages of one group within one transaction."""

    def __init__(
        self, db: sqlite3.Connection, group: KnownGroup, directory: Directory, run_id: int | None
    ) -> None:
        self._db = db
        self._group = group
        self._directory = directory
        self._run_id = run_id
        self._hanging = _Hanging()
        self._messages: list[tuple[str, Prepared]] = []
        self._ids: list[int] = []

    def add(self, platform_id: str, message: Prepared) -> int:
        """Note a message to be written; return a negative place, see `row_of`."""
        self._messages.append((platform_id, message))
        return -len(self._messages)

    def row_of(self, place: int) -> int:
        """Return the row id of a place; one that `add` did not give is a row id already."""
        return self._ids[-place - 1] if place < 0 else place

    def names(self) -> list[str]:
        """Return the ids of the messages noted."""
        return [platform_id for platform_id, _ in self._messages]

    def write(self, missing_media: Counter[str]) -> int:
        """Write rows, index entries and everything that hangs on them; return how many."""
        if not self._messages:
            return 0
        slots = Slots(self._db)
        slots.load({message.sent_at or 0 for _, message in self._messages})
        rows: list[tuple[Any, ...]] = []
        entries: list[tuple[int, str, str, str]] = []
        marks: list[tuple[int, int]] = []
        days: Counter[str] = Counter()
        group_id, sender = self._group.id, self._directory.sender
        for platform_id, m in self._messages:
            at = m.sent_at or 0
            row_id = slots.take(at)
            sender_id = sender(self._group, m.sender_key, m.sender_name, at)
            facet = f"g{group_id} s{sender_id} {m.facet}" if sender_id else f"g{group_id} {m.facet}"
            if m.tags or m.attachments or m.reactions or m.former:
                facet = self._hang_on(row_id, m, facet, missing_media)
            shown = None if sender_id else m.sender_name
            rows.append(
                (row_id, group_id, platform_id, sender_id, shown, at, m.edited_at, m.kind, m.text,
                 m.more, m.reply_to, m.topic, m.service, m.detail, m.flags, m.quality, m.digest,
                 facet, self._run_id)
            )  # fmt: skip
            entries.append((row_id, m.body, m.chars, facet))
            if m.mark is not None:
                marks.append((row_id, m.mark))
            days[self._group.day(at)] += 1
            self._ids.append(row_id)
        self._db.executemany(INSERT, rows)
        index.add(self._db, entries)
        if marks:
            places.add(self._db, marks)
        self._hanging.write(self._db)
        count_days(self._db, self._group, days)
        self._count()
        return len(rows)

    def _hang_on(self, row_id: int, m: Prepared, facet: str, missing_media: Counter[str]) -> str:
        tags = sorted({self._directory.tag(name) for name in m.tags})
        self._hanging.tags += [(row_id, tag, self._group.id) for tag in tags]
        self._hanging.attachments += [(row_id, *part) for part in enumerate(m.attachments)]
        missing_media.update(a.missing for a in m.attachments if a.missing)
        self._hanging.reactions += [(row_id, reaction) for reaction in m.reactions]
        self._hanging.former += [(row_id, *version) for version in m.former]
        return facet + "".join(f" t{tag}" for tag in tags)

    def _count(self) -> None:
        times = [m.sent_at or 0 for _, m in self._messages]
        # a time that is only supposed makes others no coarser
        nameless = [
            1 if m.flags & TIME_GUESSED else m.precision
            for _, m in self._messages
            if m.platform_id is None
        ]
        self._group.with_ids = self._group.with_ids or len(nameless) < len(times)
        if nameless:
            coarse = 2 if max(nameless) > 1 else 1
            self._group.without_ids = max(self._group.without_ids, coarse)
        self._group.messages += len(times)
        self._db.execute(
            "UPDATE groups SET messages = messages + ?, with_ids = ?, without_ids = ?,"
            " first_at = min(coalesce(first_at, ?), ?), last_at = max(coalesce(last_at, ?), ?)"
            " WHERE id = ?",
            (
                len(times), bool(self._group.with_ids), self._group.without_ids,
                min(times), min(times), max(times), max(times), self._group.id,
            ),
        )  # fmt: skip


def count_days(db: sqlite3.Connection, group: KnownGroup, days: Counter[str]) -> None:
    """Add to (or, with negative numbers, take from) the messages counted per local day."""
    db.executemany(
        "INSERT INTO days(group_id, day, messages) VALUES(?, ?, ?)"
        " ON CONFLICT DO UPDATE SET messages = messages + excluded.messages",
        [(group.id, day, number) for day, number in days.items()],
    )


class _Hanging:
    """What hangs on a batch of new messages, each kind written in one statement."""

    def __init__(self) -> None:
        self.tags: list[tuple[int, int, int]] = []
        self.attachments: list[tuple[int, int, Attachment]] = []
        self.reactions: list[tuple[int, Reaction]] = []
        self.former: list[tuple[int, str, int | None]] = []

    def write(self, db: sqlite3.Connection) -> None:
        db.executemany(
            "INSERT OR IGNORE INTO message_tags(message_id, tag_id, group_id) VALUES(?, ?, ?)",
            self.tags,
        )
        insert_attachments(db, self.attachments)
        insert_reactions(db, self.reactions)
        insert_versions(db, self.former)


def insert_attachments(db: sqlite3.Connection, rows: list[tuple[int, int, Attachment]]) -> None:
    """Write attachments, (message, position, attachment), and the stored files among them."""
    db.executemany(
        "INSERT INTO attachments(message_id, position, kind, name, sha256, missing, mime, size,"
        " width, height, duration) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (row_id, place, a.kind, a.name, a.sha256, a.missing, a.mime, a.size, a.width,
             a.height, a.duration)
            for row_id, place, a in rows
        ],
    )  # fmt: skip
    db.executemany(
        "INSERT OR IGNORE INTO media(sha256, size) VALUES(?, ?)",
        [(a.sha256, a.size or 0) for _, _, a in rows if a.sha256],
    )


def insert_versions(db: sqlite3.Connection, rows: list[tuple[int, str, int | None]]) -> None:
    """Write former texts: (message, text, when it was written)."""
    db.executemany("INSERT INTO versions(message_id, text, edited_at) VALUES(?, ?, ?)", rows)


def insert_reactions(db: sqlite3.Connection, rows: list[tuple[int, Reaction]]) -> None:
    """Keep the larger count of each emoji: sources see a message at different times."""
    db.executemany(
        "INSERT INTO reactions(message_id, emoji, count, members) VALUES(?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET members = CASE WHEN excluded.count > count"
        " THEN excluded.members ELSE members END, count = max(count, excluded.count)",
        [
            (row_id, r.emoji, r.count, json.dumps(r.members) if r.members else None)
            for row_id, r in rows
        ],
    )
