"""Proves that the archive is whole: database, counters, index = messages, media = attachments."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from hashlib import sha256

from archive import inbox, index, text
from archive.database import Archive
from archive.errors import ArchiveError
from archive.facets import wrong_facets
from archive.hanging import CHILDREN
from archive.ids import HIGHEST, LOWEST
from archive.reindex import MADE_ANEW, entries
from archive.soundness import page_faults, whole_without

_BATCH = 5_000


def verify(archive: Archive, progress: Callable[[int, int], None] | None = None) -> list[str]:
    """Return what is wrong, each with the command that mends it; nothing found is an empty list."""
    found: list[str] = []
    try:
        with archive.reading() as db:
            found += _database(db)
            found += _counters(db)
            found += _media(db, archive)
            found += _facets(db)
            found += inbox.faults(archive.folder)
            if not found or not found[0].startswith("database"):
                found += _index(db, progress)
    except (sqlite3.DatabaseError, ArchiveError) as error:
        found.append(f"database: {error}; restore a backup, or run: chendian reindex")
    return found


def _database(db: sqlite3.Connection) -> list[str]:
    faults = page_faults(db)
    if not faults:
        return []
    mend = "run: chendian reindex" if whole_without(db, MADE_ANEW) else "restore a backup"
    return [f"database: {line}; {mend}" for line in faults]


def _counters(db: sqlite3.Connection) -> Iterator[str]:
    rows = db.execute(
        "SELECT g.key, g.messages, (SELECT count(*) FROM messages m WHERE m.group_id = g.id),"
        " (SELECT coalesce(sum(messages), 0) FROM days d WHERE d.group_id = g.id) FROM groups g"
    )
    for key, counted, there, by_day in rows:
        if not counted == there == by_day:
            yield f"counters: {key} says {counted} messages and {by_day} by day, there are {there}"
    for table in CHILDREN:
        (orphans,) = db.execute(
            f"SELECT count(*) FROM {table} WHERE message_id NOT IN (SELECT id FROM messages)"
        ).fetchone()
        if orphans:
            yield f"counters: {orphans} rows of {table} belong to no message"


def _facets(db: sqlite3.Connection) -> Iterator[str]:
    wrong = len(wrong_facets(db, LOWEST, HIGHEST))
    if wrong:
        yield f"facets: {wrong} messages are filed wrongly; run: chendian reindex"


def _media(db: sqlite3.Connection, archive: Archive) -> Iterator[str]:
    known = {digest for (digest,) in db.execute("SELECT sha256 FROM media")}
    rows = db.execute("SELECT DISTINCT sha256 FROM attachments WHERE sha256 IS NOT NULL")
    wanted = {digest for (digest,) in rows}
    for digest in sorted(wanted - known):
        yield f"media: {digest[:12]} is on a message but not in the list; import it again"
    # what no message carries is about to be removed, or is already
    for digest in sorted(wanted & known):
        path = archive.media.path(digest)
        if not path.is_file():
            yield f"media: {digest[:12]} is gone; import the export with its files again"
            continue
        actual = sha256()
        with path.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                actual.update(chunk)
        if actual.hexdigest() != digest:
            yield f"media: {digest[:12]} was changed on disk; import the export again"


def _index(db: sqlite3.Connection, progress: Callable[[int, int], None] | None) -> Iterator[str]:
    """Build what the index should be in a scratch database; compare every place of every term."""
    mend = "run: chendian reindex"
    row = db.execute("SELECT value FROM meta WHERE name = 'tokens'").fetchone()
    if row is None or row[0] != str(text.VERSION):
        yield f"index: made by another tokeniser; {mend}"
        return
    if db.execute("SELECT 1 FROM meta WHERE name = 'reindex'").fetchone():
        yield f"index: a reindex is under way, or was stopped; {mend}"
        return
    scratch = sqlite3.connect("", isolation_level=None)
    try:
        index.create(scratch, "wanted")
        _fill(db, scratch, progress)
        db.execute("PRAGMA query_only=OFF")
        db.execute(
            "CREATE VIRTUAL TABLE temp.indexed USING fts5vocab(main, message_index, instance)"
        )
        scratch.execute("CREATE VIRTUAL TABLE temp.indexed USING fts5vocab(main, wanted, instance)")
        every = "SELECT term, doc, col, offset FROM temp.indexed"
        if not _same(db.execute(every), scratch.execute(every)):
            yield f"index: its terms differ from the messages; {mend}"
    except sqlite3.DatabaseError as error:
        yield f"index: cannot be read ({error}); {mend}"
    finally:
        scratch.close()


def _fill(
    db: sqlite3.Connection,
    scratch: sqlite3.Connection,
    progress: Callable[[int, int], None] | None,
) -> None:
    (total,) = db.execute("SELECT count(*) FROM messages").fetchone()
    rows = db.execute("SELECT id, text, more, facet, flags FROM messages ORDER BY id")
    done = 0
    scratch.execute("BEGIN")
    while batch := rows.fetchmany(_BATCH):
        index.add(scratch, entries(batch), "wanted")
        done += len(batch)
        if progress is not None:
            progress(done, total)
    scratch.execute("COMMIT")


def _same(there: sqlite3.Cursor, wanted: sqlite3.Cursor) -> bool:
    while True:
        one, other = there.fetchmany(_BATCH), wanted.fetchmany(_BATCH)
        if one != other:
            return False
        if not one:
            return True
