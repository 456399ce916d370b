"""What hangs on a message and is told again: attachments, reactions and tags."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from itertools import zip_longest

from archive.fresh import insert_attachments
from archive.prepare import Prepared
from archive.reactions import tell
from archive.records import Attachment

CHILDREN = (
    "attachments", "reactions", "versions", "essence_messages", "message_tags",
    "reacted", "marks", "codes", "nominations", "reports",
    "questions", "answers",
    "thread_messages", "column_messages", "saved",
    "edition_messages", "candidates",
    "item_levels", "dismissed", "reviewed", "places", "bridged", "former_states",
)  # fmt: skip
"""The tables whose rows belong to a message, by `message_id`."""


def merge_tags(db: sqlite3.Connection, row_id: int, tags: list[int], anew: bool) -> None:
    """Let a message have the tags its text says, and those that people added."""
    if anew:
        db.execute("DELETE FROM message_tags WHERE message_id = ? AND added_by IS NULL", (row_id,))
    db.executemany(
        "INSERT OR IGNORE INTO message_tags(message_id, tag_id, group_id)"
        " SELECT id, ?, group_id FROM messages WHERE id = ?",
        [(tag, row_id) for tag in tags],
    )


def attachments_of(db: sqlite3.Connection, ids: Sequence[int]) -> dict[int, tuple[Attachment, ...]]:
    """Return the attachments of these messages, in order, for those that have some."""
    found: dict[int, tuple[Attachment, ...]] = {}
    rows = db.execute(
        "SELECT message_id, kind, name, NULL, sha256, missing, mime, size, width, height, duration"
        " FROM attachments WHERE message_id IN (SELECT value FROM json_each(?))"
        " ORDER BY message_id, position",
        (json.dumps(ids),),
    )
    for row_id, *values in rows:
        found[row_id] = (*found.get(row_id, ()), Attachment(*values))
    return found


def merge_attachments(db: sqlite3.Connection, row_id: int, incoming: Prepared, wins: bool) -> bool:
    if not incoming.attachments:
        return False
    old = attachments_of(db, [row_id]).get(row_id, ())
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
    values["path"] = values["source"] = None
    if values["sha256"] is not None:
        values["size"] = (first if first.sha256 else second).size
        values["missing"] = None
    return Attachment(**values)


def merge_reactions(db: sqlite3.Connection, row_id: int, incoming: Prepared) -> bool:
    return bool(incoming.reactions) and tell(db, row_id, incoming.reactions)
