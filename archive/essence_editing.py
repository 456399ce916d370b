"""Editing essence: its title and reason, an edited text beside the raw messages, two made one."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable

import msgspec

from archive.audit import note
from archive.errors import ArchiveError, NotFound
from archive.tags import refresh_index

MAX_TITLE, MAX_REASON, MAX_TEXT = 120, 500, 50_000
"""Characters."""


class Edit(msgspec.Struct, frozen=True):
    """What is written of an essence beside its messages."""

    title: str
    """Empty: the first line of what was said."""
    reason: str
    text: str
    """Empty: there is no edited text."""


def edit_of(db: sqlite3.Connection, essence_id: int) -> Edit:
    """Return what is written of an essence. Raises NotFound."""
    row = db.execute(
        "SELECT title, reason, coalesce((SELECT text FROM essence_texts WHERE essence_id = e.id),"
        " '') FROM essence e WHERE id = ?",
        (essence_id,),
    ).fetchone()
    if row is None:
        raise NotFound("there is no such essence.", "see: chendian essence list")
    return Edit(*row)


def edit(db: sqlite3.Connection, essence_id: int, wanted: Edit, by: str) -> Edit:
    """Write an essence's title, reason and edited text anew; return what stood there before.

    Raises ArchiveError for what is too long, NotFound.
    """
    former = edit_of(db, essence_id)
    for value, most in (
        (wanted.title, MAX_TITLE), (wanted.reason, MAX_REASON), (wanted.text, MAX_TEXT),
    ):  # fmt: skip
        if len(value) > most:
            raise ArchiveError(f"that is longer than {most:,} characters.", "shorten it")
    db.execute(
        "UPDATE essence SET title = ?, reason = ? WHERE id = ?",
        (" ".join(wanted.title.split()), wanted.reason.strip(), essence_id),
    )
    db.execute("DELETE FROM essence_texts WHERE essence_id = ?", (essence_id,))
    if wanted.text.strip():
        db.execute(
            "INSERT INTO essence_texts(essence_id, text, by, at) VALUES(?, ?, ?, ?)",
            (essence_id, wanted.text.strip(), by, int(time.time())),
        )
    note(db, by, "essence edited", str(essence_id))
    return former


def unite(db: sqlite3.Connection, essence_id: int, other_id: int, by: str) -> list[int]:
    """Let the messages of another essence of the same group belong to this one, and end it; return
    the row ids of those messages. Raises ArchiveError for two groups."""
    groups = db.execute(
        "SELECT group_id FROM essence WHERE id IN (?, ?)", (essence_id, other_id)
    ).fetchall()
    if len(groups) != 2 or groups[0] != groups[1]:
        raise ArchiveError("two essences of one group can be one.", "choose another")
    ids = [
        i
        for (i,) in db.execute(
            "UPDATE essence_messages SET essence_id = ? WHERE essence_id = ? RETURNING message_id",
            (essence_id, other_id),
        ).fetchall()
    ]
    db.execute("DELETE FROM essence_texts WHERE essence_id = ?", (other_id,))
    db.execute("DELETE FROM essence WHERE id = ?", (other_id,))
    refresh_index(db, ids)
    note(db, by, "essence united", str(essence_id), str(other_id))
    return ids


def part(
    db: sqlite3.Connection, essence_id: int, ids: Iterable[int], title: str, reason: str, by: str
) -> int:
    """Take some of an essence's messages out of it into one of their own; return its id.

    Raises ArchiveError where none, or all of them, are meant.
    """
    mine = json.dumps(sorted(set(ids)))
    inside, outside = db.execute(
        "SELECT count(*) FILTER (WHERE message_id IN (SELECT value FROM json_each(?1))),"
        " count(*) FILTER (WHERE message_id NOT IN (SELECT value FROM json_each(?1)))"
        " FROM essence_messages WHERE essence_id = ?2",
        (mine, essence_id),
    ).fetchone()
    if not inside or not outside:
        raise ArchiveError("some of its messages stay, some go.", "choose others")
    (made,) = db.execute(
        "INSERT INTO essence(group_id, title, reason, marked_by, marked_at, source)"
        " SELECT group_id, ?, ?, marked_by, marked_at, source FROM essence WHERE id = ?"
        " RETURNING id",
        (title, reason, essence_id),
    ).fetchone()
    db.execute(
        "UPDATE essence_messages SET essence_id = ?1 WHERE essence_id = ?2"
        " AND message_id IN (SELECT value FROM json_each(?3))",
        (made, essence_id, mine),
    )
    # what was edited over all of them may have the words of those that went
    db.execute("DELETE FROM essence_texts WHERE essence_id = ?", (essence_id,))
    note(db, by, "essence parted", str(essence_id), str(made))
    return int(made)
