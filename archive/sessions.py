"""Sessions: who is in, since when, and what the platform last said of their groups."""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from archive.audit import note
from archive.consent import member_keys
from archive.errors import NotFound
from archive.hits import iso
from archive.tombstones import mark_of, secret_of
from archive.views import View

Kind = Literal["member", "invited", "operator", "feed"]

FEED: Kind = "feed"
"""The kind of a key that only feeds take, of a member whose reader has no cookie."""
LIFE: Mapping[str, int] = {
    "member": 30 * 86_400, "invited": 30 * 86_400, "operator": 7 * 86_400, FEED: 90 * 86_400,
}  # fmt: skip
"""Seconds after which a session that is not used ends, by kind."""
SLIDE = 86_400
"""Seconds of use after which its end is moved."""

_LONGEST = 128
"""Characters of a cookie at most."""
_KEPT = 30 * 86_400
"""Seconds for which the row of a session that is over is kept."""
_COLUMNS = "id, kind, member_key, account, invite_id, at, seen_at, ends_at, groups, checked_at"


class Session(View, frozen=True):
    """Somebody who is in."""

    id: int
    kind: str
    """`member`, `invited`, `operator` or `feed`."""
    member_key: str | None
    account: str | None
    """The bot that was asked for the link; it is asked again for the person's groups."""
    invite_id: int | None
    at: int
    seen_at: int
    """When its end was last moved."""
    ends_at: int
    groups: dict[str, str]
    """Group key → role, as of `checked_at`."""
    checked_at: int

    @property
    def by(self) -> str:
        """Return how the audit names who is in."""
        return self.member_key or self.kind


def begin_session(
    db: sqlite3.Connection,
    kind: Kind,
    *,
    member_key: str | None = None,
    account: str | None = None,
    invite_id: int | None = None,
    groups: Mapping[str, str] | None = None,
) -> str:
    """Let somebody in and return the cookie, which is kept as a hash only."""
    now, cookie = int(time.time()), secrets.token_urlsafe(32)
    expire_sessions(db, now)
    db.execute(
        "INSERT INTO sessions(mark, kind, member_key, account, invite_id, at, seen_at, ends_at,"
        " groups, checked_at) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            _mark(db, cookie), kind, member_key, account, invite_id, now, now, now + LIFE[kind],
            json.dumps(groups or {}), now,
        ),
    )  # fmt: skip
    note(
        db,
        member_key or kind,
        "feed address" if kind == FEED else "login",
        "" if invite_id is None else str(invite_id),
    )
    return cookie


def find_session(db: sqlite3.Connection, cookie: str, feed: bool = False) -> Session | None:
    """Return the session of a cookie, or of the key of a feed's address; None: over, or there never
    was one. Neither is taken for the other."""
    if not 0 < len(cookie) <= _LONGEST:
        return None
    row = db.execute(
        f"SELECT {_COLUMNS} FROM sessions WHERE mark = ? AND ended_at IS NULL AND ends_at > ?"
        " AND (kind = ?) = ?",
        (_mark(db, cookie), int(time.time()), FEED, feed),
    ).fetchone()
    return _session(row) if row else None


def move_end(db: sqlite3.Connection, session: Session) -> None:
    """Let a session that is used go on."""
    now = int(time.time())
    db.execute(
        "UPDATE sessions SET seen_at = ?, ends_at = ? WHERE id = ? AND ended_at IS NULL",
        (now, now + LIFE[session.kind], session.id),
    )


def note_groups(db: sqlite3.Connection, session: Session, groups: Mapping[str, str]) -> None:
    """Note in which groups the platform says a person is now, and as what."""
    db.execute(
        "UPDATE sessions SET groups = ?, checked_at = ? WHERE id = ? AND ended_at IS NULL",
        (json.dumps(groups), int(time.time()), session.id),
    )


def list_sessions(db: sqlite3.Connection) -> list[Session]:
    """Return who is in, the newest first; for the operator."""
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM sessions WHERE ended_at IS NULL AND ends_at > ? ORDER BY id DESC",
        (int(time.time()),),
    )
    return [_session(row) for row in rows]


