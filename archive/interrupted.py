"""What of the outbox a kill interrupted: said, not reached, or in doubt."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable

from archive.outbox import COLUMNS, KEPT_TEXT, Parcel, draft_of


def sending(db: sqlite3.Connection, ids: Iterable[int]) -> list[Parcel]:
    """Return those of these that were being sent."""
    rows = db.execute(
        f"SELECT id, tries, doubt, made_at, {COLUMNS} FROM outbox WHERE state = 'sending'"
        " AND id IN (SELECT value FROM json_each(?)) ORDER BY id",
        (json.dumps(list(ids)),),
    )
    return [
        Parcel(i, draft_of(*values), tries, doubt, made) for i, tries, doubt, made, *values in rows
    ]


def put_back_followers(db: sqlite3.Connection) -> None:
    """Let what is brought and was begun together be sent in its turn, but for the first that a kill
    left in each group: they are sent one after another, so that these were not."""
    db.execute(
        "UPDATE outbox SET state = 'waiting', tries = tries - 1"
        " WHERE state = 'sending' AND brought = 1 AND id > (SELECT min(o.id) FROM outbox o"
        " WHERE o.state = 'sending' AND o.brought = 1 AND o.account = outbox.account"
        " AND o.group_key = outbox.group_key)"
    )


def doubted(db: sqlite3.Connection, accounts: Iterable[str], purpose: str) -> int:
    """Let what was being sent at a kill be sent again where the platform can be looked at first;
    return how many there are."""
    return db.execute(
        "UPDATE outbox SET state = 'waiting', doubt = coalesce(doubt, begun_at),"
        " next_at = made_at"
        " WHERE state = 'sending' AND purpose = ? AND group_key IS NOT NULL"
        " AND account IN (SELECT value FROM json_each(?))",
        (purpose, json.dumps(list(accounts))),
    ).rowcount


def unsure(db: sqlite3.Connection, account: str | None = None) -> int:
    """Note at a start that what was being sent may have been sent; return how many there are.

    It is not sent again: better once too few than twice.
    """
    return db.execute(
        "UPDATE outbox SET state = 'unsure', ended_at = ?1, why = 'stopped while sending',"
        f" text = {KEPT_TEXT}"
        " WHERE state = 'sending' AND (?2 IS NULL OR account = ?2)",
        (int(time.time()), account),
    ).rowcount
