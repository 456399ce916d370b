"""What the bridge says in a group beside copies: digests of other groups, and how much of them did
not come in time."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from archive import outbox
from archive.outbox import Draft
from archive.prepare import RECALLED
from archive.senders import HIDDEN

DIGEST = "bridge digest"
"""Purpose of drafts that say a piece of another group's digest."""
LATE = "bridge late"
"""Purpose of those that say how much could not be brought in time."""
_PIECE = re.compile(r"digest:(.+?):(?:week|day):[^:]+:|bridge late:([^>]+)>")
"""As `archive.edition_erasing.outbox_key` and `_key` name them."""
_LATE = (
    "SELECT count(DISTINCT b.message_id), min(b.message_id) FROM bridged b"
    " JOIN outbox o ON o.id = b.outbox_id JOIN messages m ON m.id = b.message_id"
    " LEFT JOIN members p ON p.id = m.sender_id"
    " WHERE b.target = ?1 AND b.copy_id IS NULL AND o.state = 'dropped' AND o.why = ?2"
    f" AND m.flags & {RECALLED} = 0 AND NOT {HIDDEN}"
    " AND NOT EXISTS (SELECT 1 FROM item_levels l WHERE l.message_id = m.id)"
    " AND (b.mode != 'essence' OR EXISTS"
    " (SELECT 1 FROM essence_messages e WHERE e.message_id = m.id))"
)


class Late(NamedTuple):
    """Messages that did not come in time, as far as people may be told of them."""

    number: int
    first: int
    """Row id."""


def source_of(unique: str | None) -> str:
    """Return the key of the group that something said beside copies tells of."""
    found = _PIECE.match(unique or "")
    return (found[1] or found[2]) if found else ""


def waiting(
    db: sqlite3.Connection, keys: Iterable[str], among: Iterable[str] | None = None
) -> list[int]:
    """Return the parcels that wait to tell of a group of these keys, or in one (`among`: only
    between these)."""
    rows = db.execute(
        "SELECT id, group_key, unique_key FROM outbox WHERE state = 'waiting'"
        " AND purpose IN (?, ?)",
        (DIGEST, LATE),
    ).fetchall()
    ends = [(number, {target, source_of(unique)}) for number, target, unique in rows]
    ours, others = set(keys), None if among is None else set(among)
    return [i for i, both in ends if both & ours and (others is None or both <= others)]


def drop_late(
    db: sqlite3.Connection, outbox_id: int, account: str, source: str, target: str, mode: str
) -> None:
    """Drop a copy that is too old, and have people told: once for all until then."""
    notice = _under_way(db, source, target, mode)
    if notice is None:
        unique = f"{_key(source, target, mode)}{outbox_id}"
        notice = outbox.put(db, Draft(account, "", target, purpose=LATE, unique=unique))
    outbox.drop(db, outbox_id, _why(notice))


def late(db: sqlite3.Connection, notice: int, target: str) -> Late | None:
    """Return what a notice has to tell by now."""
    number, first = db.execute(_LATE, (target, _why(notice))).fetchone()
    return Late(number, first) if number else None


def hand_over(db: sqlite3.Connection, group_key: str, account: str, accounts: Iterable[str]) -> int:
    """Let what waits to be brought to a group by an account that is none of these be said by
    another one; return how much. What may have been said, and what changes what was, stays."""
    return db.execute(
        "UPDATE outbox SET account = ?1 WHERE state = 'waiting' AND group_key = ?2"
        " AND doubt IS NULL AND coalesce(edits, takes_back) IS NULL"
        " AND account NOT IN (SELECT value FROM json_each(?3)) AND purpose IN ('bridge', ?4, ?5)",
        (account, group_key, json.dumps(list(accounts)), DIGEST, LATE),
    ).rowcount


def _under_way(db: sqlite3.Connection, source: str, target: str, mode: str) -> int | None:
    key = _key(source, target, mode)
    row = db.execute(
        # what may have been said already can take no more
        "SELECT id FROM outbox WHERE unique_key >= ?1 AND unique_key < ?1 || ';'"
        " AND +state = 'waiting' AND doubt IS NULL ORDER BY id DESC LIMIT 1",
        (key,),
    ).fetchone()
    return row[0] if row else None


def _key(source: str, target: str, mode: str) -> str:
    return f"{LATE}:{source}>{target}:{mode}:"


def _why(notice: int) -> str:
    return f"it is too old by now, told by {notice}"
