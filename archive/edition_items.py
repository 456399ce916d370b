"""What an edition may say at this moment: each part of it stands or falls with its messages."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from archive.access import Reader
from archive.consent import standing
from archive.errors import NotFound
from archive.groups import inside_ids
from archive.messages import message_id
from archive.prepare import RECALLED

_LISTS = ("items", "thanks", "open_questions")


def keys_of(digest: dict[str, Any]) -> list[str]:
    """Return the keys of all messages a digest's JSON rests on, each once."""
    found = (key for name in _LISTS for part in digest.get(name) or () for key in _keys(part))
    return list(dict.fromkeys(found))


def shown_keys(db: sqlite3.Connection, reader: Reader, digest: dict[str, Any]) -> frozenset[str]:
    """Return the keys among a digest's that may be shown: of messages that are there, in a group
    the reader belongs to, not taken back, and not of a person who opted out."""
    ids: dict[str, int] = {}
    for key in keys_of(digest):
        with suppress(NotFound):
            ids[key] = message_id(db, reader, key)
    inside = inside_ids(db, reader)
    left = standing(db).opted_out
    rows = db.execute(
        "SELECT m.id, m.group_id, p.key FROM messages m LEFT JOIN members p ON p.id = m.sender_id"
        " WHERE m.id IN (SELECT value FROM json_each(?)) AND m.flags & ? = 0",
        (json.dumps(list(ids.values())), RECALLED),
    )
    good = {i for i, group, who in rows if (inside is None or group in inside) and who not in left}
    return frozenset(key for key, row_id in ids.items() if row_id in good)


def cleaned(digest: dict[str, Any], shown: frozenset[str]) -> dict[str, Any]:
    """Return a digest's JSON without what rests on other messages than these.

    An item may quote any of its messages, so that it goes where one of them goes; it leaves null.
    """
    items = [
        _item(item, shown) if item and item["keys"] and shown.issuperset(item["keys"]) else None
        for item in digest.get("items") or ()
    ]
    thanks = [
        {**one, "keys": [key for key in one["keys"] if key in shown]}
        for one in digest.get("thanks") or ()
        if shown.intersection(one["keys"])
    ]
    questions = [
        one for one in digest.get("open_questions") or () if shown.issuperset(_keys(one))
    ]  # fmt: skip
    left = {key for one in questions for key in _keys(one)}
    asked = {key: text for key, text in (digest.get("asked") or {}).items() if key in left}
    return {
        **digest, "items": items, "thanks": thanks, "open_questions": questions, "asked": asked,
    }  # fmt: skip


def _item(item: dict[str, Any], shown: frozenset[str]) -> dict[str, Any]:
    """Return an item without the other places of it that are not shown."""
    if shown.issuperset(also := item.get("also_in") or ()):
        return item
    return {**item, "also_in": [key for key in also if key in shown]}


def in_order(
    numbered: list[tuple[int, dict[str, Any]]], order: Sequence[int]
) -> list[tuple[int, dict[str, Any]]]:
    """Return numbered items as somebody ordered their numbers; those left out come last."""
    places = {number: place for place, number in enumerate(order)}
    return sorted(numbered, key=lambda one: places.get(one[0], len(places)))


def without_members(digest: dict[str, Any], gone: frozenset[str]) -> dict[str, Any]:
    """Return a digest's JSON without thanks to these people."""
    thanks = [one for one in digest.get("thanks") or () if one.get("member_key") not in gone]
    return {**digest, "thanks": thanks}


def _keys(part: Any) -> Iterator[str]:
    """Find the message keys of an item, a thanks or an open question."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        if isinstance(part.get("key"), str):
            yield part["key"]
        yield from part.get("keys") or ()
        yield from part.get("also_in") or ()
