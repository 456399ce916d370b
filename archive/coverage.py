"""Coverage 覆盖: the spans in which a group's record is known to be complete, and the gaps."""

from __future__ import annotations

import sqlite3

from archive.access import Reader, operator
from archive.groups import group_id
from archive.views import GapView


def note_span(
    db: sqlite3.Connection,
    group: int,
    since: int,
    until: int,
    *,
    complete: bool,
    source: str,
    why: str = "",
    run_id: int | None = None,
) -> None:
    """Note a span (Unix seconds, both ends in it); the same one again, of the same import, changes
    nothing."""
    db.execute(
        "INSERT INTO coverage(group_id, since, until, complete, source, why, run_id)"
        " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE NOT EXISTS (SELECT 1 FROM coverage WHERE"
        " group_id = ?1 AND since = ?2 AND until = ?3 AND complete = ?4 AND source = ?5"
        " AND run_id IS ?7)",
        (group, since, until, complete, source, why, run_id),
    )


def spans(db: sqlite3.Connection, reader: Reader, group_key: str) -> list[tuple[int, int]]:
    """Return the complete spans of a group, joined where they touch, oldest first."""
    rows = db.execute(
        "SELECT since, until FROM coverage WHERE group_id = ? AND complete ORDER BY since",
        (group_id(db, reader, group_key),),
    )
    joined: list[tuple[int, int]] = []
    for since, until in rows:
        if joined and since <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], until))
        else:
            joined.append((since, until))
    return joined


def gaps(db: sqlite3.Connection, reader: Reader, group_key: str) -> list[GapView]:
    """Return what is left of a group's known gaps once complete spans have closed them."""
    rows = db.execute(
        "SELECT since, until, why FROM coverage WHERE group_id = ? AND NOT complete ORDER BY since",
        (group_id(db, reader, group_key),),
    ).fetchall()
    complete = spans(db, reader, group_key)
    return [
        GapView(since, until, why)
        for first, last, why in rows
        for since, until in without(first, last, complete)
    ]


def count_gaps(db: sqlite3.Connection) -> int:
    """Count what is left of the known gaps of all groups."""
    keys = db.execute(
        "SELECT DISTINCT key FROM groups JOIN coverage ON group_id = groups.id WHERE NOT complete"
    ).fetchall()
    return sum(len(gaps(db, operator(), key)) for (key,) in keys)


def without(since: int, until: int, covered: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return what is left of a span once others, in order, are taken out of it."""
    left: list[tuple[int, int]] = []
    for start, end in covered:
        if end < since or start > until:
            continue
        if start > since:
            left.append((since, start - 1))
        since = end + 1
    return [*left, (since, until)] if since <= until else left
