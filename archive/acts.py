"""What was done at the desk, and what would undo it."""

from __future__ import annotations

import json
import sqlite3
import time

import msgspec

from archive.errors import NotFound
from archive.former_states import forget_states

Undo = tuple[str, dict[str, str]]
"""The act that takes another back: its name and fields."""

_WORDLESS = frozenset((
    "key", "keys", "id", "other", "messages", "both", "group", "level", "shown", "answer", "place",
    "number", "order", "token_of", "value", "state", "did", "until",
))  # fmt: skip
"""Fields that hold keys, numbers and choices; any other may hold what people wrote."""

KEPT = 30 * 86_400
"""Seconds for which an act can be undone by one press."""


class Act(msgspec.Struct, frozen=True):
    """One thing somebody did at the desk."""

    id: int
    at: int
    by: str
    name: str
    target: str
    undo: Undo | None
    undone_at: int | None


def note_act(
    db: sqlite3.Connection, by: str, name: str, target: str, undo: Undo | None = None
) -> int:
    """Note an act in the transaction of its effect; return its id. No message's text goes in."""
    row = db.execute(
        "INSERT INTO acts(at, by, name, target, undo) VALUES(?, ?, ?, ?, ?) RETURNING id",
        (int(time.time()), by, name, target, json.dumps(undo) if undo else None),
    ).fetchone()
    return int(row[0])


def get_act(db: sqlite3.Connection, by: str, act_id: int) -> Act:
    """Return an act of one's own. NotFound for anybody else's."""
    row = db.execute(
        "SELECT id, at, name, target, undo, undone_at FROM acts WHERE id = ? AND by = ?",
        (act_id, by),
    ).fetchone()
    if row is None:
        raise NotFound("there is no such act.")
    row_id, at, name, target, undo, undone_at = row
    return Act(row_id, at, by, name, target, _undo(undo), undone_at)


def recent_acts(
    db: sqlite3.Connection, by: str | None, before: int | None = None, limit: int = 50
) -> list[Act]:
    """Return what somebody did at the desk (None: anybody), the newest first."""
    rows = db.execute(
        "SELECT id, at, by, name, target, undo, undone_at FROM acts"
        " WHERE (?1 IS NULL OR by = ?1) AND (?2 IS NULL OR id < ?2) ORDER BY id DESC LIMIT ?3",
        (by, before, limit),
    )
    return [
        Act(row_id, at, who, name, target, _undo(undo), undone_at)
        for row_id, at, who, name, target, undo, undone_at in rows
    ]


def take_back(db: sqlite3.Connection, by: str, act_id: int) -> Undo:
    """Note that an act is undone, and return what undoes it. NotFound where nothing does any more;
    twice is once."""
    act = get_act(db, by, act_id)
    if act.undo is None or act.undone_at is not None or act.at < time.time() - KEPT:
        raise NotFound("that cannot be undone.")
    db.execute("UPDATE acts SET undone_at = ? WHERE id = ?", (int(time.time()), act_id))
    return act.undo


def drop_words(db: sqlite3.Connection) -> None:
    """Let acts and imports whose undo holds words of people be undone no more: something was
    erased, and they may have quoted it."""
    forget_states(db)
    rows = db.execute("SELECT id, undo FROM acts WHERE undo IS NOT NULL").fetchall()
    holding = [(i,) for i, undo in rows if _has_words(json.loads(undo)[1])]
    db.executemany("UPDATE acts SET undo = NULL WHERE id = ?", holding)


def _has_words(fields: dict[str, str]) -> bool:
    return any(value for name, value in fields.items() if name not in _WORDLESS)


def _undo(stored: str | None) -> Undo | None:
    if stored is None:
        return None
    name, fields = json.loads(stored)
    return name, dict(fields)
