"""Rebuilds the search index from the messages; killed at any moment, the next run goes on."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator

from archive import index, text
from archive.database import transaction
from archive.facets import mend_facets
from archive.prepare import RECALLED

NEXT = "message_index_next"
LOWEST = -(1 << 62)
BATCH = 5_000
"""Messages in one transaction."""

Progress = Callable[[int, int], None]
"""Called with (done, total) messages."""


def reindex(db: sqlite3.Connection, progress: Progress | None = None) -> int:
    """Build a new index beside the old one and exchange them; return the messages indexed.

    `db` is a connection for writing, outside a transaction. While this runs, searches go on with
    the old index and writers are asked to wait.
    """
    with transaction(db):
        last = _place(db)
        if last is None or not _exists(db, NEXT):
            db.execute(f"DROP TABLE IF EXISTS {NEXT}")
            index.create(db, NEXT)
            last = LOWEST
            _remember(db, last)
    (total,) = db.execute("SELECT count(*) FROM messages").fetchone()
    (done,) = db.execute("SELECT count(*) FROM messages WHERE id <= ?", (last,)).fetchone()
    while True:
        with transaction(db):
            last = _place(db)
            if last is None:
                break  # another reindex, run at the same time, has finished
            rows = _rows(db, last)
            if not rows:
                _exchange(db)
                break
            mend_facets(db, last, rows[-1][0])
            rows = _rows(db, last)
            index.add(db, entries(rows), NEXT)
            _remember(db, rows[-1][0])
        done += len(rows)
        if progress is not None:
            progress(done, total)
    return int(total)


_Row = tuple[int, str, str | None, str, int]


def _rows(db: sqlite3.Connection, after: int) -> list[_Row]:
    return db.execute(
        "SELECT id, text, more, facet, flags FROM messages WHERE id > ? ORDER BY id LIMIT ?",
        (after, BATCH),
    ).fetchall()


def entries(rows: list[_Row]) -> Iterator[tuple[int, str, str, str]]:
    """Compute the index entries of message rows."""
    for row_id, words, more, facet, flags in rows:
        recalled = flags & RECALLED
        yield (row_id, *index.entry("" if recalled else words, None if recalled else more, facet))


def _exists(db: sqlite3.Connection, table: str) -> bool:
    return bool(db.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (table,)).fetchone())


def _place(db: sqlite3.Connection) -> int | None:
    """Return the last message that a reindex under way has indexed; None where none is."""
    row = db.execute("SELECT value FROM meta WHERE name = 'reindex'").fetchone()
    version, _, place = row[0].partition(":") if row else ("", "", "")
    return int(place) if version == str(text.VERSION) else None


def _remember(db: sqlite3.Connection, place: int) -> None:
    db.execute(
        "INSERT INTO meta(name, value) VALUES('reindex', ?)"
        " ON CONFLICT DO UPDATE SET value = excluded.value",
        (f"{text.VERSION}:{place}",),
    )


def _exchange(db: sqlite3.Connection) -> None:
    _drop(db, index.TABLE)
    db.execute(f"ALTER TABLE {NEXT} RENAME TO {index.TABLE}")
    db.execute("DELETE FROM meta WHERE name IN ('reindex', 'tokens')")
    db.execute("INSERT INTO meta(name, value) VALUES('tokens', ?)", (str(text.VERSION),))


def _drop(db: sqlite3.Connection, table: str) -> None:
    """Drop an index table, a damaged one too: then its shadow tables go one by one."""
    try:
        db.execute(f"DROP TABLE IF EXISTS {table}")
    except sqlite3.DatabaseError:
        db.execute("PRAGMA writable_schema=ON")
        db.execute("DELETE FROM sqlite_schema WHERE name = ?", (table,))
        db.execute("PRAGMA writable_schema=RESET")
        for shadow in ("data", "idx", "content", "docsize", "config"):
            db.execute(f"DROP TABLE IF EXISTS {table}_{shadow}")
