"""Who is called so: for `from:`, by the names and aliases that a reader may know people by."""

from __future__ import annotations

import json
import sqlite3

from archive.text import normalise

_UNVEILED = (
    "NOT EXISTS (SELECT 1 FROM shown_names a JOIN members p ON p.key = a.member_key"
    " WHERE p.id = n.member_id AND a.group_id = n.group_id)"
)
"""A name under which a person is not shown any more leads nowhere."""


def people_called(
    db: sqlite3.Connection, name: str, inside: frozenset[int] | None, most: int
) -> list[str]:
    """Return what the index holds of everybody called exactly so; if nobody is, of everybody whose
    name contains it; `most` people, and one more where there are more.

    `inside`: the groups in which the reader knows people; None: all, by every name they had.
    """
    folded = normalise(name).strip().lstrip("@")
    if not folded:
        return []
    fence = None if inside is None else json.dumps(sorted(inside))
    if rows := _by_name(db, "{}.folded = ?1", folded, fence, most):
        return _facets(db, rows, inside is not None)
    if rows := _by_key(db, name, fence, most):
        return _facets(db, rows, False)
    return _facets(
        db, _by_name(db, "instr({}.folded, ?1) > 0", folded, fence, most), inside is not None
    )


def is_called(db: sqlite3.Connection, group_key: str, member_key: str, name: str) -> bool:
    """Tell whether a person has had this name in a group, whatever they are shown as."""
    row = db.execute(
        "SELECT 1 FROM member_names n JOIN members p ON p.id = n.member_id"
        " JOIN groups g ON g.id = n.group_id WHERE g.key = ? AND p.key = ? AND n.folded = ?",
        (group_key, member_key, normalise(name).strip()),
    ).fetchone()
    return row is not None


_Row = tuple[int, int]
"""Row ids of a member and a group."""


def _by_key(db: sqlite3.Connection, key: str, fence: str | None, most: int) -> list[_Row]:
    return db.execute(
        "SELECT n.member_id, min(n.group_id) FROM member_names n JOIN members p ON"
        " p.id = n.member_id WHERE p.key = ?1"
        " AND (?2 IS NULL OR n.group_id IN (SELECT value FROM json_each(?2)))"
        " GROUP BY 1 LIMIT ?3",
        (key, fence, most + 1),
    ).fetchall()


def _by_name(
    db: sqlite3.Connection, names: str, value: str, fence: str | None, most: int
) -> list[_Row]:
    within = "(?2 IS NULL OR {}.group_id IN (SELECT value FROM json_each(?2)))"
    shown = "" if fence is None else f" AND {_UNVEILED}"
    called = (
        f"SELECT n.member_id, n.group_id FROM member_names n WHERE {names.format('n')}"
        f" AND {within.format('n')}{shown}"
    )
    # of whom aliases hide, every group counts; of the others one is enough
    rows = db.execute(f"{called} GROUP BY 1 LIMIT ?3", (value, fence, most + 1)).fetchall()
    rows += db.execute(
        f"{called} AND n.member_id IN (SELECT p.id FROM shown_names a JOIN members p"
        " ON p.key = a.member_key)",
        (value, fence),
    ).fetchall()
    return (
        rows
        + db.execute(
            "SELECT p.id, a.group_id FROM shown_names a JOIN members p ON p.key = a.member_key"
            f" WHERE {names.format('a')} AND {within.format('a')} LIMIT ?3",
            (value, fence, most + 1),
        ).fetchall()
    )


def _facets(db: sqlite3.Connection, rows: list[_Row], veiled: bool) -> list[str]:
    """Write each person once; whom aliases hide, only in the groups in which they are called so."""
    ids = json.dumps(sorted({member for member, _ in rows}))
    hidden = {
        member
        for (member,) in db.execute(
            "SELECT DISTINCT p.id FROM shown_names a JOIN members p ON p.key = a.member_key"
            " WHERE p.id IN (SELECT value FROM json_each(?))",
            (ids,),
        )
    }
    found: dict[str, None] = {}
    for member, group in rows:
        only = veiled and member in hidden
        found[f"(s{member} AND g{group})" if only else f"s{member}"] = None
    return list(found)
