"""What an archive says, whatever row ids and order it was told in."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

_PLAIN = {
    "groups": "SELECT key, title, kind, time_zone, visibility, title_only, with_ids, without_ids,"
    " messages, first_at, last_at FROM groups",
    "members": "SELECT key, name, username, name_only FROM members",
    "memberships": "SELECT g.key, p.key, s.name, s.role FROM memberships s"
    " LEFT JOIN groups g ON g.id = group_id LEFT JOIN members p ON p.id = member_id",
    "names": "SELECT g.key, p.key, folded FROM member_names n"
    " LEFT JOIN groups g ON g.id = group_id LEFT JOIN members p ON p.id = member_id",
    "days": "SELECT g.key, day, d.messages FROM days d LEFT JOIN groups g ON g.id = group_id"
    " WHERE d.messages != 0",
    "attachments": "SELECT {key}, position, a.kind, name, sha256, missing, mime, size, width,"
    " height, duration FROM attachments a {of_message}",
    "reactions": "SELECT {key}, emoji, count, members FROM reactions {of_message}",
    "versions": "SELECT {key}, versions.text, versions.edited_at FROM versions {of_message}",
    "tags": "SELECT {key}, t.name, added_by FROM message_tags {of_message}"
    " JOIN tags t ON t.id = tag_id",
    "essence": "SELECT {key}, title, reason, marked_by, marked_at, source FROM essence_messages"
    " {of_message} JOIN essence e ON e.id = essence_id",
}
_KEY = "(SELECT key FROM groups WHERE id = m.group_id) || ':' || m.platform_id"
_OF_MESSAGE = "LEFT JOIN messages m ON m.id = message_id"


def logical(db: sqlite3.Connection) -> dict[str, list[Any]]:
    """Read everything but row ids, aliases, runs and digests, in an order of its own."""
    everything = {
        name: sorted(db.execute(sql.format(key=_KEY, of_message=_OF_MESSAGE)).fetchall(), key=repr)
        for name, sql in _PLAIN.items()
    }
    return everything | {"messages": _messages(db)}


def _messages(db: sqlite3.Connection) -> list[Any]:
    named = {
        letter: dict(db.execute(f"SELECT '{letter}' || id, '{letter}:' || {name} FROM {table}"))
        for letter, name, table in (
            ("g", "key", "groups"), ("s", "key", "members"), ("t", "name", "tags"),
        )
    }  # fmt: skip
    rows = db.execute(
        f"SELECT {_KEY}, (SELECT key FROM members WHERE id = sender_id), sender_name, sent_at,"
        " edited_at, kind, text, more, reply_to, topic, service, flags, quality, detail, facet"
        " FROM messages m"
    )
    found = []
    for *values, detail, facet in rows:
        facets = sorted(named.get(t[0], {}).get(t, t) for t in facet.split())
        found.append((*values, json.loads(detail) if detail else None, facets))
    return sorted(found, key=repr)
