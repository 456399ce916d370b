"""Columns 专栏: a group's essence in series, each in an order somebody chose."""

from __future__ import annotations

import json
import sqlite3
import time
from typing import Any

from archive.access import Reader, operator
from archive.audit import note
from archive.errors import ArchiveError, NotFound
from archive.essence import mark, post
from archive.group_settings import decide, setting_of
from archive.groups import allowed_ids, group_id
from archive.masks import mask
from archive.messages import message_id
from archive.text import normalise
from archive.views import EssenceView, View

MAX_TITLE = 40
"""Characters of a column's title."""
_NOT_THERE = NotFound("there is no such column.", "make one in the chat: /column NAME")
_SELECT = "SELECT c.id, c.title, g.key, g.title FROM columns c JOIN groups g ON g.id = c.group_id"
_SHOWN = (
    "SELECT m.message_id, m.note, e.essence_id FROM column_messages m"
    " JOIN essence_messages e ON e.message_id = m.message_id"
    " JOIN messages said ON said.id = m.message_id"
    " WHERE m.column_id = ? ORDER BY m.position, m.message_id"
)


class ColumnView(View, frozen=True):
    """A column and how many essences it has."""

    id: int
    title: str
    group_key: str
    group_title: str
    essences: int


class ColumnItem(View, frozen=True):
    """An essence in a column, with what was noted beside it."""

    essence: EssenceView
    note: str


def add(
    db: sqlite3.Connection, title: str, key: str, *, by: str, about: str = "", at: int | None = None
) -> tuple[ColumnView, bool]:
    """Put an essence at the end of a column, made if there is none of that title; what is no
    essence becomes one. Return the column, and whether the message was marked just now.

    Adding again changes what is noted beside it, if something is given.
    """
    title = " ".join(title.split())
    folded = normalise(title)
    if not folded or len(title) > MAX_TITLE:
        raise ArchiveError(f"a column is called by up to {MAX_TITLE} characters.", "shorten it")
    row_id = message_id(db, operator(), key)
    essence = db.execute(
        "SELECT 1 FROM essence_messages WHERE message_id = ?", (row_id,)
    ).fetchone()
    if essence is None:
        mark(db, [key], by=by, at=at)
    now = int(time.time()) if at is None else at
    (column,) = db.execute(
        "INSERT INTO columns(group_id, folded, title, made_by, made_at)"
        " SELECT group_id, ?, ?, ?, ? FROM messages WHERE id = ?"
        " ON CONFLICT DO UPDATE SET folded = folded RETURNING id",
        (folded, title, by, now, row_id),
    ).fetchone()
    db.execute(
        "INSERT INTO column_messages(column_id, message_id, position, note, added_by)"
        " SELECT ?1, ?2, coalesce(max(position), 0) + 1, ?3, ?4 FROM column_messages"
        " WHERE column_id = ?1 ON CONFLICT DO UPDATE"
        " SET note = coalesce(nullif(excluded.note, ''), note)",
        (column, row_id, about, by),
    )
    note(db, by, "column", str(column), key)
    return column_view(db, operator(), int(column)), essence is None


def take_out(db: sqlite3.Connection, key: str, by: str, title: str = "") -> list[str]:
    """Take a message's essence out of the column of a title, or of all; it stays essence.

    Return the titles of the columns; a column that is empty ends.
    """
    row_id = message_id(db, operator(), key)
    rows = db.execute(
        "SELECT c.id, c.title FROM columns c JOIN column_messages ON column_id = c.id"
        " WHERE message_id = ? AND (? = '' OR c.folded = ?)",
        (row_id, title, normalise(" ".join(title.split()))),
    ).fetchall()
    for column, _ in rows:
        db.execute(
            "DELETE FROM column_messages WHERE column_id = ? AND message_id = ?", (column, row_id)
        )
        _end_if_empty(db, column)
        note(db, by, "column left", str(column), key)
    return [name for _, name in rows]


def _end_if_empty(db: sqlite3.Connection, column: int) -> None:
    db.execute(
        "DELETE FROM columns WHERE id = ?1"
        " AND NOT EXISTS (SELECT 1 FROM column_messages WHERE column_id = ?1)",
        (column,),
    )


