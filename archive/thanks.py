"""Thanks 感谢: whose words were kept as essence."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence

from archive.access import Reader
from archive.groups import inside_ids
from archive.loading import load_views
from archive.views import MessageView, View

_NAMED = 3
"""Messages named for each person."""


class Thanked(View, frozen=True):
    """A person whose words were kept; shown to those inside the group only."""

    name: str
    member_key: str
    number: int
    """Of their messages that were kept."""
    messages: tuple[MessageView, ...]
    """At most three of them."""


def authors(views: Iterable[MessageView]) -> list[Thanked]:
    """Return who said these messages, whose are most first; nobody for readers outside."""
    said: dict[str, list[MessageView]] = {}
    for view in views:
        if view.sender_key is not None and view.sender and not view.recalled:
            said.setdefault(view.sender_key, []).append(view)
    found = [
        Thanked(theirs[0].sender, key, len(theirs), tuple(theirs[:_NAMED]))
        for key, theirs in said.items()
    ]
    return sorted(found, key=lambda one: -one.number)


def thanked(
    db: sqlite3.Connection,
    reader: Reader,
    group_keys: Sequence[str],
    since: int,
    until: int,
    limit: int = 10,
) -> list[Thanked]:
    """Return whose messages became essence between two Unix times, most first."""
    inside = inside_ids(db, reader)
    rows = db.execute(
        "SELECT min(message_id) FROM essence e JOIN groups g ON g.id = e.group_id"
        " JOIN essence_messages ON essence_id = e.id"
        " WHERE g.key IN (SELECT value FROM json_each(?1)) AND marked_at >= ?2 AND marked_at < ?3"
        " AND (?4 IS NULL OR g.id IN (SELECT value FROM json_each(?4)))"
        " GROUP BY e.id ORDER BY marked_at DESC",
        (
            json.dumps(list(group_keys)), since, until,
            None if inside is None else json.dumps(sorted(inside)),
        ),
    ).fetchall()  # fmt: skip
    return authors(load_views(db, reader, [i for (i,) in rows]))[:limit]
