"""Whether a message's facet says what its row, its tags and its essence say, and making it so."""

from __future__ import annotations

import sqlite3

from archive.merge import facet_of, load
from archive.prepare import PINNED, RECALLED


def _says(token: str) -> str:
    return f"(instr(' ' || facet || ' ', ' ' || {token} || ' ') > 0)"


_TAG = "coalesce(t.synonym_of, t.id)"
_TAGGED = "message_tags JOIN tags t ON t.id = tag_id WHERE message_id = messages.id"
_NAMED = "(length(' ' || facet) - length(replace(' ' || facet, ' t', ''))) / 2"
"""How many tags a facet names: no other token begins with t."""

_WRONG = (
    "NOT " + _says("'g' || group_id"),
    "NOT " + _says("'k' || kind"),
    "sender_id IS NOT NULL AND NOT " + _says("'s' || sender_id"),
    f"(flags & {RECALLED} > 0) != " + _says("'xrecalled'"),
    f"flags & {PINNED} AND NOT " + _says("'xpinned'"),
    "(id IN (SELECT message_id FROM essence_messages)) != " + _says("'e1'"),
    f"{_NAMED} != (SELECT count(DISTINCT {_TAG}) FROM {_TAGGED})",
    f"EXISTS (SELECT 1 FROM {_TAGGED} AND NOT " + _says(f"'t' || {_TAG}") + ")",
)


def wrong_facets(db: sqlite3.Connection, after: int, until: int) -> list[int]:
    """Return the ids of the messages in this range whose facet is not what it should be."""
    rows = db.execute(
        f"SELECT id FROM messages WHERE id > ? AND id <= ? AND ({' OR '.join(_WRONG)})",
        (after, until),
    )
    return [i for (i,) in rows]


def mend_facets(db: sqlite3.Connection, after: int, until: int) -> None:
    """Write the facets in this range anew where they are wrong; the index is not touched."""
    for row_id in wrong_facets(db, after, until):
        row = load(db, row_id)
        facet = facet_of(db, row_id, row["group_id"], row)
        db.execute("UPDATE messages SET facet = ? WHERE id = ?", (facet, row_id))
