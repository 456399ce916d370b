"""Essence of all groups in which an article that several groups keep stands once."""

from __future__ import annotations

import json
import sqlite3
from typing import Literal

import msgspec

from archive.access import Reader
from archive.copies import Copies
from archive.essence import feed, where_seen
from archive.views import EssenceView


def feed_once(
    db: sqlite3.Connection,
    reader: Reader,
    tag: str | None = None,
    before: int | None = None,
    limit: int = 20,
    keeps: Literal["newest", "first"] = "newest",
) -> list[EssenceView]:
    """Return the newest essence of all groups as `feed`, without what another group has kept too;
    of several the one marked last stays, or the one marked `first`, with its other places."""
    copies = Copies(db, reader)
    found: list[EssenceView] = []
    while len(found) < limit:
        page = feed(db, reader, None, tag, before, limit)
        copies.learn([view.messages[0].id for view in page if len(view.messages) == 1])
        found += [one for one in page if not _stands(db, reader, copies, one, tag, keeps)]
        if len(page) < limit:
            break
        before = page[-1].id
    places = copies.places([one.messages[0].id for one in found if len(one.messages) == 1])
    return [
        msgspec.structs.replace(one, also_in=places[one.messages[0].id])
        if len(one.messages) == 1 and one.messages[0].id in places else one
        for one in found[:limit]
    ]  # fmt: skip


def _stands(
    db: sqlite3.Connection, reader: Reader, copies: Copies, view: EssenceView, tag: str | None,
    keeps: Literal["newest", "first"],
) -> bool:  # fmt: skip
    """Tell whether the same article stands elsewhere in the list, and stays there."""
    if len(view.messages) != 1:
        return False
    ids = [copy.id for copy in copies.elsewhere(view.messages[0].id)]
    if not ids:
        return False
    where, values = where_seen(db, reader, None, tag)
    row = db.execute(
        "SELECT 1 FROM essence e JOIN essence_messages m ON m.essence_id = e.id"
        f" WHERE {where} AND m.message_id IN (SELECT value FROM json_each(?))"
        f" AND (e.marked_at, e.id) {'>' if keeps == 'newest' else '<'} (?, ?)"
        " AND (SELECT count(*) FROM essence_messages o WHERE o.essence_id = e.id) = 1 LIMIT 1",
        (*values, json.dumps(ids), view.marked_at, view.id),
    ).fetchone()
    return row is not None
