"""What people may ask for themselves: another name, that their essence is public."""

from __future__ import annotations

import json
import sqlite3
import time

from archive.audit import note
from archive.consent import group_keys, member_keys
from archive.either_index import EitherIndex
from archive.errors import ArchiveError
from archive.people import Directory
from archive.personal import own_messages
from archive.text import normalise

LONGEST_ALIAS = 20
"""Characters."""


def set_alias(db: sqlite3.Connection, group_key: str, member_key: str, name: str, by: str) -> None:
    """Show a person under another name in a group from now on, wherever they are shown.

    Raises ArchiveError where it is no name, or somebody else's.
    """
    shown = " ".join(name.split())
    folded = normalise(shown).strip().lstrip("@")
    if not folded or len(shown) > LONGEST_ALIAS or not shown.isprintable():
        raise ArchiveError("that is no name.", f"use up to {LONGEST_ALIAS} letters or characters")
    group = Directory(db).group(group_key)
    key = _main_key(db, member_key)
    if _is_anothers(db, group.id, key, folded):
        raise ArchiveError("somebody else here is called so.", "use another name")
    db.execute(
        "INSERT INTO shown_names(group_id, member_key, name, folded, at) VALUES(?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET name = excluded.name, folded = excluded.folded,"
        " at = excluded.at",
        (group.id, key, shown, folded, int(time.time())),
    )
    note(db, by, "alias", key, group.key)


def remove_alias(db: sqlite3.Connection, group_key: str, member_key: str, by: str) -> bool:
    """Show a person under their own name again; False where that is so already."""
    group, key = Directory(db).group(group_key), _main_key(db, member_key)
    gone = db.execute(
        "DELETE FROM shown_names WHERE group_id = ? AND member_key = ?", (group.id, key)
    ).rowcount
    if gone:
        note(db, by, "alias withdrawn", key, group.key)
    return gone > 0


def alias_of(db: sqlite3.Connection, group_key: str, member_key: str) -> str | None:
    """Return the name under which a person is shown in a group instead of their own."""
    row = db.execute(
        "SELECT name FROM shown_names JOIN groups g ON g.id = group_id"
        " WHERE g.key IN (SELECT value FROM json_each(?)) AND member_key = ?",
        (json.dumps(group_keys(db, group_key)), _main_key(db, member_key)),
    ).fetchone()
    return row[0] if row else None


def publish(db: sqlite3.Connection, member_key: str, agrees: bool, by: str) -> bool:
    """Note whether a person agrees that their essence is shown to everybody; False where that is
    so already."""
    key = _main_key(db, member_key)
    if agrees == may_publish(db, key):
        return False
    for other in member_keys(db, key):
        db.execute("DELETE FROM publish_consents WHERE member_key = ?", (other,))
    if agrees:
        db.execute(
            "INSERT INTO publish_consents(member_key, at) VALUES(?, ?)", (key, int(time.time()))
        )
    note(db, by, "publish" if agrees else "publish withdrawn", key)
    return True


def may_publish(db: sqlite3.Connection, member_key: str) -> bool:
    """Tell whether a person agrees now that their essence is shown to everybody."""
    keys = json.dumps(member_keys(db, member_key))
    (agrees,) = db.execute(
        "SELECT EXISTS(SELECT 1 FROM publish_consents WHERE member_key IN"
        " (SELECT value FROM json_each(?1))) AND NOT EXISTS(SELECT 1 FROM opt_outs WHERE"
        " member_key IN (SELECT value FROM json_each(?1)))",
        (keys,),
    ).fetchone()
    return bool(agrees)


def message_count(db: sqlite3.Connection, member_key: str) -> int:
    """Return how many messages of a person are kept."""
    return len(set(own_messages(db, member_keys(db, member_key), EitherIndex(db).whole, None)))


def _main_key(db: sqlite3.Connection, member_key: str) -> str:
    """Return the key under which a person stands here, whichever of theirs was given."""
    row = db.execute(
        "SELECT p.key FROM members p WHERE p.key = ?1 UNION ALL SELECT p.key FROM aliases a"
        " JOIN members p ON p.id = a.target WHERE a.kind = 'member' AND a.other = ?1 LIMIT 1",
        (member_key,),
    ).fetchone()
    return str(row[0]) if row else member_key


def _is_anothers(db: sqlite3.Connection, group_id: int, key: str, folded: str) -> bool:
    """Tell whether a name is that of somebody else in the group."""
    row = db.execute(
        "SELECT 1 FROM member_names n JOIN members p ON p.id = n.member_id"
        " WHERE n.group_id = ?1 AND n.folded = ?2 AND p.key != ?3 UNION ALL"
        " SELECT 1 FROM shown_names WHERE group_id = ?1 AND folded = ?2 AND member_key != ?3",
        (group_id, folded, key),
    ).fetchone()
    return row is not None