def move(db: sqlite3.Connection, id: int, key: str, place: int, by: str) -> None:
    """Give an essence its place in a column, counted from 1. Raises NotFound."""
    row_id = message_id(db, operator(), key)
    rows = db.execute(
        "SELECT message_id FROM column_messages WHERE column_id = ? ORDER BY position, message_id",
        (id,),
    )
    order = [i for (i,) in rows]
    if row_id not in order:
        raise NotFound("that message is not in the column.", "add it in the chat: /column NAME")
    order.remove(row_id)
    order.insert(max(0, place - 1), row_id)
    db.executemany(
        "UPDATE column_messages SET position = ? WHERE column_id = ? AND message_id = ?",
        [(position, id, one) for position, one in enumerate(order, 1)],
    )
    note(db, by, "column order", str(id), key)


def list_columns(
    db: sqlite3.Connection, reader: Reader, group_key: str | None = None
) -> list[ColumnView]:
    """Return the columns a reader may see that have something in them, the newest first; those of
    one group in the order that was decided for it."""
    where, values = _where(db, reader)
    if group_key is not None:
        where += " AND c.group_id = ?"
        values.append(group_id(db, reader, group_key))
    rows = db.execute(f"{_SELECT} WHERE {where} ORDER BY c.id DESC", values).fetchall()
    found = [_view(db, reader, row) for row in rows]
    if group_key is not None:
        order = _order(db, group_key)
        # a column that is newer than the order stands before it
        found.sort(key=lambda view: order.index(view.id) if view.id in order else -1)
    return [view for view in found if view.essences]


def place_column(db: sqlite3.Connection, id: int, place: int, by: str) -> int:
    """Give a column its place in its group's list, counted from 1; return the one it had."""
    view = column_view(db, operator(), id)
    order = [one.id for one in list_columns(db, operator(), view.group_key)]
    former = order.index(id) + 1 if id in order else 1
    order = [one for one in order if one != id]
    order.insert(max(0, place - 1), id)
    decide(db, view.group_key, "columns", json.dumps(order), by)
    return former


def _order(db: sqlite3.Connection, group_key: str) -> list[int]:
    return [int(one) for one in json.loads(setting_of(db, group_key, "columns") or "[]")]


def columns_of(db: sqlite3.Connection, reader: Reader, key: str) -> list[ColumnView]:
    """Return the columns the essence of a message is in."""
    rows = db.execute(
        "SELECT DISTINCT c.column_id FROM column_messages c JOIN essence_messages e"
        " USING (message_id) WHERE e.essence_id IN"
        " (SELECT essence_id FROM essence_messages WHERE message_id = ?) ORDER BY 1",
        (message_id(db, reader, key),),
    ).fetchall()
    return [column_view(db, reader, i) for (i,) in rows]


def column_view(db: sqlite3.Connection, reader: Reader, id: int) -> ColumnView:
    """Return one column; NotFound also where it is hidden."""
    where, values = _where(db, reader)
    row = db.execute(f"{_SELECT} WHERE {where} AND c.id = ?", (*values, id)).fetchone()
    if row is None:
        raise _NOT_THERE
    return _view(db, reader, row)


def items(
    db: sqlite3.Connection,
    reader: Reader,
    id: int,
    after: int | None = None,
    limit: int | None = None,
) -> list[ColumnItem]:
    """Return what is in a column, in its order; page on with `after=last.essence.id`. NotFound also
    where it is hidden."""
    view = column_view(db, reader, id)
    inside = reader.inside(view.group_key)
    notes: dict[int, str] = {}
    for _, about, essence in db.execute(_SHOWN, (id,)).fetchall():
        notes.setdefault(essence, about)
    order = list(notes)
    if after is not None:
        order = order[order.index(after) + 1 :] if after in notes else []
    found: list[ColumnItem] = []
    for essence in order:
        if limit is not None and len(found) == limit:
            break
        try:
            kept = post(db, reader, essence)
        except NotFound:
            continue  # withheld from this reader
        if not all(m.recalled for m in kept.messages):
            found.append(ColumnItem(kept, notes[essence] if inside else mask(notes[essence])))
    return found


def _where(db: sqlite3.Connection, reader: Reader) -> tuple[str, list[Any]]:
    allowed = allowed_ids(db, reader)
    if allowed is None:
        return "1", []
    return "c.group_id IN (SELECT value FROM json_each(?))", [json.dumps(sorted(allowed))]


def _view(db: sqlite3.Connection, reader: Reader, row: tuple[Any, ...]) -> ColumnView:
    number, title, key, group_title = row
    (essences,) = db.execute(
        "SELECT count(DISTINCT essence_id) FROM column_messages JOIN essence_messages"
        " USING (message_id) WHERE column_id = ?",
        (number,),
    ).fetchone()
    shown = title if reader.inside(key) else mask(title)
    return ColumnView(number, shown, key, group_title, essences)
