"""What hangs on a message and is told again: attachments, reactions and tags."""

from __future__ import annotations

import sqlite3
from itertools import zip_longest

from archive.fresh import insert_attachments, insert_reactions
from archive.prepare import Prepared
from archive.records import Attachment


def merge_tags(db: sqlite3.Connection, row_id: int, tags: list[int], anew: bool) -> None:
    """Let a message have the tags its text says, and those that people added."""
    if anew:
        db.execute("DELETE FROM message_tags WHERE message_id = ? AND added_by IS NULL", (row_id,))
    db.executemany(
        "INSERT OR IGNORE INTO message_tags(message_id, tag_id, group_id)"
        " SELECT id, ?, group_id FROM messages WHERE id = ?",
        [(tag, row_id) for tag in tags],
    )


def merge_attachments(db: sqlite3.Connection, row_id: int, incoming: Prepared, wins: bool) -> bool:
    if not incoming.attachments:
        return False
    rows = db.execute(
        "SELECT kind, name, NULL, sha256, missing, mime, size, width, height, duration"
        " FROM attachments WHERE message_id = ? ORDER BY position",
        (row_id,),
    ).fetchall()
    old = tuple(Attachment(*row) for row in rows)
    pairs = zip_longest(*((incoming.attachments, old) if wins else (old, incoming.attachments)))
    present = tuple(_filled(first, second) for first, second in pairs)
    if present == old:
        return False
    db.execute("DELETE FROM attachments WHERE message_id = ?", (row_id,))
    insert_attachments(db, [(row_id, *part) for part in enumerate(present)])
    return True


def _filled(first: Attachment | None, second: Attachment | None) -> Attachment:
    """Fill what the first does not say; the bytes are whose that has them."""
    if first is None or second is None:
        first = second = first or second or Attachment()
    values = {
        name: getattr(second if getattr(first, name) is None else first, name)
        for name in first.__struct_fields__
    }
    values["path"] = None
    if values["sha256"] is not None:
        values["size"] = (first if first.sha256 else second).size
        values["missing"] = None
    return Attachment(**values)


def merge_reactions(db: sqlite3.Connection, row_id: int, incoming: Prepared) -> bool:
    if not incoming.reactions:
        return False
    before = db.total_changes
    seen = dict(
        db.execute("SELECT emoji, count FROM reactions WHERE message_id = ?", (row_id,)).fetchall()
    )
    more = tuple(r for r in incoming.reactions if r.count > seen.get(r.emoji, 0))
    if more:
        insert_reactions(db, [(row_id, reaction) for reaction in more])
    return db.total_changes != before
