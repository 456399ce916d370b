"""Import runs: when, what from, and what came of it."""

from __future__ import annotations

import json
import sqlite3
import time
from typing import Any

from archive.errors import NotFound
from archive.views import View


class RunView(View, frozen=True):
    """One import."""

    id: int
    started_at: int
    finished_at: int | None
    state: str
    """`running` (also where it was killed), `done`, `interrupted` or `taken back`."""
    sources: tuple[str, ...]
    report: dict[str, Any]
    """As `chendian import --json` prints it; empty where it did not end."""


_SELECT = "SELECT id, started_at, finished_at, state, source, report FROM runs"


def run_of(db: sqlite3.Connection, run_id: int) -> RunView:
    """Return one import. Raises NotFound."""
    row = db.execute(f"{_SELECT} WHERE id = ?", (run_id,)).fetchone()
    if row is None:
        raise NotFound(f"there is no import {run_id}.", "see: chendian import list")
    return _view(row)


def list_runs(db: sqlite3.Connection, before: int | None = None, limit: int = 20) -> list[RunView]:
    """Return the newest imports first; page on with `before=last.id`."""
    rows = db.execute(
        f"{_SELECT} WHERE ?1 IS NULL OR id < ?1 ORDER BY id DESC LIMIT ?2", (before, limit)
    )
    return [_view(row) for row in rows]


def _view(row: tuple[Any, ...]) -> RunView:
    number, started_at, finished_at, state, source, report = row
    return RunView(
        number, started_at, finished_at, state, tuple(json.loads(source)),
        json.loads(report) if report else {},
    )  # fmt: skip


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


def interrupted_since(
    db: sqlite3.Connection, source: str, since: int, but: int | None = None
) -> list[int]:
    """Return the imports of a source begun since a Unix time that did not end, and note that they
    were interrupted."""
    rows = db.execute(
        "UPDATE runs SET state = 'interrupted' WHERE state IN ('running', 'interrupted')"
        " AND source = ? AND started_at >= ? AND id IS NOT ? RETURNING id",
        (json.dumps([source]), since, but),
    )
    return sorted(row_id for (row_id,) in rows)
