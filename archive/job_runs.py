"""Which jobs were done: one row a job, place and period, so that none is done twice or left out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from archive.ids import DAY, seconds_of
from archive.views import View

AHEAD = 3600
"""Seconds by which a note may lie ahead of the clock before the clock counts as set back."""

_FIRST_PAUSE, _LONGEST_PAUSE = 60, 3600
"""Seconds after which what failed is tried again."""

Task = tuple[str, str, str]
"""(job, place, period); the place is a group's key, or `""` for all."""


class RunView(View, frozen=True):
    """What became of a job's work for a period."""

    job: str
    place: str
    period: str
    state: str
    """`started`, `done` or `failed`."""
    tries: int
    started_at: int
    ended_at: int | None
    why: str | None

    def may_run(self, now: int) -> bool:
        """Tell whether the work is to be done, or tried again, at a Unix time."""
        if self.state != "failed" or self.ended_at is None:
            return self.state == "started"
        return now >= self.ended_at + min(_FIRST_PAUSE << min(self.tries, 9), _LONGEST_PAUSE)


def turn_on(db: sqlite3.Connection, job: str, place: str, now: int) -> int:
    """Note that a job is turned on; return since when it is."""
    db.execute(
        "INSERT INTO job_switches(job, place, since) VALUES(?1, ?2, ?3)"
        " ON CONFLICT DO UPDATE SET since = min(since, excluded.since)",
        (job, place, now),
    )
    row = db.execute(
        "SELECT since FROM job_switches WHERE job = ? AND place = ?", (job, place)
    ).fetchone()
    return int(row[0])


def is_past(db: sqlite3.Connection, now: int) -> bool:
    """Tell whether messages say that it is later than a Unix time: the clock was set back."""
    (newest,) = db.execute("SELECT max(id) FROM messages").fetchone()
    return newest is not None and seconds_of(newest) > now + DAY


def switched_on(db: sqlite3.Connection) -> dict[tuple[str, str], int]:
    """Return since when each (job, place) is turned on."""
    rows = db.execute("SELECT job, place, since FROM job_switches")
    return {(job, place): since for job, place, since in rows}


def turn_off(db: sqlite3.Connection, switches: Iterable[tuple[str, str]]) -> None:
    """Note that jobs are turned off: turned on again, they begin with the next period."""
    db.executemany("DELETE FROM job_switches WHERE job = ? AND place = ?", list(switches))


def begin(db: sqlite3.Connection, task: Task, now: int) -> bool:
    """Note that work begins; False where it is done already."""
    begun = db.execute(
        "INSERT INTO job_runs(job, place, period, state, tries, started_at)"
        " VALUES(?, ?, ?, 'started', 1, ?) ON CONFLICT DO UPDATE SET state = 'started',"
        " tries = tries + 1, started_at = excluded.started_at, ended_at = NULL"
        " WHERE state != 'done'",
        (*task, now),
    )
    return begun.rowcount == 1


def done(db: sqlite3.Connection, task: Task, now: int) -> bool:
    """Note, within the transaction that has the effect, that work is done; False where it was:
    then nothing may have an effect."""
    noted = db.execute(
        "INSERT INTO job_runs(job, place, period, state, tries, started_at, ended_at)"
        " VALUES(?1, ?2, ?3, 'done', 1, ?4, ?4) ON CONFLICT DO UPDATE SET state = 'done',"
        " ended_at = excluded.ended_at, why = NULL WHERE state != 'done'",
        (*task, now),
    )
    return noted.rowcount == 1


def failed(db: sqlite3.Connection, task: Task, now: int, why: str) -> None:
    """Note that work failed; `why` holds no text of messages."""
    db.execute(
        "UPDATE job_runs SET state = 'failed', ended_at = ?, why = ?"
        " WHERE job = ? AND place = ? AND period = ? AND state = 'started'",
        (now, why, *task),
    )


def get_run(db: sqlite3.Connection, task: Task) -> RunView | None:
    """Return what became of a piece of work; None where it never began."""
    row = db.execute(
        f"{_SELECT} WHERE job = ? AND place = ? AND period = ?", task
    ).fetchone()  # fmt: skip
    return RunView(*row) if row else None


def runs_since(db: sqlite3.Connection, since: int) -> dict[Task, RunView]:
    """Return the work that began since a Unix time."""
    rows = db.execute(f"{_SELECT} WHERE started_at >= ?", (since,))
    return {(row[0], row[1], row[2]): RunView(*row) for row in rows}


def expire(db: sqlite3.Connection, before: int) -> None:
    """Drop notes of work that began before a Unix time."""
    db.execute("DELETE FROM job_runs WHERE started_at < ?", (before,))


def last_runs(db: sqlite3.Connection) -> dict[tuple[str, str], RunView]:
    """Return the newest work of each (job, place)."""
    rows = db.execute(f"{_SELECT} ORDER BY period")
    return {(row[0], row[1]): RunView(*row) for row in rows}


def drop_ahead(db: sqlite3.Connection, now: int) -> int:
    """Drop notes of a time to come, which a wrong clock made; what they did is done once
    nevertheless. Return how many."""
    return db.execute("DELETE FROM job_runs WHERE started_at > ?", (now + AHEAD,)).rowcount


_SELECT = "SELECT job, place, period, state, tries, started_at, ended_at, why FROM job_runs"
