"""The messages that others answer, as a reader sees them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from archive.access import Reader
from archive.copied import SERVICE, Original, shown_to
from archive.errors import NotFound
from archive.groups import group_id
from archive.levels import withheld_among
from archive.masks import mask
from archive.prepare import RECALLED
from archive.senders import ANONYMOUS, NOBODY, Senders
from archive.views import ReplyView

SNIPPET = 140
"""Characters of a quoted message."""

_DEEPEST = 8
"""Colons at which a message's key is parted from its group's; an export may name thousands."""

_COLUMNS = (
    "SELECT m.id, m.group_id, m.platform_id, m.sender_id, m.sender_name, m.flags, m.service,"
    " m.text, m.more"
)
Place = tuple[int, str]
"""A group's row id, and what an answer in it names."""


def answered(
    db: sqlite3.Connection, reader: Reader, senders: Senders, wanted: Iterable[Place]
) -> dict[Place, ReplyView]:
    """Find answered messages, by where they are answered; what is withheld is not among them."""
    places = list(dict.fromkeys(wanted))
    rows = _directly(db, places)
    for place in places:
        if place not in rows:
            row = _by_alias(db, *place) or _elsewhere(db, reader, place[1])
            if row is not None:
                rows[place] = row
    if not rows:
        return {}
    gone = withheld_among(db, reader, {row[0] for row in rows.values()})
    keys = dict(
        db.execute(
            "SELECT id, key FROM groups WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list({row[1] for row in rows.values()})),),
        ).fetchall()
    )
    by_group: dict[int, set[int | None]] = {}
    for row in rows.values():
        by_group.setdefault(row[1], set()).add(row[3])
    for group, members in by_group.items():
        senders.learn(group, members)
    return {
        place: _reply(db, row, keys[row[1]], reader, senders)
        for place, row in rows.items()
        if row[0] not in gone
    }


def _reply(
    db: sqlite3.Connection, row: tuple[Any, ...], group_key: str, reader: Reader, senders: Senders
) -> ReplyView:
    _, group, platform_id, sender_id, sender_name, flags, service, text, more = row
    person = senders.known[group].get(sender_id, NOBODY)
    name = sender_name if person.name is None else person.name
    sender = reader.calls(person.alias, name or "")
    gone = flags & RECALLED or person.hidden
    if service == SERVICE:
        shown = shown_to(db, reader, group_key, platform_id) or Original()
        sender, text = shown.sender, "" if shown.gone or gone else shown.text
    elif reader.inside(group_key):
        text = "" if gone else text or more or ""
    else:
        sender = ANONYMOUS if sender else ""
        text = "" if gone or service is not None else mask(text)
    return ReplyView(f"{group_key}:{platform_id}", sender, text[:SNIPPET])


def _directly(db: sqlite3.Connection, places: list[Place]) -> dict[Place, tuple[Any, ...]]:
    """Find messages of the same group, by their own ids: one statement for all."""
    rows = db.execute(
        f"{_COLUMNS} FROM json_each(?) w CROSS JOIN messages m"
        " ON m.group_id = json_extract(w.value, '$[0]')"
        " AND m.platform_id = json_extract(w.value, '$[1]')",
        (json.dumps(places),),
    )
    return {(row[1], row[2]): row for row in rows}


def _by_alias(db: sqlite3.Connection, group: int, platform_id: str) -> tuple[Any, ...] | None:
    """Find a message of the same group by any of its ids."""
    row: tuple[Any, ...] | None = db.execute(
        f"{_COLUMNS} FROM messages m"
        " WHERE m.group_id = ?1 AND m.platform_id = ?2 OR m.id = (SELECT target FROM aliases"
        " WHERE kind = 'message' AND group_id = ?1 AND other = ?2)"
        " ORDER BY m.platform_id = ?2 DESC LIMIT 1",
        (group, platform_id),
    ).fetchone()
    return row


def _elsewhere(db: sqlite3.Connection, reader: Reader, key: str) -> tuple[Any, ...] | None:
    """Find a message of another group by its key, if this reader may see that group."""
    parts = key.split(":", _DEEPEST)
    for cut in range(len(parts) - 1, 1, -1):
        try:
            group = group_id(db, reader, ":".join(parts[:cut]))
        except NotFound:
            continue
        return _by_alias(db, group, ":".join(parts[cut:]))
    return None
