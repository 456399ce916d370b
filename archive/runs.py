"""Import runs: when, what from, and what came of it."""

from __future__ import annotations

import sqlite3
import time


def begin_run(db: sqlite3.Connection, source: str) -> int:
    """Note that an import begins; return its id, which its messages carry."""
    row = db.execute(
        "INSERT INTO runs(started_at, state, source) VALUES(?, 'running', ?) RETURNING id",
        (int(time.time()), source),
    ).fetchone()
    return int(row[0])


def end_run(db: sqlite3.Connection, run_id: int, state: str, report: str) -> None:
    """Note how an import ended: `done` or `interrupted`, with its report as JSON."""
    db.execute(
        "UPDATE runs SET finished_at = ?, state = ?, report = ? WHERE id = ?",
        (int(time.time()), state, report, run_id),
    )
