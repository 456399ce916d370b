"""What is decided for a group at the desk; it wins over the configuration."""

from __future__ import annotations

import sqlite3
import time
from typing import Literal

from archive.access import operator
from archive.audit import note
from archive.groups import get_group, group_id, set_visibility

Name = Literal["visibility", "greet", "welcome", "digest", "offers", "columns", "minors"]
"""`greet`, `digest`, `offers` are `on` or `off`, `minors` is `on`; `columns` is a JSON list of ids;
`visibility` is there once somebody has decided at the desk."""

_WHOSE = (
    "(SELECT id FROM groups WHERE key = ?1 UNION"
    " SELECT target FROM aliases WHERE kind = 'group' AND other = ?1)"
)


def setting_of(db: sqlite3.Connection, group_key: str, name: Name) -> str | None:
    """Return what was decided for a group, by any key it has had; None: nothing was."""
    row = db.execute(
        f"SELECT value FROM group_settings WHERE group_id IN {_WHOSE} AND name = ?2",
        (group_key, name),
    ).fetchone()
    return str(row[0]) if row else None


def decided(db: sqlite3.Connection, name: Name) -> dict[str, str]:
    """Return group key → what was decided, of every group for which something was."""
    rows = db.execute(
        "SELECT key, value FROM group_settings JOIN groups ON id = group_id WHERE name = ?", (name,)
    )
    return dict(rows.fetchall())


def decide(
    db: sqlite3.Connection, group_key: str, name: Name, value: str | None, by: str
) -> str | None:
    """Decide something for a group; None leaves it to the configuration. Return what held before.

    Raises NotFound.
    """
    row_id = group_id(db, operator(), group_key)
    former = setting_of(db, group_key, name)
    db.execute("DELETE FROM group_settings WHERE group_id = ? AND name = ?", (row_id, name))
    if value is not None:
        db.execute(
            "INSERT INTO group_settings(group_id, name, value, by, at) VALUES(?, ?, ?, ?, ?)",
            (row_id, name, value, by, int(time.time())),
        )
    shown = "set" if name in ("welcome", "columns") and value is not None else value
    note(db, by, f"setting {name}", group_key, shown or "as configured")
    return former


def has_minors(db: sqlite3.Connection, group_key: str) -> bool:
    """Tell whether a group is said to have minors: then it is never public."""
    return setting_of(db, group_key, "minors") is not None


def set_minors(db: sqlite3.Connection, group_key: str, minors: bool, by: str) -> bool:
    """Say whether a group has minors; a public one is private from that moment on. Return what was
    said before."""
    group = get_group(db, operator(), group_key)
    former = decide(db, group.key, "minors", "on" if minors else None, by)
    if minors and group.visibility == "public":
        set_visibility(db, group.key, "private", by)
    return former is not None


def may_configure(db: sqlite3.Connection, group_key: str, visibility: str) -> bool:
    """Tell whether the configuration may decide who reads a group: nobody has at the desk, and
    who has minors is never public."""
    if setting_of(db, group_key, "visibility") is not None:
        return False
    return visibility != "public" or not has_minors(db, group_key)


def move_settings(db: sqlite3.Connection, source_id: int, target_id: int) -> None:
    """Let what was decided for one group hold for another where nothing was; minors in either are
    minors in both."""
    db.execute(
        "UPDATE OR IGNORE group_settings SET group_id = ? WHERE group_id = ?",
        (target_id, source_id),
    )
    db.execute("DELETE FROM group_settings WHERE group_id = ?", (source_id,))
    db.execute(
        "UPDATE groups SET visibility = 'private' WHERE id = ?1 AND visibility = 'public'"
        " AND EXISTS (SELECT 1 FROM group_settings WHERE group_id = ?1 AND name = 'minors')",
        (target_id,),
    )
