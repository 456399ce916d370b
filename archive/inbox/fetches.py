"""Files that messages name and the archive does not have yet."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from archive.inbox.connection import FAILED, PENDING, Connected


class Fetch(msgspec.Struct, frozen=True):
    """A file to fetch."""

    account: str
    group_key: str
    message_id: str
    """Platform id; with `group_key` the key of the message."""
    position: int
    """Which of the message's attachments."""
    source: str
    """What the adapter fetches it by."""
    kind: str
    size: int | None = None
    """Bytes, as the platform says."""


class FetchJob(NamedTuple):
    """A file to fetch, as it stands in the inbox."""

    id: int
    fetch: Fetch
    tries: int
    reason: str | None
    """Why it was not had the last time."""


class Fetches(Connected):
    """What is to be fetched, what was given up."""

    def due_fetches(self, now: int, limit: int = 20) -> list[FetchJob]:
        """Return the files to fetch now (Unix seconds), the longest due first."""
        return self._jobs(
            "INDEXED BY fetches_due WHERE state = 0 AND next_at <= ? ORDER BY next_at, id LIMIT ?",
            (now, limit),
        )

    def fetched(self, id: int) -> None:
        """Note that a file is in the archive."""
        with self._writing(durable=False) as db:
            db.execute("DELETE FROM fetches WHERE id = ?", (id,))

    def fetch_failed(self, id: int, reason: str, next_at: int | None) -> None:
        """Note why a file was not had, and when to try again; None: it is given up."""
        state = FAILED if next_at is None else PENDING
        with self._writing(durable=False) as db:
            db.execute(
                "UPDATE fetches SET state = ?, tries = tries + 1, reason = ?, next_at = ?"
                " WHERE id = ?",
                (state, reason, next_at or 0, id),
            )

    def retry_fetches(self, group_key: str | None = None) -> int:
        """Try those given up again, of one group or of all; return how many."""
        with self._writing() as db:
            return db.execute(
                f"UPDATE fetches SET state = {PENDING}, tries = 0, next_at = 0"
                f" WHERE state = {FAILED} AND (?1 IS NULL OR group_key = ?1)",
                (group_key,),
            ).rowcount

    def missing(self, limit: int = 1000) -> list[FetchJob]:
        """Return the files that were given up."""
        return self._jobs(f"WHERE state = {FAILED} ORDER BY id LIMIT ?", (limit,))

    def _jobs(self, where: str, values: tuple[int, ...]) -> list[FetchJob]:
        rows = self._db.execute(
            "SELECT id, account, group_key, message_id, position, source, kind, size, tries,"
            f" reason FROM fetches {where}",
            values,
        )
        return [FetchJob(i, Fetch(*fetch), tries, reason) for i, *fetch, tries, reason in rows]


def add_fetches(db: sqlite3.Connection, fetches: Sequence[Fetch]) -> None:
    """Note files to fetch; the source told last is the one that still works."""
    db.executemany(
        "INSERT INTO fetches(account, group_key, message_id, position, source, kind, size)"
        " VALUES(?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET account = excluded.account,"
        f" source = excluded.source, kind = excluded.kind, size = excluded.size, state = {PENDING}",
        [msgspec.structs.astuple(fetch) for fetch in fetches],
    )
