"""How often a message was answered, for platforms that count answers."""

from __future__ import annotations

import sqlite3
import time
from typing import NamedTuple

_NEAR = 2_000
"""Rows of the outbox before an answer among which the others to the same message are."""


class Answered(NamedTuple):
    """What was said in answer to one message, up to a place in the outbox."""

    times: int
    """How many answers were begun, or come first."""
    since: int
    """When the first was noted (Unix seconds)."""


def answered(db: sqlite3.Connection, account: str, reply_to: str, before: int) -> Answered:
    """Tell what was said in answer to a message before the parcel `before`, which answers it."""
    times, since = db.execute(
        "SELECT count(*) FILTER (WHERE id < ?1 AND (tries > 0 OR state = 'waiting')), min(made_at)"
        " FROM outbox"
        " WHERE id BETWEEN ?1 - ?2 AND ?1 AND account = ?3 AND reply_to = ?4"
        " AND essence_id IS NULL AND state != 'spare'",
        (before, _NEAR, account, reply_to),
    ).fetchone()
    return Answered(times, since or int(time.time()))


def say_unasked(db: sqlite3.Connection, id: int) -> None:
    """Let what was to be an answer be said on its own, once more from now on."""
    db.execute(
        "UPDATE outbox SET reply_to = NULL, state = 'waiting', next_at = ? WHERE id = ?"
        " AND state IN ('waiting', 'sending')",
        (int(time.time()), id),
    )
