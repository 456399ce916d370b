"""Messages without a stable id: recognised by group, time, sender, text and ordinal among equals.

Such a message is stored under `~<hash>-<ordinal>`, so the same line of the same export has the
same key for ever. When one source has ids and another has not, the messages of the second (or
minute) are compared, and the other name becomes an alias.
"""

from __future__ import annotations

import json
import sqlite3
from hashlib import blake2b

from archive.ids import first_id
from archive.people import KnownGroup
from archive.prepare import Prepared
from archive.records import KINDS
from archive.text import normalise

_FILE = KINDS.index("file")
_MEDIA = json.dumps(
    [KINDS.index(k) for k in ("photo", "video", "voice", "audio", "file", "sticker", "animation")]
)
_SPILL = 2
"""Seconds after its own in which a message's id may lie when many were sent in one second."""


def match_of(message: Prepared) -> str:
    """Return the hash of what makes a message itself where there is no id."""
    who = message.sender_key or ""
    if who.partition(":")[2].startswith("~") or not who:
        who = message.sender_name or ""
    said = comparable(message.text) or KINDS[message.kind]
    parts = f"{message.sent_at}\0{who}\0{said}"
    return "~" + blake2b(parts.encode(), digest_size=9).hexdigest()


def is_bare_file(message: Prepared) -> bool:
    """Tell a message without an id of which nothing is said but that it was a file."""
    return bool(message.attachments) and message.platform_id is None and not message.text


def _is_any_file(message: Prepared) -> bool:
    """Tell a file of which not even the kind is known: `<Media omitted>`."""
    return message.kind == _FILE and not any(a.sha256 or a.name for a in message.attachments)


def has_own_id(message: Prepared) -> bool:
    """Tell whether the platform gave a message its id, and not an archive."""
    return message.platform_id is not None and not message.platform_id.startswith("~")


def is_mixed(group: KnownGroup, message: Prepared) -> bool:
    """Tell whether a message without an id may be there from a source of another kind."""
    return bool(group.with_ids) or message.precision > 1 or group.without_ids == 2


def may_be_here(group: KnownGroup, message: Prepared) -> bool:
    """Tell whether a message may be there from a source of the other kind, with ids or without."""
    return bool(group.without_ids) if has_own_id(message) else is_mixed(group, message)


def comparable(text: str) -> str:
    """Return a text without what differs between sources: case, width, white space."""
    return "".join(normalise(text).split())


