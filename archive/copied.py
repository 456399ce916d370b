"""Copies that the bridge said: shown with the words and the name of their originals."""

from __future__ import annotations

import sqlite3

import msgspec

from archive.bridged import SERVICE as SERVICE
from archive.bridged import original_of
from archive.levels import level_of
from archive.prepare import RECALLED
from archive.records import KINDS, Forward
from archive.senders import HIDDEN

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


class Original(msgspec.Struct, frozen=True):
    """What a copy shows."""

    text: str = ""
    more: str = ""
    kind: str = "forward"
    sender: str = ""
    """As the group it was said in calls them: by the alias, where there is one."""
    gone: bool = True
    forward: Forward | None = None


def original(db: sqlite3.Connection, group_key: str, platform_id: str) -> Original:
    """Return what a copy in a group shows, by the id that it has there."""
    row_id = original_of(db, group_key, platform_id)
    return Original() if row_id is None else shown(db, row_id)


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
