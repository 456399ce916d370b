"""What an account is told to have said itself: was it the program that said it?"""

from __future__ import annotations

import sqlite3

from archive.consent import group_keys

ECHOES = 600
"""Seconds between what was said and its echo's own time, at most."""
_NEAR = 10
"""The same where only the times are left."""
_PART = 300
"""Characters that are enough to know a part of something longer."""


def is_echo(
    db: sqlite3.Connection, account: str, group_key: str | None, text: str, at: int
) -> bool:
    """Tell whether what an account is told to have said at a Unix time is what was said for it.

    Of what was said and is erased since, the place and the time are known.
    """
    here: list[str | None] | None = None
    rows = db.execute(
        "SELECT text, group_key, state, made_at, ended_at FROM outbox"
        " WHERE (state IN ('sending', 'sent', 'unsure') OR doubt IS NOT NULL)"
        " AND account = ?1 AND essence_id IS NULL"
        " AND made_at <= ?2 + ?3 AND (ended_at IS NULL OR ended_at >= ?2 - ?3)"
        # an echo is nearly always of what was said last
        " ORDER BY id DESC",
        (account, at, ECHOES),
    )
    heard = plain(text)
    for said, place, state, made_at, ended_at in rows:
        if said:
            if holds(heard, plain(said)):
                return True
            continue
        if here is None:
            here = [*group_keys(db, group_key)] if group_key else [None]
        if place in here:
            began = made_at if state == "unsure" else ended_at
            if began - _NEAR <= at <= ended_at + _NEAR:
                return True
    return False


def plain(text: str) -> str:
    """Return a text as it is compared: white space is the platforms' own affair."""
    return "".join(text.split())


def holds(heard: str, said: str) -> bool:
    """Tell whether what was heard is what was said, both plain: a platform may add the mention of
    whom it answers, or have taken a part of it."""
    return heard.endswith(said) or (len(heard) >= _PART and heard[-_PART:] in said)
