"""Forgets to the last byte in one call, beside all that runs: rows, raw events, files, logs."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager

import msgspec

from archive.access import operator
from archive.consent import member_keys
from archive.database import Archive, transaction
from archive.errors import NotFound
from archive.forget import Forgotten, forget, forget_member, settle
from archive.inbox import Inbox
from archive.inbox.connection import FILE as INBOX
from archive.messages import get_message
from archive.turns import Turns

_AT_ONCE = 20
"""Messages erased in one transaction, so that live capture need not wait."""
_SETTLED_IN = 3
"""Tries, of some seconds each while others read the log."""


class Erased(msgspec.Struct):
    """What was erased."""

    messages: int = 0
    kept_out: int = 0
    """Keys of messages that were not here; they do not come back either."""
    people: int = 0
    events: int = 0
    """Raw events."""
    settled: bool = False
    """Nothing of it is left on the disk; False: the same call does the rest."""


def forget_now(
    archive: Archive,
    keys: Sequence[str],
    members: Sequence[str],
    by: str,
    step: Callable[[int], None] | None = None,
) -> Erased:
    """Erase messages and people; may be stopped and called again. Raises NotFound for a person
    nobody knows, before anything is done."""
    done = Erased()
    with closing(archive.connect_for_writing()) as db, _inbox(archive) as inbox:
        for member in members:
            check_member(db, member)
        work = _Work(archive, db, inbox, done, step)
        work.messages(keys, by)
        for member in members:
            work.person(member, by)
    for _ in range(_SETTLED_IN):
        done.settled = settle(archive)
        if done.settled:
            break
    return done


def check_member(db: sqlite3.Connection, member_key: str) -> list[str]:
    """Return a person's names. Raises NotFound where nothing is known under the key."""
    keys = json.dumps(member_keys(db, member_key))
    there = db.execute(
        "SELECT 1 FROM members WHERE key IN (SELECT value FROM json_each(?1)) UNION ALL"
        " SELECT 1 FROM opt_outs WHERE member_key IN (SELECT value FROM json_each(?1))",
        (keys,),
    ).fetchone()
    if there is None:
        raise NotFound(
            f"nobody here has the key {member_key}.",
            "take sender_key from: chendian search from:NAME --json",
        )
    rows = db.execute(
        "SELECT DISTINCT name FROM member_names WHERE member_id IN (SELECT id FROM members"
        " WHERE key IN (SELECT value FROM json_each(?))) ORDER BY 1",
        (keys,),
    )
    return [name for (name,) in rows]


def unfinished(db: sqlite3.Connection) -> list[str]:
    """Return the keys of who opted out and is not erased to the end: something was killed."""
    rows = db.execute(
        "SELECT o.member_key FROM opt_outs o JOIN members p ON p.key = o.member_key"
        " WHERE p.name != '' OR p.username IS NOT NULL"
        " OR EXISTS (SELECT 1 FROM memberships s WHERE s.member_id = p.id)"
        " OR EXISTS (SELECT 1 FROM member_names n WHERE n.member_id = p.id)"
    )
    return [key for (key,) in rows]


@contextmanager
def _inbox(archive: Archive) -> Iterator[Inbox | None]:
    if not (archive.folder / INBOX).exists():
        yield None
        return
    with closing(Inbox(archive.folder)) as inbox:
        yield inbox


class _Work:
    """One call's work."""

    def __init__(
        self,
        archive: Archive,
        db: sqlite3.Connection,
        inbox: Inbox | None,
        done: Erased,
        step: Callable[[int], None] | None,
    ) -> None:
        self._turns = Turns(archive.folder)
        self._db, self._inbox, self._done, self._step = db, inbox, done, step

    def messages(self, keys: Sequence[str], by: str) -> None:
        """Erase messages by their keys."""
        for first in range(0, len(keys), _AT_ONCE):
            part = keys[first : first + _AT_ONCE]
            # the raw events first: a kill in between leaves nothing that could come back
            for key in part:
                self._erase_raw_of(key)
            with self._turns.job(), transaction(self._db):
                gone = forget(self._db, part, by)
            self._follow(gone)
            self._done.kept_out += len(part) - gone.messages

    def person(self, member: str, by: str) -> None:
        """Erase a person."""
        place: int | None = None
        while True:
            with self._turns.job(), transaction(self._db):
                gone = forget_member(self._db, member, by, limit=_AT_ONCE, after=place)
            self._follow(gone)
            place = gone.next
            if place is None:
                break
        self._done.people += 1

    def _erase_raw_of(self, key: str) -> None:
        try:
            view = get_message(self._db, operator(), key)
        except NotFound:
            return
        if self._inbox is not None:
            platform_id = view.key[len(view.group_key) + 1 :]
            self._done.events += self._inbox.erase(view.group_key, [platform_id])

    def _follow(self, gone: Forgotten) -> None:
        self._done.messages += gone.messages
        if self._inbox is not None:
            for group_key, ids in gone.names.items():
                self._done.events += self._inbox.erase(group_key, ids, gone.senders)
            for member in gone.members:
                self._done.events += self._inbox.erase_member(member)
        if self._step is not None:
            self._step(self._done.messages)
