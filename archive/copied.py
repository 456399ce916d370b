"""Copies that the bridge said: shown with the words and the name of their originals."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

import msgspec

from archive.access import Reader
from archive.bridged import SERVICE as SERVICE
from archive.bridged import original_of
from archive.consent import group_keys
from archive.groups import allowed_ids
from archive.levels import level_of, withheld_among
from archive.masks import mask
from archive.prepare import RECALLED
from archive.records import KINDS, Forward
from archive.senders import ANONYMOUS, HIDDEN

_FACTS = (
    "SELECT m.text, m.more, m.kind, m.flags, m.sender_id, m.sender_name, m.sent_at, g.id, g.title"
    " FROM messages m JOIN groups g ON g.id = m.group_id LEFT JOIN members p ON p.id = m.sender_id"
    f" WHERE m.id = ? AND NOT {HIDDEN}"
)
_NAME = (
    "SELECT coalesce(a.name, s.name, nullif(p.name, ''), '') FROM members p"
    " LEFT JOIN memberships s ON s.group_id = ?1 AND s.member_id = p.id"
    " LEFT JOIN shown_names a ON a.group_id = ?1 AND a.member_key = p.key WHERE p.id = ?2"
)
_GROUP_OF = "SELECT g.key FROM messages m JOIN groups g ON g.id = m.group_id WHERE m.id = ?"
_SAID_IN = (
    "SELECT c.id, b.message_id FROM bridged b JOIN groups h ON h.key IN"
    " (SELECT value FROM json_each(?1)) JOIN messages c ON c.id = coalesce("
    "(SELECT id FROM messages WHERE group_id = h.id AND platform_id = b.copy_id),"
    " (SELECT target FROM aliases WHERE kind = 'message' AND group_id = h.id"
    " AND other = b.copy_id))"
    " WHERE b.target = ?2 AND b.copy_id IS NOT NULL AND b.part = 0 AND c.service = ?3"
)


class Original(msgspec.Struct, frozen=True):
    """What a copy shows."""

    text: str = ""
    more: str = ""
    kind: str = "forward"
    sender: str = ""
    """As the group it was said in calls them: by the alias, where there is one."""
    gone: bool = True
    forward: Forward | None = None


def shown_to(
    db: sqlite3.Connection, reader: Reader, group_key: str, platform_id: str
) -> Original | None:
    """Return what a copy shows a reader; None where it is none of theirs.

    Who is in the group reads what was brought to it; everybody else what they may read where it
    was said, as they read it there.
    """
    row_id = original_of(db, group_key, platform_id)
    if row_id is None:
        return Original()
    if reader.inside(group_key) and not reader.published:
        return shown(db, row_id)
    if row_id not in _readable(db, reader, [row_id]):
        return None
    found = shown(db, row_id)
    stand = db.execute(_GROUP_OF, (row_id,)).fetchone()
    if reader.inside(stand[0]):
        return found
    sender = ANONYMOUS if found.sender else ""
    return msgspec.structs.replace(found, text=mask(found.text), more="", sender=sender)


def unseen(db: sqlite3.Connection, reader: Reader) -> frozenset[int]:
    """Return the row ids of the copies that are not shown to who reads what is published."""
    pairs = [pair for target in _targets(db) for pair in _said_in(db, target)]
    seen = _readable(db, reader, {row_id for _, row_id in pairs})
    return frozenset(copy for copy, row_id in pairs if row_id not in seen)


def _targets(db: sqlite3.Connection) -> list[str]:
    return [key for (key,) in db.execute("SELECT DISTINCT target FROM bridged").fetchall()]


def _said_in(db: sqlite3.Connection, target: str) -> list[tuple[int, int]]:
    """Return the copies that stand in a group: (row id, row id of the original)."""
    rows = db.execute(_SAID_IN, (json.dumps(group_keys(db, target)), target, SERVICE))
    return rows.fetchall()


def _readable(db: sqlite3.Connection, reader: Reader, ids: Iterable[int]) -> set[int]:
    """Return those of these messages that a reader may see where they were said; what was taken
    back is seen as such."""
    wanted, allowed = list(ids), allowed_ids(db, reader)
    rows = db.execute(
        "SELECT id, group_id FROM messages WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(wanted),),
    ).fetchall()
    found = {row_id for row_id, group in rows if allowed is None or group in allowed}
    return found - withheld_among(db, reader, found)


def shown(db: sqlite3.Connection, row_id: int) -> Original:
    """Return what the copies of a message show."""
    row = db.execute(_FACTS, (row_id,)).fetchone()
    if row is None or row[3] & RECALLED or level_of(db, row_id) is not None:
        return Original()
    text, more, kind, _, sender_id, sender_name, sent_at, group, title = row
    if sender_id is not None:
        sender_name = _name_of(db, group, sender_id) or sender_name
    return Original(
        text, more or "", KINDS[kind], sender_name or "", False, Forward(title, None, sent_at)
    )


def _name_of(db: sqlite3.Connection, group: int, sender_id: int) -> str | None:
    row = db.execute(_NAME, (group, sender_id)).fetchone()
    return row[0] if row else None
