"""Finds what people themselves marked as worth keeping in a span: essence, accepted answers."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict

import msgspec

from archive.digest.said import Heard, Place, Said, hear_these

_MOST = 100
"""Essences looked at, the newest."""


class Kept(msgspec.Struct, frozen=True):
    """An essence: its messages that may be told, and what was said in marking it."""

    messages: tuple[Said, ...]
    title: str
    reason: str


def essence_of(
    db: sqlite3.Connection, places: dict[int, Place], heard: Heard, since: int, until: int
) -> tuple[list[Kept], Heard]:
    """Return the essence marked in a span, or of messages said in it; with what is heard of
    messages from before."""
    marked = db.execute(
        "SELECT e.id, e.title, e.reason, em.message_id FROM essence_messages em"
        " JOIN essence e ON e.id = em.essence_id WHERE e.id IN (SELECT id FROM essence"
        " WHERE group_id IN (SELECT value FROM json_each(?1)) AND marked_at >= ?2"
        " AND marked_at < ?3 ORDER BY marked_at DESC LIMIT ?4)"
        " OR em.message_id BETWEEN ?5 AND ?6 ORDER BY e.id, em.message_id",
        (json.dumps(list(places)), since, until, _MOST, *_ends(heard)),
    ).fetchall()
    elsewhere = hear_these(db, places, [i for *_, i in marked if i not in heard.by_id])
    messages: dict[int, list[Said]] = defaultdict(list)
    for essence_id, _, _, message_id in marked:
        one = heard.by_id.get(message_id) or elsewhere.by_id.get(message_id)
        if one is not None:
            messages[essence_id].append(one)
    told = {essence_id: (label, reason) for essence_id, label, reason, _ in marked}
    kept = [
        Kept(tuple(found), *(told[i] if places[found[0].group].inside else ("", "")))
        for i, found in messages.items()
    ]
    return kept, elsewhere


def _ends(heard: Heard) -> tuple[int, int]:
    return (heard.said[0].id, heard.said[-1].id) if heard.said else (0, -1)


def join(heard: Heard, other: Heard) -> Heard:
    """Return both as one; what was said in the span itself stays `said`."""
    return Heard(
        heard.places, heard.said, {**other.by_id, **heard.by_id}, {**other.names, **heard.names},
        {**other.member_keys, **heard.member_keys}, {**other.reactions, **heard.reactions},
        {**other.answers, **heard.answers}, {**other.files, **heard.files},
    )  # fmt: skip
