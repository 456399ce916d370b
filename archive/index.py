"""The search index: the only place that writes `message_index`.

It is contentless, so a row can only be taken out with exactly the tokens it was put in with:
anything else passes FTS5's integrity check and later reads as a damaged file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
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
LITTLE_PAGES = 40
"""The same beside live capture: measured, a step takes 6 ms and 18 at most."""
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


def tables(name: str = TABLE) -> tuple[str, ...]:
    """Return the names of an index table and of those in which FTS5 keeps it."""
    return (name, *(f"{name}_{part}" for part in ("data", "idx", "content", "docsize", "config")))


def drop(db: sqlite3.Connection, name: str = TABLE) -> None:
    """Drop an index table; where FTS5 cannot read its own tables they go one by one."""
    try:
        db.execute(f"DROP TABLE IF EXISTS {name}")
    except sqlite3.DatabaseError:
        _strike(db, [name])
        for table in tables(name)[1:]:
            db.execute(f"DROP TABLE IF EXISTS {table}")


def cut_out(db: sqlite3.Connection, name: str = TABLE) -> None:
    """Take an index with damaged pages out of the schema without reading or freeing one of them.

    Its pages stay in the file, unused, until `database.compact`.
    """
    _strike(db, tables(name))


def _strike(db: sqlite3.Connection, names: Sequence[str]) -> None:
    """Remove tables' rows from the schema, and nothing else of them."""
    (version,) = db.execute("PRAGMA schema_version").fetchone()
    db.execute("PRAGMA writable_schema=ON")
    try:
        marks = ", ".join("?" * len(names))
        db.execute(f"DELETE FROM sqlite_schema WHERE tbl_name IN ({marks})", names)
    finally:
        db.execute("PRAGMA writable_schema=RESET")
    # other connections would go on with the schema they know
    db.execute(f"PRAGMA schema_version={version + 1}")


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


def replace(
    db: sqlite3.Connection,
    message_id: int,
    old: Entry | None,
    new: Entry | None,
    table: str = TABLE,
) -> None:
    """Exchange a message's entry; None is no entry."""
    if old == new:
        return
    if old is not None:
        db.execute(
            f"INSERT INTO {table}({table}, rowid, body, chars, facet) VALUES('delete', ?, ?, ?, ?)",
            (message_id, *old),
        )
    if new is not None:
        add(db, [(message_id, *new)], table)


def take_out(db: sqlite3.Connection, entries: Iterable[tuple[int, Entry]]) -> None:
    """Remove the entries of messages, each as it stands in the index."""
    db.executemany(
        f"INSERT INTO {TABLE}({TABLE}, rowid, body, chars, facet) VALUES('delete', ?, ?, ?, ?)",
        ((message_id, *old) for message_id, old in entries),
    )


def worth_merging(db: sqlite3.Connection, new: int) -> bool:
    """Tell whether so many new messages are a large part of a large archive."""
    (held,) = db.execute("SELECT coalesce(sum(messages), 0) FROM groups").fetchone()
    return bool(held > _LARGE and new > held // 5)


def merge_segments(db: sqlite3.Connection, first: bool, pages: int = _MERGED_PAGES) -> bool:
    """Do a step of merging the index's segments into one; return whether there is more to do.

    Searching takes half as long once it is done; it may be stopped, or killed, after any step.
    """
    # negative: begin with all segments, whatever their size
    step = -pages if first else pages
    before = db.total_changes
    db.execute(f"INSERT INTO {TABLE}({TABLE}, rank) VALUES('merge', ?)", (step,))
    return db.total_changes - before > 1


def merge_a_little(db: sqlite3.Connection) -> None:
    """Merge some of the index's newest segments, some milliseconds' work.

    Who writes batch after batch beside live capture calls this after each, in a transaction of its
    own: otherwise every so many batches one commit does what was put off, some 50 ms of it.
    """
    db.execute(f"INSERT INTO {TABLE}({TABLE}, rank) VALUES('merge', {LITTLE_PAGES})")


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
