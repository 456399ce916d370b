"""What is said of messages that are not here yet: kept, and joined when they come."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

import msgspec

from archive.ids import is_sane
from archive.marks import follow
from archive.matching import resolve
from archive.merge import recall
from archive.people import KnownGroup
from archive.reactions import COUNTS, packed, put, react, unpacked
from archive.records import EssenceMark, Reacted, Recall
from archive.scrub import Shunned, without_members
from archive.tombstones import forgotten_ids

_REACTION, _ESSENCE = "reaction", "essence"


Late = Recall | EssenceMark | Reacted
"""What is said of a message by its id."""


def take_late(
    db: sqlite3.Connection, group: KnownGroup, record: Late, source: str, shunned: Shunned
) -> None:
    """Do what is said of a message; keep it for later where the message is not here yet."""
    if isinstance(record, Reacted) and record.member_key in shunned.keys:
        return
    if isinstance(record, Reacted) and shunned.keys:
        left = (without_members(reaction, shunned.keys) for reaction in record.reactions)
        shown = tuple(reaction for reaction in left if reaction.count > 0)
        record = msgspec.structs.replace(record, reactions=shown)
    row_id = resolve(db, group, [record.id]).get(record.id)
    if row_id is None:
        if not forgotten_ids(db, group.id, [record.id]):
            _keep_orphan(db, group.id, record, source)
    elif isinstance(record, Recall):
        recall(db, row_id)
    elif isinstance(record, Reacted):
        react(db, row_id, record)
    else:
        follow(db, row_id, record, source)


def _keep_orphan(db: sqlite3.Connection, group_id: int, record: Late, source: str) -> None:
    # a recall stays known for good
    if isinstance(record, Recall):
        db.execute(
            "INSERT OR IGNORE INTO aliases(kind, group_id, other, target)"
            " VALUES('recall', ?, ?, 0)",
            (group_id, record.id),
        )
        return
    if isinstance(record, Reacted):
        kind, who, said = _REACTION, record.member_key or COUNTS, packed(record.reactions)
    else:
        kind, who = _ESSENCE, ""
        said = json.dumps([record.by, record.removed, source], ensure_ascii=False)
    known = record.at if is_sane(record.at) else None
    db.execute(
        "INSERT INTO orphans(group_id, platform_id, kind, who, at, said)"
        " VALUES(?1, ?2, ?3, ?4, coalesce(?5, 0), ?6) ON CONFLICT DO UPDATE"
        " SET at = max(at, excluded.at), said = excluded.said WHERE ?5 IS NULL OR ?5 >= at",
        (group_id, record.id, kind, who, known, said),
    )


def any_orphans(db: sqlite3.Connection, group_id: int) -> bool:
    """Tell whether anything was said of messages of a group that are not here."""
    row = db.execute(
        "SELECT EXISTS(SELECT 1 FROM aliases WHERE kind = 'recall' AND group_id = ?1)"
        " OR EXISTS(SELECT 1 FROM orphans WHERE group_id = ?1)",
        (group_id,),
    ).fetchone()
    return bool(row[0])


def join_orphans(
    db: sqlite3.Connection, group_id: int, arrived: dict[str, tuple[str, int]]
) -> None:
    """Let messages that have just come have what was said of them before.

    `arrived`: any id of a message → (its own id, its row).
    """
    for name in _recalled(db, group_id, arrived):
        own, row_id = arrived[name]
        if name != own:
            # another message may be called so one day
            db.execute(
                "UPDATE OR REPLACE aliases SET other = ? WHERE kind = 'recall' AND group_id = ?"
                " AND other = ?",
                (own, group_id, name),
            )
        recall(db, row_id)
    for name, kind, who, at, said in _waiting(db, group_id, arrived):
        row_id = arrived[name][1]
        if kind == _REACTION:
            put(db, row_id, who, at or None, unpacked(said))
        else:
            by, removed, source = json.loads(said)
            follow(db, row_id, EssenceMark("", name, by, at or None, removed), source)
        db.execute(
            "DELETE FROM orphans WHERE group_id = ? AND platform_id = ? AND kind = ? AND who = ?",
            (group_id, name, kind, who),
        )


def drop_orphans(db: sqlite3.Connection, group_id: int, names: Iterable[str]) -> None:
    """Drop what is said of messages that will never come."""
    for table, column in (("orphans", "platform_id"), ("aliases", "other")):
        db.execute(
            f"DELETE FROM {table} WHERE group_id = ?"
            f" AND {column} IN (SELECT value FROM json_each(?))"
            + (" AND kind IN ('recall', 'unmarked')" if table == "aliases" else ""),
            (group_id, json.dumps(list(names))),
        )


def _recalled(db: sqlite3.Connection, group_id: int, names: Iterable[str]) -> list[str]:
    rows = db.execute(
        "SELECT other FROM aliases WHERE kind = 'recall' AND group_id = ?"
        " AND other IN (SELECT value FROM json_each(?))",
        (group_id, json.dumps(list(names))),
    )
    return [other for (other,) in rows.fetchall()]


def _waiting(
    db: sqlite3.Connection, group_id: int, names: Iterable[str]
) -> list[tuple[str, str, str, int, str]]:
    return db.execute(
        "SELECT platform_id, kind, who, at, said FROM orphans WHERE group_id = ?"
        " AND platform_id IN (SELECT value FROM json_each(?)) ORDER BY at, who",
        (group_id, json.dumps(list(names))),
    ).fetchall()
