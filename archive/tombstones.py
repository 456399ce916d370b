"""Forgotten messages stay forgotten: a keyed hash of each holds against every later source."""

from __future__ import annotations

import hmac
import json
import sqlite3
import time
from collections import defaultdict
from collections.abc import Iterable

from archive.matching import match_of
from archive.people import KnownGroup
from archive.prepare import Prepared


def forgotten(
    db: sqlite3.Connection, group: KnownGroup, named: Iterable[tuple[str, Prepared]]
) -> set[str]:
    """Return the ids among these that were forgotten, recognised by id or by content."""
    if not _any(db, group.id):
        return set()
    secret = secret_of(db)
    marks: dict[str, set[str]] = defaultdict(set)
    for platform_id, message in named:
        marks[mark_of(secret, platform_id)].add(platform_id)
        marks[mark_of(secret, match_of(message))].add(platform_id)
        for other in message.other_ids:
            # two messages may share one: only one's own tells that it is forgotten
            marks[mark_of(secret, own(other))].add(platform_id)
    rows = db.execute(
        "SELECT match FROM tombstones WHERE group_id = ?"
        " AND match IN (SELECT value FROM json_each(?))",
        (group.id, json.dumps(list(marks))),
    )
    return {platform_id for (match,) in rows for platform_id in marks[match]}


def forgotten_ids(db: sqlite3.Connection, group_id: int, ids: Iterable[str]) -> set[str]:
    """Return those of these message ids that were forgotten."""
    wanted = list(ids)
    if not wanted or not _any(db, group_id):
        return set()
    secret = secret_of(db)
    marks = {mark_of(secret, name): name for name in wanted}
    rows = db.execute(
        "SELECT match FROM tombstones WHERE group_id = ?"
        " AND match IN (SELECT value FROM json_each(?))",
        (group_id, json.dumps(list(marks))),
    )
    return {marks[match] for (match,) in rows}


def own(platform_id: str) -> str:
    """Return how the own id of a message is buried beside its ids."""
    return f"own\0{platform_id}"


def bury(db: sqlite3.Connection, group_id: int, names: list[str]) -> None:
    """Write tombstones for a message's ids and content hash (`matching.match_of`)."""
    secret = secret_of(db)
    db.executemany(
        "INSERT OR IGNORE INTO tombstones(group_id, match, forgotten_at) VALUES(?, ?, ?)",
        [(group_id, mark_of(secret, name), int(time.time())) for name in names],
    )


def remember_erased(db: sqlite3.Connection, member_keys: Iterable[str]) -> None:
    """Note that all of a person was erased now; the same of who has opted out is one erasure."""
    keys = list(member_keys)
    (opted_out_at,) = db.execute(
        "SELECT max(at) FROM opt_outs WHERE member_key IN (SELECT value FROM json_each(?))",
        (json.dumps(keys),),
    ).fetchone()
    secret, now = secret_of(db), int(time.time())
    db.executemany(
        "INSERT INTO erased_people(mark, at) VALUES(?1, ?2) ON CONFLICT DO UPDATE"
        " SET at = excluded.at WHERE ?3 IS NULL OR at < ?3",
        [(person_mark(secret, key), now, opted_out_at) for key in keys],
    )


def person_mark(secret: bytes, member_key: str) -> str:
    """Return the keyed hash by which a person is known to be erased."""
    return mark_of(secret, f"person\0{member_key}")


def secret_of(db: sqlite3.Connection) -> bytes:
    """Return the archive's own secret, with which what is forgotten is recognised."""
    (value,) = db.execute("SELECT value FROM meta WHERE name = 'secret'").fetchone()
    return bytes.fromhex(value)


def _any(db: sqlite3.Connection, group_id: int) -> bool:
    row = db.execute("SELECT 1 FROM tombstones WHERE group_id = ? LIMIT 1", (group_id,)).fetchone()
    return row is not None


def mark_of(secret: bytes, name: str) -> str:
    """Return a keyed hash, which says nothing to who has not the secret."""
    return hmac.digest(secret, name.encode(), "sha256").hex()
