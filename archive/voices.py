"""Voices: what a group's owner, admins and guests said, without what everybody else did."""

from __future__ import annotations

import sqlite3

from archive.access import Reader
from archive.errors import NotFound
from archive.groups import group_id, inside_ids
from archive.ids import HIGHEST
from archive.index import TABLE, check_readable
from archive.loading import load_views
from archive.views import MessageView

_MOST = 200
"""People listened to in one group."""
_LEADING = (
    "SELECT member_id FROM memberships WHERE group_id = ?1 AND role IN ('owner', 'admin')"
    " UNION SELECT p.id FROM roster r JOIN members p ON p.key = r.member_key"
    "  WHERE r.group_id = ?1 AND r.role = 'guest'"
    " UNION SELECT a.target FROM roster r JOIN aliases a ON a.kind = 'member'"
    "  AND a.other = r.member_key WHERE r.group_id = ?1 AND r.role = 'guest'"
    # a line known by name only is whose name nobody else in the group has
    " UNION SELECT max(n.member_id) FROM roster r JOIN member_names n ON n.group_id = r.group_id"
    "  AND n.folded = substr(r.who, 2) WHERE r.group_id = ?1 AND r.role = 'guest'"
    "  AND r.member_key IS NULL GROUP BY r.who HAVING count(DISTINCT n.member_id) = 1"
    " LIMIT ?2"
)


def voices(
    db: sqlite3.Connection,
    reader: Reader,
    group_key: str,
    before: int | None = None,
    limit: int = 40,
) -> list[MessageView]:
    """Return what the owner, admins and guests of a group said, newest first; page on with
    `before=last.id`.

    For those inside only: others are shown no names, and this would tell who says what. Raises
    NotFound for them, NeedsReindex where there is no usable index.
    """
    match = match_of(db, reader, group_key)
    found: list[MessageView] = []
    below = HIGHEST if before is None else before - 1
    while match and len(found) < limit:
        ids = [
            i
            for (i,) in db.execute(
                f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH ? AND rowid <= ?"
                " ORDER BY rowid DESC LIMIT ?",
                (match, below, limit),
            )
        ]
        # who opted out is hidden at once, in the index a little later
        found += [view for view in load_views(db, reader, ids) if not view.recalled]
        if len(ids) < limit:
            break
        below = ids[-1] - 1
    return found[:limit]


def match_of(db: sqlite3.Connection, reader: Reader, group_key: str) -> str:
    """Return what finds their words in the index; empty where a group has none of them. Raises as
    `voices`."""
    row_id = group_id(db, reader, group_key)
    inside = inside_ids(db, reader)
    if inside is not None and row_id not in inside:
        raise NotFound("there is no such page.")
    people = [i for (i,) in db.execute(_LEADING, (row_id, _MOST))]
    if not people:
        return ""
    check_readable(db)
    theirs = " OR ".join(f"s{i}" for i in people)
    return f'(facet : "g{row_id}" AND facet : ({theirs})) NOT facet : (xrecalled OR xservice)'
