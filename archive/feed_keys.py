"""Keys of feed addresses: a feed reader has no cookie, so its address stands for the person."""

from __future__ import annotations

import json
import sqlite3
import time

from archive.audit import note
from archive.consent import member_keys
from archive.sessions import FEED, begin_session, find_session
from archive.standings import HERE


def make_feed_key(db: sqlite3.Connection, session_id: int) -> str | None:
    """Return a new key that reads feeds as the member who is in by a session, and end their former
    one; None where the session is over. It is kept as a hash only.

    What the platform said of the person counts no longer for it than it would have anyway.
    """
    row = db.execute(
        "SELECT member_key, account, groups, checked_at FROM sessions"
        " WHERE id = ? AND kind = 'member' AND ended_at IS NULL",
        (session_id,),
    ).fetchone()
    if row is None or row[0] is None:
        return None
    member_key, account, packed, checked_at = row
    _end(db, member_key)
    groups = {key: role for key, role in json.loads(packed).items() if role != HERE}
    key = begin_session(db, FEED, member_key=member_key, account=account, groups=groups)
    made = find_session(db, key, feed=True)
    assert made is not None
    db.execute("UPDATE sessions SET checked_at = ? WHERE id = ?", (checked_at, made.id))
    return key


def end_feed_keys(db: sqlite3.Connection, member_key: str) -> int:
    """End the keys of a person that read feeds; return how many."""
    ended = _end(db, member_key)
    if ended:
        note(db, member_key, "feed address ended", "")
    return ended


def _end(db: sqlite3.Connection, member_key: str) -> int:
    return db.execute(
        "UPDATE sessions SET ended_at = ? WHERE ended_at IS NULL AND kind = ?"
        " AND member_key IN (SELECT value FROM json_each(?))",
        (int(time.time()), FEED, json.dumps(member_keys(db, member_key))),
    ).rowcount
