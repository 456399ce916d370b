"""What tells that something changed since: hashes of rows by day and group, never what they say."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Any

from archive.database import Archive
from archive.ids import DAY, SHIFT

_STEP = DAY << SHIFT
"""Ids of one day, in UTC."""
_SIZE = 8
_ROWS = (
    "count(*), sum(id & 0xffffffff), sum(digest & 0xffffffff), sum(flags), sum(edited_at),"
    " sum(kind), sum(sender_id), sum(length(detail)), sum(sent_at), sum(length(more))"
)
_HANGING = (
    ("attachments", "count(*), sum(message_id & 0xffffff), sum(length(sha256)),"
     " sum(length(name)), sum(length(missing)), sum(size)"),
    ("reactions", "count(*), sum((message_id & 0xffff) * count), sum(unicode(emoji) * count)"),
    ("message_tags", "count(*), sum((message_id & 0xffff) * tag_id)"),
    ("essence_messages", "count(*), sum((message_id & 0xffff) * essence_id)"),
    ("versions", "count(*), sum(message_id & 0xffffff)"),
    ("item_levels", "count(*), sum((message_id & 0xffff) * length(level))"),
)  # fmt: skip
"""What hangs on messages, and what of it tells a change."""
_WHOLE = (
    "SELECT id, key, title, kind, time_zone, visibility FROM groups",
    "SELECT * FROM opt_outs",
    "SELECT member_key FROM publish_consents",
    "SELECT group_id, member_key, name FROM shown_names",
    "SELECT count(*), max(rowid) FROM tombstones",
    "SELECT * FROM aliases WHERE kind IN ('group', 'member', 'union')",
    "SELECT id, folded, synonym_of FROM tags WHERE synonym_of IS NOT NULL",
    "SELECT * FROM erased_people",
    "SELECT * FROM group_settings",
    "SELECT * FROM group_texts",
    "SELECT * FROM consents",
)
_KEPT = (
    "SELECT * FROM essence",
    "SELECT * FROM essence_texts",
    "SELECT * FROM essence_messages",
    "SELECT * FROM columns",
    "SELECT * FROM column_messages",
    "SELECT * FROM threads",
    "SELECT * FROM thread_messages",
    "SELECT * FROM questions",
    "SELECT * FROM answers",
    "SELECT id, kind, place, period, state, digest, edits, sent_at FROM editions",
    "SELECT * FROM introductions",
)


class Marks:
    """Makes hashes that only this archive can make, so that nobody can try what they stand for."""

    def __init__(self, db: sqlite3.Connection, secret: bytes) -> None:
        self._db = db
        self._key = blake2b(secret, digest_size=32, person=b"published").digest()

    def of(self, told: object) -> bytes:
        """Return the hash of any plain value."""
        return blake2b(repr(told).encode(), digest_size=_SIZE, key=self._key).digest()

    def days(self) -> dict[int, bytes]:
        """Return a hash for each day in UTC that has messages, by its number since 2000."""
        first, last = self._db.execute("SELECT min(id), max(id) FROM messages").fetchone()
        if first is None:
            return {}
        hanging = [self._by_day(table, columns) for table, columns in _HANGING]
        found = {}
        for number in range(first // _STEP, last // _STEP + 1):
            told = self._rows(number * _STEP, (number + 1) * _STEP)
            if told[0]:
                found[number] = self.of((told, [rows.get(number) for rows in hanging]))
        return found

    def _by_day(self, table: str, columns: str) -> dict[int, list[Any]]:
        """Return what a table has hanging on the messages of each day in UTC."""
        rows = self._db.execute(f"SELECT message_id / {_STEP}, {columns} FROM {table} GROUP BY 1")
        return {number: told for number, *told in rows}

    def _rows(self, first: int, end: int) -> tuple[Any, ...]:
        told: tuple[Any, ...] = self._db.execute(
            f"SELECT {_ROWS} FROM messages WHERE id >= ? AND id < ?", (first, end)
        ).fetchone()
        return told

    def edge(self, newest: int) -> bytes:
        """Return a hash of a message's day in UTC, up to the message itself."""
        between = (day_of(newest) * _STEP, newest + 1)
        hanging = [
            self._db.execute(
                f"SELECT {columns} FROM {table} WHERE message_id >= ? AND message_id < ?", between
            ).fetchone()
            for table, columns in _HANGING
        ]
        return self.of((self._rows(*between), hanging))

    def groups(self, number: int) -> dict[int, bytes]:
        """Return a hash for each group that has messages on a day in UTC."""
        between = (number * _STEP, (number + 1) * _STEP)
        found: dict[int, list[Any]] = {}
        rows = self._db.execute(
            f"SELECT group_id, {_ROWS} FROM messages WHERE id >= ? AND id < ? GROUP BY group_id",
            between,
        )
        for group, *told in rows:
            found[group] = told
        for table, columns in _HANGING:
            rows = self._db.execute(
                f"SELECT m.group_id, '{table}', {columns} FROM {table} h"
                " JOIN messages m ON m.id = h.message_id"
                " WHERE h.message_id >= ? AND h.message_id < ? GROUP BY m.group_id",
                between,
            )
            for group, *told in rows:
                found[group].append(told)
        return {group: self.of(told) for group, told in found.items()}

    def whole(self) -> bytes:
        """Return one hash of what may change any page."""
        return self._tables(_WHOLE)

    def kept(self) -> bytes:
        """Return one hash of what people made of messages: essence, columns, threads, questions."""
        return self._tables(_KEPT)

    def names(self, named: bool) -> dict[int, bytes]:
        """Return what people are called, by group: hashes one after another, in order; without
        `named` only those who agree to be named in public."""
        rows = self._db.execute(
            "SELECT s.group_id, s.member_id, coalesce(s.name, nullif(p.name, ''))"
            " FROM memberships s JOIN members p ON p.id = s.member_id WHERE ? OR EXISTS"
            " (SELECT 1 FROM publish_consents c WHERE c.member_key = p.key)"
            " ORDER BY s.group_id, s.member_id",
            (named,),
        )
        found: dict[int, bytearray] = {}
        for group, member, name in rows:
            found.setdefault(group, bytearray()).extend(self.of((member, name)))
        return {group: bytes(told) for group, told in found.items()}

    def tags(self) -> dict[int, bytes]:
        """Return a hash for each tag, by its row id; a synonym counts to what it stands for."""
        rows = self._db.execute(
            "SELECT coalesce(t.synonym_of, t.id), t.name, count(*), sum(message_id & 0xffffffff)"
            " FROM message_tags JOIN tags t ON t.id = tag_id GROUP BY t.id ORDER BY t.id"
        )
        told: dict[int, list[Any]] = {}
        for row_id, *rest in rows:
            told.setdefault(row_id, []).append(rest)
        return {row_id: self.of(rest) for row_id, rest in told.items()}

    def _tables(self, statements: Iterable[str]) -> bytes:
        return self.of([self._db.execute(sql).fetchall() for sql in statements])


