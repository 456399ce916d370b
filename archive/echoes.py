"""What an account is told to have said itself: was it the program that said it?"""

from __future__ import annotations

import sqlite3

from archive.consent import group_keys

_ECHOES = 600
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
    rows = db.execute(
        "SELECT text, group_key, state, made_at, ended_at FROM outbox"
        " WHERE (state IN ('sending', 'sent', 'unsure') OR doubt IS NOT NULL)"
        " AND account = ?1 AND essence_id IS NULL"
        " AND made_at <= ?2 + ?3 AND (ended_at IS NULL OR ended_at >= ?2 - ?3)"
        # an echo is nearly always of what was said last
        " ORDER BY id DESC",
        (account, at, _ECHOES),
    )
    plain, here = _plain(text), group_keys(db, group_key) if group_key else [None]
    for said, place, state, made_at, ended_at in rows:
        if said:
            # a platform may add the mention of whom it answers, or have taken a part of it
            whole = _plain(said)
            if plain.endswith(whole) or (len(plain) >= _PART and plain[-_PART:] in whole):
                return True
        elif place in here:
            began = made_at if state == "unsure" else ended_at
            if began - _NEAR <= at <= ended_at + _NEAR:
                return True
    return False


def _plain(text: str) -> str:
    return "".join(text.split())
