"""Who asks without a name is a keyed hash: it can be muted, and nobody is seen behind it."""

from __future__ import annotations

import hmac
import json
import sqlite3

from archive.consent import group_keys, member_keys
from archive.tombstones import secret_of

_LENGTH = 16
"""Hexadecimal digits."""


def token_of(db: sqlite3.Connection, group_key: str, member_key: str) -> str:
    """Return the keyed hash of a member in a group."""
    said = f"asker\0{group_key}\0{member_key}"
    return hmac.digest(secret_of(db), said.encode(), "sha256").hex()[:_LENGTH]


def tokens_of(db: sqlite3.Connection, group_key: str, member_key: str) -> set[str]:
    """Return every hash a member may have in a group, by all keys both have had."""
    people = member_keys(db, member_key)
    return {token_of(db, group, who) for group in group_keys(db, group_key) for who in people}


def questions_without_name(db: sqlite3.Connection, keys: list[str]) -> list[int]:
    """Return the row ids of the messages in which the bot asked for a person, by all their keys."""
    rows = db.execute(
        "SELECT message_id FROM questions WHERE token IN (SELECT value FROM json_each(?))",
        (json.dumps(_all_tokens(db, keys)),),
    )
    return [i for (i,) in rows.fetchall()]


def erase_asker(db: sqlite3.Connection, keys: list[str]) -> None:
    """Erase what is kept of a person as one who asks: questions not posted yet, what was put to
    them; a muting stays, as a hash."""
    tokens = json.dumps(_all_tokens(db, keys))
    db.execute(
        "DELETE FROM outbox WHERE id IN (SELECT outbox_id FROM anonymous_questions"
        " WHERE token IN (SELECT value FROM json_each(?)))",
        (tokens,),
    )
    db.execute(
        "DELETE FROM anonymous_questions WHERE token IN (SELECT value FROM json_each(?))", (tokens,)
    )
    db.execute(
        "UPDATE questions SET assigned_to = NULL"
        " WHERE assigned_to IN (SELECT value FROM json_each(?))",
        (json.dumps(keys),),
    )


def _all_tokens(db: sqlite3.Connection, keys: list[str]) -> list[str]:
    (some,) = db.execute(
        "SELECT EXISTS(SELECT 1 FROM anonymous_questions)"
        " OR EXISTS(SELECT 1 FROM questions WHERE token IS NOT NULL)"
    ).fetchone()
    if not some:
        return []
    groups = db.execute("SELECT key FROM groups UNION SELECT other FROM aliases WHERE kind='group'")
    return [token_of(db, group, who) for (group,) in groups.fetchall() for who in keys]