def day_of(message_id: int) -> int:
    """Return the number of a message's day in UTC."""
    return message_id // _STEP


def newest(db: sqlite3.Connection) -> int:
    """Return the id of the newest message; 0 where there is none."""
    found: int
    (found,) = db.execute("SELECT coalesce(max(id), 0) FROM messages").fetchone()
    return found


def carried_since(db: sqlite3.Connection, newest: int) -> tuple[bool, bool]:
    """Tell whether any message newer than one carries a file, and whether any has a link."""
    files, links = db.execute(
        "SELECT EXISTS (SELECT 1 FROM attachments WHERE message_id > ?1),"
        " EXISTS (SELECT 1 FROM messages WHERE id > ?1 AND instr(facet, ' hlink') > 0)",
        (newest,),
    ).fetchone()
    return bool(files), bool(links)


def touched(
    db: sqlite3.Connection, parts: Iterable[tuple[int, int]], aliases_from: int
) -> Iterator[tuple[int, int]]:
    """Return the (group, id) of messages that answer those in these parts of days: (day in UTC,
    group), or are what a bridge said of them; and those that answer by a name given to a message
    since the row `aliases_from`."""
    for number, group in parts:
        yield from db.execute(
            "SELECT r.group_id, r.id FROM messages m CROSS JOIN messages r"
            " ON r.group_id = m.group_id AND r.reply_to = m.platform_id"
            " WHERE m.group_id = ? AND m.id >= ? AND m.id < ?",
            (group, number * _STEP, (number + 1) * _STEP),
        )
        yield from db.execute(
            "SELECT r.group_id, r.id FROM groups o CROSS JOIN messages m CROSS JOIN groups g"
            " CROSS JOIN messages r ON r.group_id = g.id AND r.reply_to = o.key || ':' ||"
            " m.platform_id WHERE o.id = ?1 AND m.group_id = ?1 AND m.id >= ?2 AND m.id < ?3",
            (group, number * _STEP, (number + 1) * _STEP),
        )
        yield from db.execute(
            "SELECT r.group_id, r.id FROM messages m CROSS JOIN aliases a ON a.kind = 'message'"
            " AND a.target = m.id CROSS JOIN messages r ON r.group_id = a.group_id"
            " AND r.reply_to = a.other WHERE m.group_id = ? AND m.id >= ? AND m.id < ?",
            (group, number * _STEP, (number + 1) * _STEP),
        )
        yield from _copies_of(db, group, number)
    yield from db.execute(
        "SELECT r.group_id, r.id FROM aliases a CROSS JOIN messages r"
        " ON r.group_id = a.group_id AND r.reply_to = a.other"
        " WHERE a.kind = 'message' AND a.rowid > ?",
        (aliases_from,),
    )


