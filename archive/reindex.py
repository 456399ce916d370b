"""Rebuilds the search index from the messages; killed at any moment, the next run goes on."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator

from archive import index, text
from archive.database import compact, transaction
from archive.facets import mend_facets
from archive.ids import LOWEST
from archive.places import refill
from archive.prepare import RECALLED
from archive.soundness import page_faults, whole_without

NEXT = "message_index_next"
MADE_ANEW = (*index.tables(), *index.tables(NEXT))
"""Every table that a reindex can do without."""
BATCH = 5_000
"""Messages in one transaction."""

Progress = Callable[[int, int], None]
"""Called with (done, total) messages."""


def reindex(db: sqlite3.Connection, progress: Progress | None = None) -> int:
    """Build a new index beside the old one and exchange them; return the messages indexed.

    `db` is a connection for writing, outside a transaction. While this runs, searches go on with
    the old index and writers are asked to wait. Of an index with damaged pages nothing is left:
    it is cut out first, and the file is written anew.
    """
    _cut_out_damage(db)
    with transaction(db):
        last = place_of(db)
        if last is None or not exists(db, NEXT):
            index.drop(db, NEXT)
            index.create(db, NEXT)
            last = LOWEST
            _remember(db, last)
    (total,) = db.execute("SELECT count(*) FROM messages").fetchone()
    (done,) = db.execute("SELECT count(*) FROM messages WHERE id <= ?", (last,)).fetchone()
    while True:
        with transaction(db):
            last = place_of(db)
            if last is None:
                break  # another reindex, run at the same time, has finished
            rows = _rows(db, last)
            if not rows:
                _exchange(db)
                break
            mend_facets(db, last, rows[-1][0])
            rows = _rows(db, last)
            index.add(db, entries(rows), NEXT)
            refill(db, last, rows[-1][0])
            _remember(db, rows[-1][0])
        done += len(rows)
        if progress is not None:
            progress(done, total)
    return int(total)


def _cut_out_damage(db: sqlite3.Connection) -> None:
    """Make the file sound again where it is damaged, and no message, tag or other row with it."""
    # a kill after the transaction leaves pages without a table, which are faults too
    if not page_faults(db) or not whole_without(db, MADE_ANEW):
        return
    with transaction(db):
        # to drop it would read the damaged pages, and might free what is another table's
        index.cut_out(db)
        index.cut_out(db, NEXT)
        db.execute("DELETE FROM meta WHERE name = 'reindex'")
    compact(db)


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


def exists(db: sqlite3.Connection, table: str) -> bool:
    """Tell whether there is a table of this name."""
    return bool(db.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (table,)).fetchone())


def place_of(db: sqlite3.Connection) -> int | None:
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
    index.drop(db)
    db.execute(f"ALTER TABLE {NEXT} RENAME TO {index.TABLE}")
    db.execute("DELETE FROM meta WHERE name IN ('reindex', 'tokens')")
    db.execute("INSERT INTO meta(name, value) VALUES('tokens', ?)", (str(text.VERSION),))
