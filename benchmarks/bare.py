"""The bare loop: how fast `sqlite3` alone writes the same rows and tokens into the same tables.

Everything is read from the imported archive: the tables' and index's schema, the index's settings
and the connection's pragmas, so the comparison stays true when they change.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from time import perf_counter, process_time

import msgspec

from archive.database import Archive
from archive.index import TABLE, entry

BATCH = 10_000
_OF_FILE = ("page_size", "journal_mode")
_OF_CONNECTION = (
    "secure_delete", "synchronous", "cache_size", "temp_store", "wal_autocheckpoint", "mmap_size",
)  # fmt: skip

Row = tuple[object, ...]


class Bare(msgspec.Struct, frozen=True):
    """What the bare loop needed; the rows and tokens were ready before the clock started."""

    messages: int
    seconds: float
    cpu_seconds: float
    bytes_per_message: float


def measure_bare(archive: Archive) -> Bare:
    """Write all messages of an archive again, in the order of the import."""
    source = archive.connect_for_writing()
    try:
        with tempfile.TemporaryDirectory(dir=archive.folder) as folder:
            path = Path(folder) / "bare.db"
            target = _make(source, path)
            messages, seconds, used = _copy(source, target)
            target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            target.close()
            return Bare(messages, seconds, used, path.stat().st_size / max(1, messages))
    finally:
        source.close()


def _make(source: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    target = sqlite3.connect(path, isolation_level=None)
    for name in (*_OF_FILE, *_OF_CONNECTION):
        (value,) = source.execute(f"PRAGMA {name}").fetchone() or (None,)
        if value is not None:
            target.execute(f"PRAGMA {name}={value}")
    schema = source.execute(
        "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND (tbl_name = 'messages'"
        " OR name = ?) ORDER BY type = 'index'",
        (TABLE,),
    )
    for (statement,) in schema.fetchall():
        target.execute(statement)
    settings = source.execute(f"SELECT k, v FROM {TABLE}_config WHERE k <> 'version'")
    for setting in settings.fetchall():
        target.execute(f"INSERT INTO {TABLE}({TABLE}, rank) VALUES(?, ?)", setting)
    return target


def _copy(source: sqlite3.Connection, target: sqlite3.Connection) -> tuple[int, float, float]:
    columns = [name for _, name, *_ in source.execute("PRAGMA table_info(messages)")]
    put = f"INSERT INTO messages VALUES({', '.join('?' * len(columns))})"
    index = f"INSERT INTO {TABLE}(rowid, body, chars, facet) VALUES(?, ?, ?, ?)"
    messages, seconds, used = 0, 0.0, 0.0
    for rows, entries in _prepared(source, columns):
        start, start_used = perf_counter(), process_time()
        target.execute("BEGIN")
        target.executemany(put, rows)
        target.executemany(index, entries)
        target.execute("COMMIT")
        seconds += perf_counter() - start
        used += process_time() - start_used
        messages += len(rows)
    return messages, seconds, used


def _prepared(
    source: sqlite3.Connection, columns: list[str]
) -> Iterator[tuple[list[Row], list[Row]]]:
    text, more, facet = (columns.index(name) for name in ("text", "more", "facet"))
    rows = source.execute(f"SELECT {', '.join(columns)} FROM messages ORDER BY group_id, id")
    while batch := list(islice(rows, BATCH)):
        yield batch, [(row[0], *entry(row[text], row[more], row[facet])) for row in batch]
