"""Erases what the archive has of one person beside their messages."""

from __future__ import annotations

import json
import sqlite3

from archive.acts import drop_words
from archive.edition_erasing import scrub_members
from archive.erasure import Erasure
from archive.index import TABLE
from archive.logins import drop_logins
from archive.misses import forget_misses
from archive.questions.tokens import erase_asker, questions_without_name
from archive.reactions import forget_reactions
from archive.scrub import Whose, forwarded_from, is_by_name, may_quote, remember_names
from archive.shelving import erase_from_shelves
from archive.text import normalise
from archive.tombstones import remember_erased

_LOOKED_AT = 20
"""Messages of others looked at for each one that may be erased in a transaction."""


def own_messages(
    db: sqlite3.Connection, keys: list[str], index_is_whole: bool, limit: int | None
) -> list[int]:
    """Return the row ids of messages a person sent, or had the bot send, `limit` at most."""
    most = -1 if limit is None else limit
    found: list[int] = []
    for member_id in _member_ids(db, keys):
        rows = (
            db.execute(
                f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH ? LIMIT ?",
                (f'facet : "s{member_id}"', most),
            )
            if index_is_whole
            else db.execute(
                "SELECT id FROM messages WHERE sender_id = ? LIMIT ?", (member_id, most)
            )
        )
        found += (i for (i,) in rows.fetchall())
    found += questions_without_name(db, keys)
    return found if limit is None else found[:limit]


def take_words_out(
    db: sqlite3.Connection, keys: list[str], erasure: Erasure, after: int, limit: int | None
) -> int | None:
    """Take a person's words and reactions out of others' messages, from an id on; what only passes
    on a message of theirs goes as a whole.

    Return where to go on; None: that was all.
    """
    most = -1 if limit is None else limit * _LOOKED_AT
    rows = db.execute(
        "SELECT id, group_id, detail FROM messages WHERE id > ? ORDER BY id LIMIT ?", (after, most)
    ).fetchall()
    if not rows:
        return None
    names = _names(db, keys)
    for row_id, group_id, detail in rows:
        if forwarded_from(detail) in keys:
            erasure.erase(row_id, look_around=False)
        elif may_quote(detail):
            erasure.clean(row_id, _theirs(frozenset(keys), names.get(group_id, frozenset())))
    until: int = rows[-1][0]
    forget_reactions(db, keys, after, until)
    return None if limit is None or len(rows) < most else until


def erase_person(db: sqlite3.Connection, keys: list[str]) -> None:
    """Erase a person's names and what else is kept of them; the key stays, as what to keep out."""
    remember_names(db, keys[0])
    names = _names(db, keys)
    erase_from_shelves(db, keys, names)
    forget_misses(db, frozenset().union(*names.values()))
    scrub_members(db, keys)
    erase_asker(db, keys)
    drop_words(db)
    drop_logins(db, keys)
    for member_id in _member_ids(db, keys):
        for table in ("memberships", "member_names"):
            db.execute(f"DELETE FROM {table} WHERE member_id = ?", (member_id,))
        db.execute("UPDATE members SET name = '', username = NULL WHERE id = ?", (member_id,))
    for key in keys:
        db.execute("DELETE FROM nominations WHERE who = ?", (key,))
        db.execute("DELETE FROM orphans WHERE who = ?", (key,))
        db.execute(
            "DELETE FROM outbox WHERE member_key = ? AND (group_key IS NULL OR state = 'spare')",
            (key,),
        )
        db.execute("UPDATE essence SET marked_by = '' WHERE marked_by = ?", (key,))
        db.execute("UPDATE message_tags SET added_by = '' WHERE added_by = ?", (key,))
        for table, column in (
            ("shown_names", "member_key"), ("publish_consents", "member_key"), ("reports", "who"),
        ):  # fmt: skip
            db.execute(f"DELETE FROM {table} WHERE {column} = ?", (key,))
        db.execute("UPDATE reports SET handled_by = '' WHERE handled_by = ?", (key,))
        for table in (
            "invites", "acts", "item_levels", "essence_texts", "dismissed", "reviewed",
            "group_settings", "api_tokens",
        ):  # fmt: skip
            db.execute(f"UPDATE {table} SET by = '' WHERE by = ?", (key,))
    remember_erased(db, keys)


def _member_ids(db: sqlite3.Connection, keys: list[str]) -> list[int]:
    rows = db.execute(
        "SELECT id FROM members WHERE key IN (SELECT value FROM json_each(?))", (json.dumps(keys),)
    )
    return [i for (i,) in rows.fetchall()]


def _names(db: sqlite3.Connection, keys: list[str]) -> dict[int, frozenset[str]]:
    """Return the names that are this person's alone, by group."""
    ids = json.dumps(_member_ids(db, keys))
    rows = db.execute(
        "SELECT n.group_id, n.folded FROM member_names n"
        " WHERE n.member_id IN (SELECT value FROM json_each(?1)) AND NOT EXISTS"
        " (SELECT 1 FROM member_names o JOIN members q ON q.id = o.member_id"
        " WHERE o.group_id = n.group_id AND o.folded = n.folded AND NOT q.name_only"
        " AND q.id NOT IN (SELECT value FROM json_each(?1)))",
        (ids,),
    )
    found: dict[int, set[str]] = {}
    for group_id, folded in rows:
        found.setdefault(group_id, set()).add(folded)
    return {group_id: frozenset(names) for group_id, names in found.items()}


def _theirs(keys: frozenset[str], names: frozenset[str]) -> Whose:
    def theirs(key: str | None, name: str | None, words: str) -> bool:
        if key is not None and not is_by_name(key):
            return key in keys
        return bool(name) and normalise(name or "").strip() in names

    return theirs
