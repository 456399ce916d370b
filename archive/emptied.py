"""Groups of which nothing is left, and the people who were in no other."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

_DECIDED = ("essence", "columns", "threads", "roster", "group_texts", "introductions",
            "group_settings", "tombstones", "forgotten_names", "orphans", "coverage")  # fmt: skip
"""Tables in which a group stands once somebody decided something for it, or it is known live."""


def drop_empty(db: sqlite3.Connection, groups: set[int]) -> None:
    """Let groups go that nothing is left of, and the people who were in no other."""
    for group_id in groups:
        kept = " OR ".join(
            f"EXISTS (SELECT 1 FROM {table} WHERE group_id = ?1)" for table in _DECIDED
        )
        (stays,) = db.execute(
            f"SELECT messages > 0 OR visibility != 'private' OR {kept} OR EXISTS (SELECT 1 FROM"
            " consents WHERE group_key = groups.key) FROM groups WHERE id = ?1",
            (group_id,),
        ).fetchone()
        if not stays:
            _drop_group(db, group_id)


def _drop_group(db: sqlite3.Connection, group_id: int) -> None:
    people: Sequence[tuple[int]] = db.execute(
        "SELECT member_id FROM memberships WHERE group_id = ?", (group_id,)
    ).fetchall()
    for table in ("memberships", "member_names", "days"):
        db.execute(f"DELETE FROM {table} WHERE group_id = ?", (group_id,))
    db.execute(
        "DELETE FROM aliases WHERE kind = 'group' AND target = ?1 OR group_id = ?1", (group_id,)
    )
    db.executemany(
        "DELETE FROM members WHERE id = ?1"
        " AND NOT EXISTS (SELECT 1 FROM memberships WHERE member_id = ?1)"
        " AND NOT EXISTS (SELECT 1 FROM aliases WHERE kind = 'member' AND target = ?1)",
        people,
    )
    db.execute("DELETE FROM groups WHERE id = ?", (group_id,))
