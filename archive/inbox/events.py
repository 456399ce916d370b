"""Events as they came in: stored before they are acknowledged, projected after."""

from __future__ import annotations

import json
import sqlite3
import time
import zlib
from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec

from archive.inbox.connection import (
    COMMAND,
    DONE,
    FAILED,
    PENDING,
    RAW,
    RECORDS,
    Connected,
)
from archive.inbox.fetches import Fetch, add_fetches

Form = Literal["raw", "records", "command"]
"""raw: as the platform sent it · records: encoded records, where the raw form may not be kept ·
command: what somebody asked of the bot."""

_FORMS: dict[Form, int] = {"raw": RAW, "records": RECORDS, "command": COMMAND}
_FORM_NAMES: dict[int, Form] = {number: name for name, number in _FORMS.items()}


class Incoming(msgspec.Struct, frozen=True):
    """An event to store."""

    key: str
    """The same for the same event whoever delivers it."""
    group_key: str | None
    sender_key: str | None
    message_id: str | None
    sent_at: int | None
    form: Form
    body: bytes
    reply_to: str | None = None
    """Platform id of the message it answers, whose words it may carry: both are erased together."""
    quoted: tuple[str, ...] = ()
    """Keys of the members whose words it carries."""
    fleeting: bool = False
    """Erased as soon as it is done."""


class Event(NamedTuple):
    """A stored event."""

    id: int
    account: str
    key: str
    group_key: str | None
    form: Form
    body: bytes
    tries: int
    received_at: int
    """Unix seconds."""


class FailedEvent(NamedTuple):
    """An event that could not be projected; its body stays until it can."""

    id: int
    account: str
    key: str
    group_key: str | None
    error: str
    tries: int


class Arrival(NamedTuple):
    """What one account hands over at once."""

    account: str
    events: Sequence[Incoming]
    offset: str | None = None


class Events(Connected):
    """The events of all accounts, in the order in which they came."""

    def store(
        self, account: str, events: Sequence[Incoming], offset: str | None = None
    ) -> list[int]:
        """Store events and the account's offset; on disk when it returns. Return the new ids."""
        return self.store_many([(account, events, offset)])

    def store_many(
        self, arrivals: Sequence[tuple[str, Sequence[Incoming], str | None]]
    ) -> list[int]:
        """Store what several accounts hand over in one transaction; return the ids that are new.

        What has a known key is not stored again, only counted.
        """
        now = int(time.time())
        # compressed before the lock is asked for
        rows = [_row(account, event, now) for account, events, _ in arrivals for event in events]
        offsets = [(account, offset, now) for account, _, offset in arrivals if offset is not None]
        with self._writing() as db:
            last = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
            new = db.executemany(_INSERT, rows).rowcount if rows else 0
            db.executemany(
                "INSERT INTO offsets(account, value, at) VALUES(?, ?, ?)"
                " ON CONFLICT DO UPDATE SET value = excluded.value, at = excluded.at",
                offsets,
            )
            if new < len(rows):
                _count(db, "duplicates", len(rows) - new)
            stored = db.execute("SELECT id FROM events WHERE id > ?", last or (0,)).fetchall()
        return [i for (i,) in stored]

    def offset(self, account: str) -> str | None:
        """Return the last offset stored for an account."""
        row = self._db.execute("SELECT value FROM offsets WHERE account = ?", (account,)).fetchone()
        return row[0] if row else None

    def pending(self, limit: int = 500) -> list[Event]:
        """Return the events to project, oldest first."""
        rows = self._db.execute(
            "SELECT id, account, key, group_key, form, body, tries, received_at FROM events"
            f" INDEXED BY events_pending WHERE state = {PENDING} ORDER BY id LIMIT ?",
            (limit,),
        )
        return [
            Event(i, account, key, group, _FORM_NAMES[form], zlib.decompress(body), tries, at)
            for i, account, key, group, form, body, tries, at in rows
        ]

    def done(self, ids: Sequence[int], fetches: Sequence[Fetch] = ()) -> None:
        """Note that events are in the archive, and which files of theirs are to be fetched.

        A power cut may undo this; then they are projected again, which changes nothing.
        """
        with self._writing(durable=False) as db:
            db.executemany(
                f"UPDATE events SET state = {DONE}, error = NULL WHERE id = ? AND NOT fleeting",
                [(i,) for i in ids],
            )
            db.executemany("DELETE FROM events WHERE id = ? AND fleeting", [(i,) for i in ids])
            add_fetches(db, fetches)
        self._copy_log()

    def failed(self, id: int, error: str) -> None:
        """Note that an event could not be projected; `error` holds no message text."""
        with self._writing(durable=False) as db:
            db.execute(
                f"UPDATE events SET state = {FAILED}, tries = tries + 1, error = ? WHERE id = ?",
                (error, id),
            )

    def failed_events(self, limit: int = 1000) -> list[FailedEvent]:
        """Return the events that could not be projected, oldest first."""
        rows = self._db.execute(
            "SELECT id, account, key, group_key, coalesce(error, ''), tries FROM events"
            f" INDEXED BY events_failed WHERE state = {FAILED} ORDER BY id LIMIT ?",
            (limit,),
        )
        return [FailedEvent(*row) for row in rows]

    def retry(self) -> int:
        """Let the events that failed be projected again; return how many."""
        with self._writing() as db:
            return db.execute(
                f"UPDATE events SET state = {PENDING} WHERE state = {FAILED}"
            ).rowcount

    def quarantine(self, account: str, raw: bytes) -> None:
        """Put aside what cannot be read, for a day."""
        with self._writing() as db:
            db.execute(
                "INSERT INTO quarantine(account, at, body) VALUES(?, ?, ?)",
                (account, int(time.time()), zlib.compress(raw, 1)),
            )
            _count(db, "quarantined", 1)

    def counts(self) -> dict[str, int]:
        """Return what metrics show: duplicates, quarantined (ever), pending, failed, fetches,
        missing (now)."""
        found = {"duplicates": 0, "quarantined": 0}
        found |= dict(self._db.execute("SELECT name, value FROM counters").fetchall())
        for name, table, state in (
            ("pending", "events", PENDING), ("failed", "events", FAILED),
            ("fetches", "fetches", PENDING), ("missing", "fetches", FAILED),
        ):  # fmt: skip
            (found[name],) = self._db.execute(
                f"SELECT count(*) FROM {table} WHERE state = {state}"
            ).fetchone()
        return found


_INSERT = (
    "INSERT OR IGNORE INTO events(account, key, group_key, sender_key, message_id, reply_to,"
    " quoted, sent_at, received_at, form, fleeting, body)"
    " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_Row = tuple[str | int | bytes | None, ...]


def _row(account: str, event: Incoming, now: int) -> _Row:
    quoted = json.dumps(event.quoted) if event.quoted else None
    return (
        account, event.key, event.group_key, event.sender_key, event.message_id, event.reply_to,
        quoted, event.sent_at, now, _FORMS[event.form], event.fleeting,
        zlib.compress(event.body, 1),
    )  # fmt: skip


def _count(db: sqlite3.Connection, name: str, number: int) -> None:
    db.execute(
        "INSERT INTO counters(name, value) VALUES(?, ?)"
        " ON CONFLICT DO UPDATE SET value = value + excluded.value",
        (name, number),
    )
