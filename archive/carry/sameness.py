"""Hashes of what an archive holds, whatever its row ids are: two that agree hold the same.

It reads the tables as they are, not as they are carried: a column that is not carried shows.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

NOT_CARRIED = frozenset(
    (
        "alembic_version", "runs", "days", "media", "places",
        "connections", "handled", "outbox", "intakes", "anonymous_questions", "job_runs", "mails",
        "acts", "logins", "sessions", "invites", "api_tokens", "api_token_groups",
        "search_misses",
        "last_read", "former_states", "told_again",
    )
)  # fmt: skip
"""Made from the rest, or of this machine: its imports, what waits to be said, who may come in."""
_KEY = "(SELECT key FROM {0}s WHERE id = t.{1})"
_PLACE = "(SELECT g.key || ':' || m.platform_id FROM messages m JOIN groups g" \
    " ON g.id = m.group_id WHERE m.id = t.{1})"  # fmt: skip
_TAG = "(SELECT folded FROM tags WHERE id = t.{1})"
_SHOWN = {
    "group_id": f"coalesce({_KEY.format('group', 'group_id')}, t.group_id)",
    "member_id": _KEY.format("member", "member_id"),
    "sender_id": _KEY.format("member", "sender_id"),
    "message_id": _PLACE.format("", "message_id"),
    "tag_id": _TAG.format("", "tag_id"),
    "synonym_of": _TAG.format("", "synonym_of"),
}
_TARGET = (
    f"CASE t.kind WHEN 'group' THEN {_KEY.format('group', 'target')}"
    f" WHEN 'member' THEN {_KEY.format('member', 'target')}"
    f" WHEN 'message' THEN {_PLACE.format('', 'target')} ELSE t.target END"
)
_LEFT_OUT = {
    "messages": ("id", "run_id"), "groups": ("id",), "members": ("id",), "tags": ("id",),
    "versions": ("id",), "coverage": ("id", "connection_id", "run_id"), "consents": ("id",),
    "pauses": ("id",), "audit": ("id",), "bridge_consents": ("id",), "bridged": ("id", "outbox_id"),
}  # fmt: skip

_ONLY = {"meta": "t.name = 'secret'", "bridged": "t.copy_id IS NOT NULL"}


def hashes(db: sqlite3.Connection) -> dict[str, str]:
    """Return a hash of each table that is carried; rows in any order, messages in theirs."""
    tables = db.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        " AND name NOT LIKE 'message_index%' ORDER BY name"
    ).fetchall()
    return {name: _hash(db, name) for (name,) in tables if name not in NOT_CARRIED}


def total(found: dict[str, str]) -> str:
    """Return one hash of all."""
    return sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()


def _hash(db: sqlite3.Connection, table: str) -> str:
    if table == "messages":
        return _of_messages(db)
    added = 0
    for row in _rows(db, table):
        # a sum: the order of rows means nothing, and none of them has to be remembered
        added += int.from_bytes(sha256(json.dumps(row).encode()).digest(), "big")
    return f"{added % (1 << 256):064x}"


def _columns(db: sqlite3.Connection, table: str) -> list[str]:
    names = [name for _, name, *_ in db.execute(f"PRAGMA table_info({table})")]
    return [name for name in names if name not in _LEFT_OUT.get(table, ())]


def _rows(db: sqlite3.Connection, table: str) -> sqlite3.Cursor:
    shown = dict(_SHOWN, target=_TARGET) if table == "aliases" else _SHOWN
    wanted = ", ".join(shown.get(name, f"t.{name}") for name in _columns(db, table))
    return db.execute(f"SELECT {wanted} FROM {table} t WHERE {_ONLY.get(table, '1')}")


def _of_messages(db: sqlite3.Connection) -> str:
    names = _columns(db, "messages")
    wanted = ", ".join(_SHOWN.get(name, f"t.{name}") for name in names)
    found = sha256()
    detail, facet = names.index("detail"), names.index("facet")
    meant = dict(_tokens(db))
    for (group_id,) in db.execute("SELECT id FROM groups ORDER BY key").fetchall():
        for row in db.execute(
            f"SELECT {wanted} FROM messages t WHERE group_id = ? ORDER BY id", (group_id,)
        ):
            values: list[Any] = list(row)
            values[detail] = json.loads(values[detail]) if values[detail] else None
            values[facet] = sorted(meant.get(token, token) for token in values[facet].split())
            found.update(json.dumps(values, sort_keys=True).encode())
    return found.hexdigest()


def _tokens(db: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Yield the tokens of a facet that hold row ids, and what they mean."""
    for letter, name, table in (("g", "key", "groups"), ("s", "key", "members"),
                                ("t", "folded", "tags")):  # fmt: skip
        for row_id, said in db.execute(f"SELECT id, {name} FROM {table}"):
            yield f"{letter}{row_id}", f"{letter}:{said}"