def _copies_of(db: sqlite3.Connection, group: int, number: int) -> Iterator[tuple[int, int]]:
    """Return the (group, id) of what a bridge said of a group's messages of a day, and of what
    answers that."""
    said = (
        "SELECT c.group_id, c.id, c.platform_id FROM bridged b JOIN groups h ON h.key = b.target"
        " OR h.id = (SELECT o.target FROM aliases o WHERE o.kind = 'group' AND o.other = b.target)"
        " JOIN messages c ON c.id = coalesce("
        "(SELECT id FROM messages WHERE group_id = h.id AND platform_id = b.copy_id),"
        " (SELECT a.target FROM aliases a WHERE a.kind = 'message' AND a.group_id = h.id"
        " AND a.other = b.copy_id)) JOIN messages m ON m.id = b.message_id AND m.group_id = ?"
        " WHERE b.message_id >= ? AND b.message_id < ? AND b.copy_id IS NOT NULL"
    )
    between = (group, number * _STEP, (number + 1) * _STEP)
    for in_group, row_id, platform_id in db.execute(said, between).fetchall():
        yield in_group, row_id
        yield from db.execute(
            "SELECT group_id, id FROM messages WHERE group_id = ? AND reply_to = ?",
            (in_group, platform_id),
        )


def tags_between(db: sqlite3.Connection, numbers: Iterable[int]) -> set[int]:
    """Return the tags, by what they stand for, of messages of these days in UTC."""
    found: set[int] = set()
    for number in numbers:
        rows = db.execute(
            "SELECT DISTINCT coalesce(t.synonym_of, t.id) FROM message_tags"
            " JOIN tags t ON t.id = tag_id WHERE message_id >= ? AND message_id < ?",
            (number * _STEP, (number + 1) * _STEP),
        )
        found.update(row_id for (row_id,) in rows)
    return found


def last_alias(db: sqlite3.Connection) -> tuple[int, int]:
    """Return how many other names messages have, and the row of the last one."""
    count, last = db.execute(
        "SELECT count(*), max(rowid) FROM aliases WHERE kind = 'message'"
    ).fetchone()
    return count, last or 0


def messages_of_essence(db: sqlite3.Connection, ids: Iterable[int]) -> list[tuple[int, int]]:
    """Return the (group, id) of the messages of some essence."""
    return db.execute(
        "SELECT m.group_id, m.id FROM essence_messages e JOIN messages m ON m.id = e.message_id"
        " WHERE e.essence_id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    ).fetchall()


def stamp(archive: Archive) -> list[int]:
    """Return what differs after any commit: sizes and times of the database and its log; taken
    before reading, so that what is committed meanwhile differs as well."""
    found: list[int] = []
    for path in (archive.path, archive.path.with_name(f"{archive.path.name}-wal")):
        try:
            facts = path.stat()
            found += (facts.st_ino, facts.st_size, facts.st_mtime_ns)
        except OSError:
            found += (0, 0, 0)
    return found