class Matcher:
    """Gives messages without ids their keys, for one file at a time."""

    def __init__(self, db: sqlite3.Connection, run_id: int | None = None) -> None:
        self._db = db
        self._run_id = run_id
        db.execute(
            "CREATE TEMP TABLE IF NOT EXISTS equals"
            "(group_id INTEGER, match TEXT, count INTEGER, PRIMARY KEY(group_id, match))"
            " WITHOUT ROWID"
        )
        db.execute("CREATE TEMP TABLE IF NOT EXISTS claimed(id INTEGER PRIMARY KEY)")
        db.execute(
            "CREATE TEMP TABLE IF NOT EXISTS local_ids"
            "(group_id INTEGER, local TEXT, platform_id TEXT, PRIMARY KEY(group_id, local))"
            " WITHOUT ROWID"
        )

    def begin_file(self) -> None:
        """Start counting equals anew: another file may hold the same lines again."""
        for table in ("equals", "claimed", "local_ids"):
            self._db.execute(f"DELETE FROM temp.{table}")

    def name(self, group: KnownGroup, message: Prepared) -> str:
        """Return the id under which a message without one is kept."""
        match = match_of(message)
        (ordinal,) = self._db.execute(
            "INSERT INTO temp.equals VALUES(?, ?, 0)"
            " ON CONFLICT DO UPDATE SET count = count + 1 RETURNING count",
            (group.id, match),
        ).fetchone()
        named = f"{match}-{ordinal}"
        if message.local_id is not None:
            self._db.execute(
                "INSERT OR REPLACE INTO temp.local_ids VALUES(?, ?, ?)",
                (group.id, message.local_id, named),
            )
        return named

    def answered(self, group: KnownGroup, message: Prepared) -> str | None:
        """Return the id of the message a local reply answers."""
        row = self._db.execute(
            "SELECT platform_id FROM temp.local_ids WHERE group_id = ? AND local = ?",
            (group.id, message.local_reply_to),
        ).fetchone()
        return row[0] if row else None

    def claim(self, row_id: int) -> None:
        """Note that a line of this file is this row, so that no equal line is taken for it."""
        self._db.execute("INSERT OR IGNORE INTO temp.claimed VALUES(?)", (row_id,))

    def is_claimed(self, row_id: int) -> bool:
        """Tell whether a line of this file is this row, or made it."""
        if row_id < 0:
            return True
        row = self._db.execute("SELECT 1 FROM temp.claimed WHERE id = ?", (row_id,)).fetchone()
        return row is not None

    def unclaimed(self, group: KnownGroup, name: str, known: dict[str, int]) -> str:
        """Return the next id of the same match that no line of this file has, and put the row into
        `known` that has it, if there is one."""
        match, _, ordinal = name.rpartition("-")
        number = int(ordinal)
        while name in known and self.is_claimed(known[name]):
            number += 1
            name = f"{match}-{number}"
            if name not in known:
                known |= resolve(self._db, group, [name])
        return name

    def bare_file(self, group: KnownGroup, message: Prepared, sender_id: int | None) -> int | None:
        """Find a file without words that another import brought: where one of the two says no more
        than that there was one, the kinds may differ."""
        if message.sent_at is None or self._run_id is None:
            return None
        start = message.sent_at - message.sent_at % message.precision
        end = start + message.precision
        missing = "EXISTS(SELECT 1 FROM attachments a WHERE a.message_id = m.id"
        alike = f"m.kind = {_FILE} AND {missing} AND a.sha256 IS NULL AND a.name IS NULL)"
        if _is_any_file(message):
            alike = f"{missing})"
        row = self._db.execute(
            "SELECT m.id FROM messages m WHERE m.group_id = ? AND m.id >= ? AND m.id < ?"
            " AND m.sent_at >= ? AND m.sent_at < ? AND m.sender_id IS ? AND m.text = ''"
            f" AND m.run_id IS NOT ? AND m.kind IN (SELECT value FROM json_each(?)) AND {alike}"
            " AND m.id NOT IN (SELECT id FROM temp.claimed) ORDER BY m.id LIMIT 1",
            (group.id, first_id(start), first_id(end + _SPILL), start, end, sender_id,
             self._run_id, _MEDIA),
        ).fetchone()  # fmt: skip
        if row is None:
            return None
        self.claim(row[0])
        return int(row[0])

    def give(self, group: KnownGroup, name: str, message: Prepared, row_id: int) -> None:
        """Let a row that was found go by another name as well; the platform's own is its key."""
        if has_own_id(message):
            take_over(self._db, group, name, row_id)
        else:
            add_alias(self._db, group, name, row_id)

    def counterpart(
        self, group: KnownGroup, name: str, message: Prepared, sender_id: int | None
    ) -> int | None:
        """Find the same message as a source of another kind brought it: with an id or without,
        or with its time to the minute only. Each row is given away once a file."""
        if message.sent_at is None:
            return None
        unit = 60 if group.without_ids == 2 else message.precision
        start = message.sent_at - message.sent_at % unit
        # a message without an id is no equal line of its own kind: that one has another ordinal
        others = "~*" if has_own_id(message) else "*"
        own = "" if has_own_id(message) else f"{name.rpartition('-')[0]}-*"
        rows = self._db.execute(
            "SELECT m.id, m.text, m.kind, m.sender_id, coalesce(s.name, p.name, m.sender_name)"
            " FROM messages m LEFT JOIN members p ON p.id = m.sender_id LEFT JOIN memberships s"
            " ON s.group_id = m.group_id AND s.member_id = m.sender_id"
            " WHERE m.group_id = ? AND m.id >= ? AND m.id < ?"
            " AND m.sent_at >= ? AND m.sent_at < ?"
            " AND m.platform_id GLOB ? AND m.platform_id NOT GLOB ?"
            " AND m.id NOT IN (SELECT id FROM temp.claimed) ORDER BY m.id",
            (group.id, first_id(start), first_id(start + unit + _SPILL), start, start + unit,
             others, own),
        )  # fmt: skip
        said = comparable(message.text)
        for row_id, text, kind, who, shown in rows:
            same_person = who == sender_id or (shown and shown == message.sender_name)
            if same_person and comparable(text) == said and (said or kind == message.kind):
                self.claim(row_id)
                return int(row_id)
        return None


def resolve(db: sqlite3.Connection, group: KnownGroup, ids: list[str]) -> dict[str, int]:
    """Find which of these platform ids the group already has, by key or alias: id → row."""
    if not (group.messages or group.aliases):
        return {}
    wanted = json.dumps(ids)
    found: dict[str, int] = {}
    if group.aliases:
        found.update(
            db.execute(
                "SELECT other, target FROM aliases WHERE kind = 'message' AND group_id = ?"
                " AND other IN (SELECT value FROM json_each(?))",
                (group.id, wanted),
            )
        )
    # a message's own id comes before what others are called as well
    found.update(
        db.execute(
            "SELECT platform_id, id FROM messages WHERE group_id = ?"
            " AND platform_id IN (SELECT value FROM json_each(?))",
            (group.id, wanted),
        )
    )
    return found


def add_alias(db: sqlite3.Connection, group: KnownGroup, other: str, row_id: int) -> None:
    """Record that another id means the same message."""
    db.execute(
        "INSERT OR IGNORE INTO aliases(kind, group_id, other, target) VALUES('message', ?, ?, ?)",
        (group.id, other, row_id),
    )
    group.aliases = 1


def take_over(db: sqlite3.Connection, group: KnownGroup, platform_id: str, row_id: int) -> None:
    """Let a message that had no id have the real one; the old key stays as an alias."""
    (former,) = db.execute("SELECT platform_id FROM messages WHERE id = ?", (row_id,)).fetchone()
    db.execute("UPDATE messages SET platform_id = ? WHERE id = ?", (platform_id, row_id))
    db.execute(
        "UPDATE messages SET reply_to = ? WHERE group_id = ? AND reply_to = ?",
        (platform_id, group.id, former),
    )
    db.execute("UPDATE groups SET with_ids = 1 WHERE id = ?", (group.id,))
    add_alias(db, group, former, row_id)
