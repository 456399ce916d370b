"""Editions before somebody who decides on them: the list, and all items of one with their order."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

import msgspec

from archive.access import Reader
from archive.audit import note
from archive.consent import group_keys
from archive.edition_items import cleaned, in_order, shown_keys
from archive.editions import get_edition
from archive.errors import ArchiveError, NotFound
from archive.views import View


class EditionLine(View, frozen=True):
    """An edition in a list."""

    id: int
    kind: str
    """`week` or `day`."""
    place: str
    """A group's key as it was then, or what stands for several groups."""
    period: str
    state: str
    items: int
    """That are not dropped."""
    made_at: int
    sent_at: int | None


class EditionItem(View, frozen=True):
    """An item of an edition, dropped or not."""

    number: int
    """By which it is called for good."""
    item: dict[str, Any]
    title: str
    """As it was changed."""
    dropped: bool

    @property
    def retitled(self) -> bool:
        """Tell whether its title was changed."""
        return bool(self.title != self.item.get("title", ""))


def list_editions(
    db: sqlite3.Connection,
    reader: Reader,
    places: Sequence[str] | None,
    before: int | None = None,
    limit: int = 30,
) -> list[EditionLine]:
    """Return the editions of these groups (keys) that the reader decides for, the newest first;
    None: of all that may be decided on. Page with `before=last.id`."""
    if places is None:
        places = None if reader.everything else sorted(reader.admin_of)
    names = None
    if places is not None:
        ruled = [key for key in places if reader.rules(key)]
        names = json.dumps([name for key in ruled for name in group_keys(db, key)])
    rows = db.execute(
        "SELECT id, kind, place, period, state, digest, edits, made_at, sent_at FROM editions"
        " WHERE state != 'quiet' AND (?1 IS NULL OR place IN (SELECT value FROM json_each(?1)))"
        " AND (?2 IS NULL OR id < ?2) ORDER BY id DESC LIMIT ?3",
        (names, before, limit),
    )
    return [
        EditionLine(number, kind, place, period, state, _left(digest, edits), made_at, sent_at)
        for number, kind, place, period, state, digest, edits, made_at, sent_at in rows
    ]


def edition_items(db: sqlite3.Connection, reader: Reader, edition_id: int) -> list[EditionItem]:
    """Return the items of an edition in their order, those dropped among them; what had to leave
    is not there. NotFound as for `get_edition`."""
    get_edition(db, reader, edition_id)
    digest, edits, _state = _read(db, edition_id)
    items = cleaned(digest, shown_keys(db, reader, digest))["items"]
    numbered = [(n, item) for n, item in enumerate(items, 1) if item is not None]
    titles, dropped = edits.get("titles", {}), edits.get("dropped", ())
    return [
        EditionItem(n, item, titles.get(str(n)) or item.get("title", ""), n in dropped)
        for n, item in in_order(numbered, edits.get("order", ()))
    ]


def move_item(db: sqlite3.Connection, edition_id: int, number: int, place: int, by: str) -> int:
    """Give an item of a draft its place, counted from 1 among all items; return the one it had."""
    digest, edits, state = _read(db, edition_id)
    if state != "draft":
        raise ArchiveError("that digest is no draft any more.", "take its approval back first")
    numbered = [(n, item) for n, item in enumerate(digest["items"], 1) if item is not None]
    order = [n for n, _ in in_order(numbered, edits.get("order", ()))]
    if number not in order:
        raise NotFound(f"there is no item {number}.", "see the draft for the numbers")
    former = order.index(number) + 1
    order.remove(number)
    order.insert(max(0, place - 1), number)
    edits["order"] = order
    if order == sorted(order):
        del edits["order"]
    db.execute(
        "UPDATE editions SET edits = ? WHERE id = ?",
        (json.dumps(edits, ensure_ascii=False), edition_id),
    )
    note(db, by, "digest edited", str(edition_id), f"place {number}")
    return former


def _read(db: sqlite3.Connection, edition_id: int) -> tuple[dict[str, Any], dict[str, Any], str]:
    row = db.execute(
        "SELECT digest, edits, state FROM editions WHERE id = ?", (edition_id,)
    ).fetchone()
    if row is None:
        raise NotFound("there is no such digest.", "see: chendian jobs")
    return msgspec.json.decode(row[0]), json.loads(row[1]), row[2]


def _left(digest: str, edits: str) -> int:
    items, dropped = msgspec.json.decode(digest).get("items", ()), json.loads(edits).get("dropped")
    gone = set(dropped or ())
    return sum(item is not None and n not in gone for n, item in enumerate(items, 1))
