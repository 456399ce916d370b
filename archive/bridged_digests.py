"""Digests on their way to other groups: whose they are, and which wait."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable

DIGEST = "bridge digest"
"""Purpose of drafts that say a piece of another group's digest."""
_PIECE = re.compile(r"digest:(.+?):(?:week|day):[^:]+:")
"""As `archive.edition_erasing.outbox_key` names a piece."""


def source_of(unique: str | None) -> str:
    """Return the key of the group whose digest a piece is of."""
    found = _PIECE.match(unique or "")
    return found[1] if found else ""


def waiting(
    db: sqlite3.Connection, keys: Iterable[str], among: Iterable[str] | None = None
) -> list[int]:
    """Return the parcels that wait to bring a digest from or to a group of these keys (`among`:
    only between these)."""
    rows = db.execute(
        "SELECT id, group_key, unique_key FROM outbox WHERE state = 'waiting' AND purpose = ?",
        (DIGEST,),
    ).fetchall()
    ends = [(number, {target, source_of(unique)}) for number, target, unique in rows]
    ours, others = set(keys), None if among is None else set(among)
    return [i for i, both in ends if both & ours and (others is None or both <= others)]
