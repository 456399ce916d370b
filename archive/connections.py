"""Connections: when an account heard what was said, and so what of its groups is known to be whole.

A group's live coverage is the time in which an account in it was connected and the group agreed to
be archived. Between two connections lies a gap, unless the platform kept what was said.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable
from typing import NamedTuple

from archive.access import operator
from archive.consent import group_keys as keys_of
from archive.coverage import without
from archive.errors import NotFound
from archive.groups import group_id

HELD_SECONDS = 86_400
"""How long a platform that keeps what is said keeps it."""
LIVE = "live"
"""The source of these spans and gaps."""


def opened(
    db: sqlite3.Connection, account: str, platform: str, at: int, *, held: bool = False
) -> int:
    """Note that an account hears all of what is said from a Unix time on; return the connection's
    id.

    A connection left open by a killed process ends where it was last heard; `held` tells whether
    this platform keeps what is said meanwhile.
    """
    db.execute(
        "UPDATE connections SET closed_at = heard_at, why = 'stopped without a word', held = ?"
        " WHERE account = ? AND closed_at IS NULL",
        (held, account),
    )
    row = db.execute(
        "INSERT INTO connections(account, platform, opened_at, heard_at) VALUES(?, ?, ?, ?)"
        " RETURNING id",
        # nothing was heard yet
        (account, platform, at, at - 1),
    ).fetchone()
    return int(row[0])


def heard(db: sqlite3.Connection, account: str, at: int) -> None:
    """Note that the account was still connected at a Unix time."""
    db.execute(
        "UPDATE connections SET heard_at = max(heard_at, ?)"
        " WHERE account = ? AND closed_at IS NULL",
        (at, account),
    )


def closed(db: sqlite3.Connection, account: str, at: int, why: str, held: bool = False) -> None:
    """Note that the account heard all until a Unix time and nothing any more, why, and whether
    the platform keeps it. Before its beginning: it heard no second as a whole."""
    db.execute(
        "UPDATE connections SET closed_at = max(?, opened_at - 1), heard_at = max(heard_at, ?),"
        " why = ?, held = ? WHERE account = ? AND closed_at IS NULL",
        (at, at, why, held, account),
    )


def settle_spans(
    db: sqlite3.Connection, account: str, group_keys: Iterable[str], now: int | None = None
) -> None:
    """Write what an account's connections mean for its groups' coverage, up to `now`.

    Call it from time to time, and after `closed`: the rows of the last connection move on.
    """
    connections = _unsettled(db, account)
    fresh = [place for place, connection in enumerate(connections) if not connection.settled]
    moment = int(time.time()) if now is None else now
    for key in group_keys:
        try:
            group = group_id(db, operator(), key)
        except NotFound:
            continue  # nothing of it is here yet
        agreed = _agreed(db, key, moment)
        for place in fresh:
            connection = connections[place]
            after = connections[place + 1] if place + 1 < len(connections) else None
            _write(db, group, connection, True, [_heard_in(connections, place)], agreed)
            gap = _gap(connection, after, moment)
            _write(db, group, connection, False, [gap] if gap else [], agreed)
    db.executemany(
        "UPDATE connections SET settled = 1 WHERE id = ?",
        [(connection.id,) for connection in connections[:-1]],
    )


class _Known(NamedTuple):
    id: int
    since: int
    until: int
    closed: bool
    why: str
    held: bool
    settled: bool


_Span = tuple[int, int]


def _unsettled(db: sqlite3.Connection, account: str) -> list[_Known]:
    """Return the connections whose coverage may still change, after the one before them."""
    rows = db.execute(
        "SELECT id, opened_at, coalesce(closed_at, heard_at),"
        " closed_at IS NOT NULL, coalesce(why, ''), held, settled FROM connections"
        " WHERE account = ?1 AND id >= coalesce((SELECT max(id) FROM connections"
        " WHERE account = ?1 AND settled), 0) ORDER BY id",
        (account,),
    )
    return [_Known(*row) for row in rows]


def _agreed(db: sqlite3.Connection, group_key: str, now: int) -> list[_Span]:
    """Return the spans for which a group has agreed to be archived and was not paused."""
    keys = keys_of(db, group_key)
    marks = ", ".join("?" * len(keys))
    joined: list[_Span] = []
    for since, until in db.execute(
        f"SELECT since, coalesce(until, ?) FROM consents WHERE group_key IN ({marks})"
        " ORDER BY since",
        (now, *keys),
    ):
        if joined and since <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], until))
        else:
            joined.append((since, until))
    pauses = db.execute(
        f"SELECT since, until - 1 FROM pauses WHERE group_key IN ({marks}) AND until > since"
        " ORDER BY since",
        keys,
    ).fetchall()
    return [part for since, until in joined for part in without(since, until, pauses)]


def _heard_in(connections: list[_Known], place: int) -> _Span:
    """Return the span of which everything said came in through a connection."""
    this = connections[place]
    before = connections[place - 1] if place else None
    if before is None or not before.held:
        return this.since, this.until
    # what the platform kept came in at the beginning
    return max(before.until, this.since - HELD_SECONDS), this.until


def _gap(this: _Known, after: _Known | None, now: int) -> _Span | None:
    """Return the span after a connection of which nothing came in."""
    if not this.closed:
        return None
    end = now if after is None else after.since - 1
    if this.held:
        end -= HELD_SECONDS
    return (this.until + 1, end) if end > this.until else None


def _write(
    db: sqlite3.Connection,
    group: int,
    connection: _Known,
    complete: bool,
    spans: list[_Span],
    agreed: list[_Span],
) -> None:
    """Let the rows that a connection has in a group's coverage be these, where it had agreed."""
    wanted = {
        max(since, first): min(until, last)
        for since, until in spans
        for first, last in agreed
        if max(since, first) <= min(until, last)
    }
    there = dict(
        db.execute(
            "SELECT since, until FROM coverage WHERE group_id = ? AND connection_id = ?"
            " AND complete = ?",
            (group, connection.id, complete),
        )
    )
    place = (group, connection.id, complete)
    for since in there.keys() - wanted.keys():
        db.execute(
            "DELETE FROM coverage WHERE group_id = ? AND connection_id = ? AND complete = ?"
            " AND since = ?",
            (*place, since),
        )
    for since, until in wanted.items():
        if since not in there:
            db.execute(
                "INSERT INTO coverage(group_id, connection_id, complete, since, until, source,"
                " why) VALUES(?, ?, ?, ?, ?, ?, ?)",
                (*place, since, until, LIVE, "" if complete else connection.why),
            )
        elif until != there[since]:
            db.execute(
                "UPDATE coverage SET until = ? WHERE group_id = ? AND connection_id = ?"
                " AND complete = ? AND since = ?",
                (until, *place, since),
            )
