"""People known by name only: joined to the one person of that name once there is one."""

from __future__ import annotations

import sqlite3

from archive.index import TABLE
from archive.keys import name_key
from archive.merge import facet_of, load, store


def join_names(db: sqlite3.Connection, group_id: int) -> None:
    """Join those known by name only to the one person of that name in the group.

    Where none or several are called so, the name stays a person of its own unless it said nothing.
    """
    names = db.execute(
        "SELECT DISTINCT p.id, n.folded FROM member_names n JOIN members p ON p.id = n.member_id"
        " WHERE n.group_id = ? AND p.name_only",
        (group_id,),
    ).fetchall()
    gone: set[int] = set()
    for member_id, folded in names:
        if member_id in gone:
            continue
        real = db.execute(
            "SELECT DISTINCT p.id FROM member_names n JOIN members p ON p.id = n.member_id"
            # + keeps SQLite from walking through the group's names: the name finds it at once
            " WHERE +n.group_id = ? AND n.folded = ? AND NOT p.name_only LIMIT 2",
            (group_id, folded),
        ).fetchall()
        namesake = (
            real
            or db.execute(
                "SELECT DISTINCT member_id FROM member_names WHERE +group_id = ? AND folded = ?"
                " AND member_id < ? ORDER BY member_id LIMIT 1",
                (group_id, folded, member_id),
            ).fetchall()
        )
        if len(namesake) == 1:
            _join(db, group_id, member_id, namesake[0][0])
            gone.add(member_id)
        elif not _messages_of(db, member_id, 1):
            _forget_member(db, member_id)
            gone.add(member_id)


def settle_keys(db: sqlite3.Connection, group_id: int, group_key: str) -> None:
    """Give those known by name only the key they would have had in this group from the first."""
    members = db.execute(
        "SELECT p.id, p.key, p.name FROM memberships JOIN members p ON p.id = member_id"
        " WHERE group_id = ? AND p.name_only",
        (group_id,),
    ).fetchall()
    for member_id, key, name in members:
        wanted = name_key(group_key, name)
        if db.execute("SELECT 1 FROM members WHERE key = ?", (wanted,)).fetchone() is None:
            db.execute("UPDATE members SET key = ? WHERE id = ?", (wanted, member_id))
            db.execute("DELETE FROM aliases WHERE kind = 'member' AND other = ?", (wanted,))
            _member_alias(db, key, member_id)


def _messages_of(db: sqlite3.Connection, member_id: int, limit: int = -1) -> list[int]:
    rows = db.execute(
        f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH ? LIMIT ?",
        (f'facet : "s{member_id}"', limit),
    )
    return [i for (i,) in rows.fetchall()]


def _join(db: sqlite3.Connection, group_id: int, member_id: int, real_id: int) -> None:
    for row_id in _messages_of(db, member_id):
        old = load(db, row_id)
        new = {**old, "sender_id": real_id}
        facet = facet_of(db, row_id, group_id, new)
        store(db, row_id, old, {"sender_id": real_id, "facet": facet})
    (key,) = db.execute("SELECT key FROM members WHERE id = ?", (member_id,)).fetchone()
    _member_alias(db, key, real_id)
    db.execute(
        "UPDATE aliases SET target = ? WHERE kind = 'member' AND target = ?", (real_id, member_id)
    )
    _forget_member(db, member_id)


def _member_alias(db: sqlite3.Connection, other: str, member_id: int) -> None:
    db.execute(
        "INSERT OR REPLACE INTO aliases(kind, group_id, other, target) VALUES('member', 0, ?, ?)",
        (other, member_id),
    )


def _forget_member(db: sqlite3.Connection, member_id: int) -> None:
    for table in ("memberships", "member_names"):
        db.execute(f"DELETE FROM {table} WHERE member_id = ?", (member_id,))
    db.execute("DELETE FROM members WHERE id = ?", (member_id,))
