"""The search index: the only place that writes `message_index`.

It is contentless, so a row can only be taken out with exactly the tokens it was put in with:
anything else passes FTS5's integrity check and later reads as a damaged file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from archive import text
from archive.errors import NeedsReindex
from archive.masks import strip

TABLE = "message_index"
CREATE = (
    "CREATE VIRTUAL TABLE {name} USING fts5("
    "body, chars, facet, content='', columnsize=0, tokenize=\"ascii tokenchars '+#'\")"
)
_LARGE = 2_000_000
"""Messages up to which searches are fast enough with the segments as an import leaves them."""
_MERGED_PAGES = 500
"""Pages of the index written in one step of merging."""
SETTINGS = {"hashsize": 8 << 20, "automerge": 8, "pgsz": 16_200}
"""Bytes of tokens gathered before a segment is written, segments before they are merged, bytes of a
segment's page: measured against FTS5's defaults, a third faster to fill, and searched as fast."""


class Entry(NamedTuple):
    """What the index holds of one message; the same three strings put it in and take it out."""

    body: str
    chars: str
    facet: str


def create(db: sqlite3.Connection, name: str = TABLE) -> None:
    """Make an empty index table."""
    db.execute(CREATE.format(name=name))
    for setting, value in SETTINGS.items():
        db.execute(f"INSERT INTO {name}({name}, rank) VALUES(?, ?)", (setting, value))


def entry(words: str, more: str | None, facet: str) -> Entry:
    """Compute the index entry of a message from what is stored of it."""
    found = text.tokens(indexable(words, more))
    return Entry(found.body, found.chars, facet)


def indexable(words: str, more: str | None) -> str:
    """Return the text that is searched: the message, file names and the like, no phone numbers."""
    return strip(f"{words}\n{more}" if more else words)


def add(
    db: sqlite3.Connection, rows: Iterable[tuple[int, str, str, str]], table: str = TABLE
) -> None:
    """Put in new messages: (id, body, chars, facet)."""
    db.executemany(f"INSERT INTO {table}(rowid, body, chars, facet) VALUES(?, ?, ?, ?)", rows)


def replace(db: sqlite3.Connection, message_id: int, old: Entry | None, new: Entry | None) -> None:
    """Exchange a message's entry; None is no entry."""
    if old == new:
        return
    if old is not None:
        db.execute(
            f"INSERT INTO {TABLE}({TABLE}, rowid, body, chars, facet) VALUES('delete', ?, ?, ?, ?)",
            (message_id, *old),
        )
    if new is not None:
        add(db, [(message_id, *new)])


def worth_merging(db: sqlite3.Connection, new: int) -> bool:
    """Tell whether so many new messages are a large part of a large archive."""
    (held,) = db.execute("SELECT coalesce(sum(messages), 0) FROM groups").fetchone()
    return bool(held > _LARGE and new > held // 5)


def merge_segments(db: sqlite3.Connection, first: bool) -> bool:
    """Do a step of merging the index's segments into one; return whether there is more to do.

    Searching takes half as long once it is done; it may be stopped, or killed, after any step.
    """
    # negative: begin with all segments, whatever their size
    pages = -_MERGED_PAGES if first else _MERGED_PAGES
    before = db.total_changes
    db.execute(f"INSERT INTO {TABLE}({TABLE}, rank) VALUES('merge', ?)", (pages,))
    return db.total_changes - before > 1


def check_version(db: sqlite3.Connection) -> None:
    """Refuse to write where the index was made by another tokeniser or is being rebuilt."""
    rows = dict(db.execute("SELECT name, value FROM meta WHERE name IN ('tokens', 'reindex')"))
    there = db.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (TABLE,)).fetchone()
    if rows.get("tokens") != str(text.VERSION) or "reindex" in rows or not there:
        raise NeedsReindex(
            "the search index is being rebuilt, is missing or was made by another version.",
            "run: chendian reindex",
        )


def check_readable(db: sqlite3.Connection) -> None:
    """Refuse to search an index made by another tokeniser, or none."""
    row = db.execute(
        "SELECT value, EXISTS(SELECT 1 FROM sqlite_schema WHERE name = ?) FROM meta"
        " WHERE name = 'tokens'",
        (TABLE,),
    ).fetchone()
    if row is None or row[0] != str(text.VERSION) or not row[1]:
        raise NeedsReindex(
            "the search index is missing or was made by another version.",
            "run: chendian reindex",
        )
