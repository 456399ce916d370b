"""Mails: which edition goes to which address, and what became of it; never the text itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

TRIES = 8
_LONGEST_PAUSE = 3600
"""Seconds between two tries at most."""


class Letter(NamedTuple):
    """One mail to be sent."""

    edition_id: int
    address: str
    tries: int


def put(db: sqlite3.Connection, edition_id: int, addresses: Iterable[str], at: int) -> None:
    """Note that an edition is to be mailed, once to each address."""
    db.executemany(
        "INSERT OR IGNORE INTO mails(edition_id, address, state, next_at)"
        " VALUES(?, ?, 'waiting', ?)",
        [(edition_id, address, at) for address in addresses],
    )


def due(db: sqlite3.Connection, now: int, limit: int = 50) -> list[Letter]:
    """Return what is to be mailed at a Unix time, oldest first."""
    rows = db.execute(
        "SELECT edition_id, address, tries FROM mails WHERE state = 'waiting' AND next_at <= ?"
        " ORDER BY next_at, edition_id, address LIMIT ?",
        (now, limit),
    )
    return [Letter(*row) for row in rows]


def sent(db: sqlite3.Connection, letter: Letter) -> None:
    """Note that the server took a mail; a kill before this sends it once more."""
    _note(db, letter, "sent", 0, None)


def later(db: sqlite3.Connection, letter: Letter, now: int, why: str) -> None:
    """Note that a mail was not taken: it is tried again with growing pauses, then given up."""
    state = "failed" if letter.tries + 1 >= TRIES else "waiting"
    pause = min(60 << letter.tries, _LONGEST_PAUSE)
    _note(db, letter, state, now + pause, why)


def give_up(db: sqlite3.Connection, letter: Letter, why: str) -> None:
    """Note that a mail will not be sent."""
    _note(db, letter, "failed", 0, why)


def _note(
    db: sqlite3.Connection, letter: Letter, state: str, next_at: int, why: str | None
) -> None:
    db.execute(
        "UPDATE mails SET state = ?, tries = tries + 1, next_at = ?, why = ?"
        " WHERE edition_id = ? AND address = ? AND state = 'waiting'",
        (state, next_at, why, letter.edition_id, letter.address),
    )
