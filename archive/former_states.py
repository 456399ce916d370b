"""What messages were before an import changed them, and which it only told of again."""

from __future__ import annotations

import json
import sqlite3
import zlib
from array import array
from bisect import bisect_left
from typing import Any

from archive.fresh import COLUMNS

_PARTS = {
    "attachments": "position, kind, name, sha256, missing, mime, size, width, height, duration",
    "reactions": "emoji, count, members",
    "reacted": "who, at, said",
    "message_tags": "tag_id, group_id, added_by",
    "versions": "id, text, edited_at",
}
"""What hangs on a message and a merge may change."""
_OWN = {"reacted": " AND who = '+'", "message_tags": " AND added_by IS NULL"}
"""Of some only what sources told."""
State = dict[str, Any]


def state_of(db: sqlite3.Connection, row: dict[str, Any]) -> State:
    """Return a message as it is now: its row and what hangs on it."""
    found: State = {"row": {name: row[name] for name in COLUMNS if name not in ("id", "run_id")}}
    for table, columns in _PARTS.items():
        rows = db.execute(
            f"SELECT {columns} FROM {table} WHERE message_id = ?{_OWN.get(table, '')}", (row["id"],)
        ).fetchall()
        if rows:
            found[table] = rows
    return found


def note_state(db: sqlite3.Connection, run_id: int, row_id: int, was: State, digest: int) -> None:
    """Note what an import made another of; of several changes the first state holds."""
    db.execute(
        "INSERT INTO former_states(message_id, run_id, was, digest) VALUES(?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET digest = excluded.digest",
        (row_id, run_id, json.dumps(was, ensure_ascii=False), digest),
    )


def put_parts_back(db: sqlite3.Connection, row_id: int, was: State) -> None:
    """Let what hangs on a message be as it was."""
    for table, columns in _PARTS.items():
        db.execute(f"DELETE FROM {table} WHERE message_id = ?{_OWN.get(table, '')}", (row_id,))
        marks = ", ".join("?" * (columns.count(",") + 1))
        db.executemany(
            f"INSERT OR IGNORE INTO {table}(message_id, {columns}) VALUES(?, {marks})",
            [(row_id, *values) for values in was.get(table, ())],
        )


def note_told_again(db: sqlite3.Connection, run_id: int | None, ids: list[int]) -> None:
    """Note that an import told of messages that were here: they stay though the one that brought
    them is taken back. What is told by no import is of none from then on."""
    if not ids:
        return
    if run_id is None:
        db.executemany(
            "UPDATE messages SET run_id = NULL WHERE id = ? AND run_id IS NOT NULL",
            [(row_id,) for row_id in ids],
        )
    else:
        packed = zlib.compress(array("q", sorted(set(ids))).tobytes(), 1)
        db.execute("INSERT INTO told_again(run_id, ids) VALUES(?, ?)", (run_id, packed))


class ToldByOthers:
    """Which messages other imports told of as well, in eight bytes each."""

    def __init__(self, db: sqlite3.Connection, run_id: int) -> None:
        runs = db.execute(
            "SELECT id FROM runs WHERE id != ? AND state != 'taken back' ORDER BY id", (run_id,)
        ).fetchall()
        told = ((other, _told_in(db, other)) for (other,) in runs)
        self._runs: list[tuple[int, array[int]]] = [(other, ids) for other, ids in told if ids]

    def get(self, row_id: int) -> int | None:
        """Return the first other import that told of a message."""
        for run_id, ids in self._runs:
            at = bisect_left(ids, row_id)
            if at < len(ids) and ids[at] == row_id:
                return int(run_id)
        return None


def _told_in(db: sqlite3.Connection, run_id: int) -> array[int]:
    rows = db.execute("SELECT ids FROM told_again WHERE run_id = ?", (run_id,))
    found = array("q")
    for (packed,) in rows:
        found.extend(_unpacked(packed))
    if any(found[at] > found[at + 1] for at in range(len(found) - 1)):
        found = array("q", sorted(found))
    return found


def _unpacked(packed: bytes) -> array[int]:
    found = array("q")
    found.frombytes(zlib.decompress(packed))
    return found


def forget_states(db: sqlite3.Connection) -> None:
    """Forget all former states: something was erased, and they may have its words."""
    db.execute("DELETE FROM former_states")
