"""After a restore nobody knows what was told since the backup: nothing of then is told again."""

from __future__ import annotations

import sqlite3

from archive.audit import note


def not_again(db: sqlite3.Connection, at: int) -> int:
    """Let no job tell of a time before a Unix time; return how many digests are put away.

    Digests that were drafted or approved then may have been sent since, mails too, and what a
    bridge was about to bring.
    """
    db.execute("UPDATE job_switches SET since = max(since, ?)", (at,))
    away = db.execute(
        "UPDATE editions SET state = 'unknown' WHERE state IN ('draft', 'approved')"
    ).rowcount
    db.execute(
        "UPDATE mails SET state = 'failed', why = 'restored from a backup' WHERE state = 'waiting'"
    )
    # what takes back what was said is right again
    db.execute(
        "UPDATE outbox SET state = 'dropped', why = 'restored from a backup', text = ''"
        " WHERE state IN ('waiting', 'sending') AND takes_back IS NULL"
        " AND (brought = 1 OR purpose = 'digest')"
    )
    note(db, "chendian", "jobs begin anew", "", f"{away} digests put away")
    return away
