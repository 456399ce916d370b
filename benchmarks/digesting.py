"""Times what is told of a week: the digest, a catch-up, candidates for essence."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import TypeVar

import msgspec

from archive.access import member, operator
from archive.candidates import candidates
from archive.catchup import MOST_READ, catch_up
from archive.database import open_archive
from archive.digest import Period, make_digest
from archive.groups import list_groups
from archive.ids import seconds_of

WEEKLY = 50_000
"""Messages of a week in a very large group."""
_TIMES = 3

T = TypeVar("T")


class Told(msgspec.Struct, frozen=True):
    """Seconds, the quickest of three, and of how many messages each."""

    weekly: float
    weekly_messages: int
    items: int
    catchup: float
    catchup_messages: int
    candidates: float
    candidates_messages: int


def measure_digest(data: Path) -> Told:
    """Tell of the largest group's newest messages, and look for candidates in the whole archive."""
    with open_archive(data).reading() as db:
        groups = list_groups(db, operator())
        largest = max(groups, key=lambda group: group.messages)
        since, person = _newest(db, largest.key, WEEKLY)
        assert largest.last is not None
        week = Period("2026-W42", since, largest.last + 1)
        inside = member(frozenset((largest.key,)), person)
        digest, weekly = _timed(lambda: make_digest(db, inside, [largest.key], week))
        missed, catchup = _timed(
            lambda: catch_up(
                db, inside, person, [largest.key], now=week.until, count=MOST_READ
            )
        )  # fmt: skip
        keys = [group.key for group in groups]
        until = max(group.last or 0 for group in groups) + 1
        _, searched = _timed(lambda: candidates(db, operator(), keys, 0, until))
    every = sum(group.messages for group in groups)
    return Told(
        weekly, digest.messages, len(digest.items), catchup, missed.messages, searched, every
    )


def _newest(db: sqlite3.Connection, group_key: str, number: int) -> tuple[int, str]:
    """Return the Unix time of a group's so-many-th newest message, and who said the newest."""
    rows = db.execute(
        "SELECT m.id, p.key FROM messages m JOIN groups g ON g.id = m.group_id"
        " JOIN members p ON p.id = m.sender_id WHERE g.key = ? ORDER BY m.id DESC LIMIT ?",
        (group_key, number),
    ).fetchall()
    return seconds_of(rows[-1][0]), str(rows[0][1])


def _timed(does: Callable[[], T]) -> tuple[T, float]:
    """Return what it returns, and the fewest seconds it took."""
    taken = list[float]()
    for _ in range(_TIMES):
        start = perf_counter()
        found = does()
        taken.append(perf_counter() - start)
    return found, min(taken)
