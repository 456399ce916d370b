"""What threads, columns, saved messages, the roster and introductions do when a message, a person
or a group goes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

from archive.group_settings import move_settings
from archive.hits import iso

_OTHER = (
    "(SELECT min(o.message_id) FROM essence_messages e JOIN essence_messages o USING (essence_id)"
    " WHERE e.message_id = ?1 AND o.message_id != ?1)"
)
"""Another message of the same essence, NULL if there is none."""


def let_go(db: sqlite3.Connection, row_id: int) -> None:
    """Take a message that is erased out of threads, which end when empty; an essence of several
    messages stays in its columns by another of them."""
    drop_edited(db, row_id)
    threads = db.execute(
        "DELETE FROM thread_messages WHERE message_id = ? RETURNING thread_id", (row_id,)
    ).fetchall()
    db.executemany(
        "DELETE FROM threads WHERE id = ?1"
        " AND NOT EXISTS (SELECT 1 FROM thread_messages WHERE thread_id = ?1)",
        threads,
    )
    db.execute(
        f"UPDATE OR IGNORE column_messages SET message_id = {_OTHER}"
        f" WHERE message_id = ?1 AND {_OTHER} IS NOT NULL",
        (row_id,),
    )


def drop_edited(db: sqlite3.Connection, row_id: int) -> None:
    """Drop the edited versions of the threads and essence a message is in: they may have its
    words."""
    db.execute(
        "DELETE FROM essence_texts WHERE essence_id IN"
        " (SELECT essence_id FROM essence_messages WHERE message_id = ?)",
        (row_id,),
    )
    db.execute(
        "UPDATE threads SET edited = NULL, edited_by = NULL, edited_at = NULL, edited_over = NULL"
        " WHERE edited IS NOT NULL"
        " AND id IN (SELECT thread_id FROM thread_messages WHERE message_id = ?)",
        (row_id,),
    )


def move_group(db: sqlite3.Connection, source_id: int, target_id: int) -> None:
    """Let what one group gathered become another's; of two alike the other group's holds."""
    both = (target_id, source_id)
    db.execute("UPDATE threads SET group_id = ? WHERE group_id = ?", both)
    for source, target in db.execute(
        "SELECT s.id, t.id FROM columns s JOIN columns t ON t.folded = s.folded"
        " WHERE t.group_id = ? AND s.group_id = ?",
        both,
    ).fetchall():
        (last,) = db.execute(
            "SELECT coalesce(max(position), 0) FROM column_messages WHERE column_id = ?", (target,)
        ).fetchone()
        db.execute(
            "UPDATE OR IGNORE column_messages SET column_id = ?, position = position + ?"
            " WHERE column_id = ?",
            (target, last, source),
        )
        db.execute("DELETE FROM column_messages WHERE column_id = ?", (source,))
        db.execute("DELETE FROM columns WHERE id = ?", (source,))
    db.execute("UPDATE columns SET group_id = ? WHERE group_id = ?", both)
    db.execute("UPDATE invites SET group_id = ? WHERE group_id = ?", both)
    for table in ("introductions", "greeted", "roster", "group_texts", "last_read",
                  "api_token_groups"):  # fmt: skip
        db.execute(f"UPDATE OR IGNORE {table} SET group_id = ? WHERE group_id = ?", both)
        db.execute(f"DELETE FROM {table} WHERE group_id = ?", (source_id,))
    move_settings(db, source_id, target_id)


def erase_from_shelves(
    db: sqlite3.Connection, keys: list[str], names: Mapping[int, frozenset[str]]
) -> None:
    """Erase what a person saved, said of themselves, and stands on rosters with; `names` are those
    that are theirs alone, in comparable form, by group."""
    listed = (json.dumps(keys),)
    mine = "IN (SELECT value FROM json_each(?))"
    for table in ("saved", "introductions", "greeted", "roster"):
        db.execute(f"DELETE FROM {table} WHERE member_key {mine}", listed)
    for group_id, theirs in names.items():
        db.execute(
            f"DELETE FROM roster WHERE group_id = ? AND who {mine}",
            (group_id, json.dumps([f"~{name}" for name in theirs])),
        )
    for table, column in (
        ("threads", "made_by"), ("threads", "edited_by"), ("columns", "made_by"),
        ("column_messages", "added_by"), ("group_texts", "set_by"),
        ("group_settings", "by"),
    ):  # fmt: skip
        db.execute(f"UPDATE {table} SET {column} = '' WHERE {column} {mine}", listed)


def kept_of(db: sqlite3.Connection, keys: list[str]) -> Iterator[dict[str, Any]]:
    """Return what is kept of a person here, to hand it to them; each has a `kind`: `saved`,
    `introduction` or `roster`."""
    mine = "IN (SELECT value FROM json_each(?))"
    listed = (json.dumps(keys),)
    for message, at in db.execute(
        "SELECT g.key || ':' || m.platform_id, s.at FROM saved s JOIN messages m"
        f" ON m.id = s.message_id JOIN groups g ON g.id = m.group_id WHERE member_key {mine}"
        " ORDER BY s.at",
        listed,
    ):
        yield {"kind": "saved", "message": message, "at": iso(at)}
    for group, text, at in db.execute(
        "SELECT g.key, text, at FROM introductions JOIN groups g ON g.id = group_id"
        f" WHERE member_key {mine} ORDER BY at",
        listed,
    ):
        yield {"kind": "introduction", "group": group, "text": text, "at": iso(at)}
    for group, name, role, expires_on, note in db.execute(
        "SELECT g.key, name, role, expires_on, note FROM roster JOIN groups g ON g.id = group_id"
        f" WHERE member_key {mine} ORDER BY g.key",
        listed,
    ):
        yield {"kind": "roster", "group": group, "name": name, "role": role,
               "expires_on": expires_on, "note": note}  # fmt: skip
