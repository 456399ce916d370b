"""Digests that were sent, as their readers find them later: listed, by period, quoted anew."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import suppress

from archive.access import Reader
from archive.consent import group_keys
from archive.digest.wording import QUOTED, piece
from archive.editions import EditionView, get_edition
from archive.errors import NotFound
from archive.groups import inside_ids
from archive.loading import load_views
from archive.messages import message_id
from archive.views import MessageView, View

_EACH = 100
_QUOTED = re.compile(r"(?:^|：|: )(?:「|“)(.*)(?:」|”)$")


class Quotation(View, frozen=True):
    """A line of an item, and the message it is from where that still says so."""

    message: MessageView | None
    text: str


def groups_of(edition: EditionView, reader: Reader) -> list[str]:
    """Return the keys of an edition's groups that this reader is inside of."""
    return [key for key in edition.digest.get("groups") or () if reader.inside(key)]


def sent_edition(db: sqlite3.Connection, reader: Reader, edition_id: int) -> EditionView:
    """Return an edition that was sent; NotFound also for who is in none of its groups."""
    view = get_edition(db, reader, edition_id)
    if view.state != "sent" or not groups_of(view, reader):
        raise NotFound("there is no such digest.")
    return view


def sent_editions(
    db: sqlite3.Connection,
    reader: Reader,
    group_key: str | None = None,
    period: str | None = None,
    below: int | None = None,
    limit: int = 20,
) -> list[EditionView]:
    """Return the editions that were sent to groups this reader is inside of, the last sent first;
    page on with `below=last.id`."""
    found: list[EditionView] = []
    keys = None if group_key is None else frozenset(group_keys(db, group_key))
    for view in _readable(db, reader, period, below):
        if keys is None or keys.intersection(groups_of(view, reader)):
            found.append(view)
        if len(found) == limit:
            break
    return found


def _readable(
    db: sqlite3.Connection, reader: Reader, period: str | None, below: int | None
) -> Iterator[EditionView]:
    inside = inside_ids(db, reader)
    if inside is not None and not inside:
        return
    while True:
        ids = db.execute(
            "SELECT id FROM editions WHERE state = 'sent' AND (?1 IS NULL OR (sent_at, id) <"
            " (SELECT sent_at, id FROM editions WHERE id = ?1))"
            " AND (?2 IS NULL OR period = ?2) AND (?3 IS NULL OR NOT EXISTS (SELECT 1 FROM groups g"
            " WHERE g.key = place AND g.id NOT IN (SELECT value FROM json_each(?3))))"
            " ORDER BY sent_at DESC, id DESC LIMIT ?4",
            (below, period, None if inside is None else json.dumps(sorted(inside)), _EACH),
        ).fetchall()
        for (edition_id,) in ids:
            with suppress(NotFound):
                yield sent_edition(db, reader, edition_id)
        if len(ids) < _EACH:
            return
        below = ids[-1][0]


def quotations(
    db: sqlite3.Connection, reader: Reader, keys: list[str], text: str
) -> list[Quotation]:
    """Return an item's lines, `张三：「……」` each, with the messages of `keys` they are from.

    The name is left out: who said it is shown as they are called now.
    """
    views = load_views(db, reader, _ids(db, reader, keys))
    said = [(piece(view.text or view.more, 4 * QUOTED), view) for view in views]
    found = []
    for line in text.splitlines():
        quoted = _QUOTED.search(line)
        words = quoted[1] if quoted else line
        begins = words.rstrip("…")
        message = next((view for whole, view in said if begins and whole.startswith(begins)), None)
        if words.strip():
            found.append(Quotation(message, words))
    return found


def _ids(db: sqlite3.Connection, reader: Reader, keys: list[str]) -> list[int]:
    found = []
    for key in keys:
        with suppress(NotFound):
            found.append(message_id(db, reader, key))
    return found
