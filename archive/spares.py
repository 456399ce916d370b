"""Spares: what is said only where something else in the outbox is refused."""

from __future__ import annotations

import sqlite3

import msgspec

from archive.outbox import SPARE, Draft, put

_LATE = 3_600
"""Seconds by which a spare may be noted before it is said."""


def put_spare(db: sqlite3.Connection, draft: Draft, instead_of: str) -> None:
    """Note what is said only if the platform refuses the draft of the key `instead_of`."""
    put(db, msgspec.structs.replace(draft, unique=instead_of + SPARE), state="spare")


def say_spare(db: sqlite3.Connection, instead_of: str | None, now: int, seconds: int) -> bool:
    """Let the spare of a draft be said; False where there is none, or one was said for the same
    person in the last `seconds`."""
    row = db.execute(
        "SELECT id, member_key, purpose FROM outbox WHERE unique_key = ? AND state = 'spare'",
        ((instead_of or "") + SPARE,),
    ).fetchone()
    if row is None:
        return False
    if _said_lately(db, row[1], row[2], now - seconds):
        db.execute("DELETE FROM outbox WHERE id = ?", row[:1])
        return False
    db.execute(
        "UPDATE outbox SET state = 'waiting', made_at = ?1, next_at = ?1 WHERE id = ?2",
        (now, row[0]),
    )
    return True


def _said_lately(db: sqlite3.Connection, member_key: str | None, purpose: str, since: int) -> bool:
    newest = "SELECT made_at, member_key, purpose FROM outbox WHERE state != 'spare'"
    for made_at, *whom in db.execute(f"{newest} ORDER BY id DESC"):
        if whom == [member_key, purpose]:
            return bool(made_at > since)
        if made_at < since - _LATE:
            break
    return False