def names_of(db: sqlite3.Connection, found: list[Session]) -> dict[str, str]:
    """Return what those who are in call themselves, by member key; for the operator."""
    keys = json.dumps(sorted({one.member_key for one in found if one.member_key}))
    rows = db.execute(
        "SELECT key, coalesce(nullif(name, ''), username) FROM members"
        " WHERE key IN (SELECT value FROM json_each(?))",
        (keys,),
    )
    return {key: name for key, name in rows if name}


def end_session(db: sqlite3.Connection, session_id: int, by: str) -> None:
    """End one session. Raises NotFound where it is over."""
    ended = db.execute(
        "UPDATE sessions SET ended_at = ? WHERE id = ? AND ended_at IS NULL",
        (int(time.time()), session_id),
    ).rowcount
    if not ended:
        raise NotFound("there is no such session.", "see: chendian sessions list")
    note(db, by, "logout", str(session_id))


def end_own_session(db: sqlite3.Connection, member_key: str, session_id: int) -> None:
    """End one of a person's own sessions, for them. Raises NotFound for anybody else's."""
    own = db.execute(
        "SELECT 1 FROM sessions WHERE id = ? AND ended_at IS NULL"
        " AND member_key IN (SELECT value FROM json_each(?))",
        (session_id, json.dumps(member_keys(db, member_key))),
    ).fetchone()
    if own is None:
        raise NotFound("there is no such session.")
    end_session(db, session_id, member_key)


def end_sessions(
    db: sqlite3.Connection, by: str, *, member_key: str | None = None, kind: str | None = None
) -> int:
    """End all of a person's sessions, all of a kind, or without either all; return how many.

    Links that were not used yet end with them.
    """
    keys = None if member_key is None else json.dumps(member_keys(db, member_key))
    whose = "(?1 IS NULL OR member_key IN (SELECT value FROM json_each(?1)))"
    ended = db.execute(
        "UPDATE sessions SET ended_at = ?3 WHERE ended_at IS NULL"
        f" AND {whose} AND (?2 IS NULL OR kind = ?2)",
        (keys, kind, int(time.time())),
    ).rowcount
    db.execute(
        f"DELETE FROM logins WHERE used_at IS NULL AND {whose}"
        " AND (?2 IS NULL OR ?2 = iif(member_key = 'operator', 'operator', 'member'))",
        (keys, kind),
    )
    note(db, by, "logout", member_key or kind or "everybody", str(ended))
    return ended


def expire_sessions(db: sqlite3.Connection, now: int) -> None:
    """Drop sessions that were over 30 days before a Unix time."""
    db.execute("DELETE FROM sessions WHERE coalesce(ended_at, ends_at) <= ?", (now - _KEPT,))


def kept_of(db: sqlite3.Connection, keys: list[str]) -> Iterator[dict[str, Any]]:
    """Return what is kept of a person here, to hand it to them; each has a `kind`: `session` or
    `last_read`."""
    listed = (json.dumps(keys),)
    mine = "IN (SELECT value FROM json_each(?))"
    for at, seen_at, ends_at in db.execute(
        f"SELECT at, seen_at, coalesce(ended_at, ends_at) FROM sessions WHERE member_key {mine}"
        " ORDER BY at",
        listed,
    ):
        yield {"kind": "session", "at": iso(at), "used": iso(seen_at), "ends": iso(ends_at)}
    for group, at in db.execute(
        "SELECT g.key, at FROM last_read JOIN groups g ON g.id = group_id"
        f" WHERE member_key {mine} ORDER BY g.key",
        listed,
    ):
        yield {"kind": "last_read", "group": group, "at": iso(at)}


def _session(row: tuple[Any, ...]) -> Session:
    told = dict(zip(Session.__struct_fields__, row, strict=True))
    return Session(**told | {"groups": json.loads(told["groups"])})


def _mark(db: sqlite3.Connection, cookie: str) -> str:
    return mark_of(secret_of(db), f"session\0{cookie}")
