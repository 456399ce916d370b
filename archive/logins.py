"""Links that let one person in, once: made where they are asked for, spent by one press."""

from __future__ import annotations

import json
import secrets
import sqlite3
import time

from archive.audit import note
from archive.errors import NotFound
from archive.tombstones import mark_of, secret_of
from archive.views import View

LIFE = 600
"""Seconds for which a link works."""
OPERATOR = "operator"
"""Stands for the member's key in a link for who runs the archive."""

_LONGEST = 64
"""Characters of a link's secret part at most."""
_KEPT = 86_400
"""Seconds after its end for which a link's row is kept."""


class Login(View, frozen=True):
    """A link that still works."""

    member_key: str
    """`OPERATOR`, or whom it lets in."""
    account: str
    """The bot that was asked."""
    group_key: str | None
    """Where it was asked for; None in private."""
    at: int


def make_login(
    db: sqlite3.Connection, member_key: str, account: str = "", group_key: str | None = None
) -> str:
    """Make a link for a person and return its secret part, which is kept as a hash only; their
    former link no longer works."""
    now = int(time.time())
    db.execute("DELETE FROM logins WHERE member_key = ? AND used_at IS NULL", (member_key,))
    expire_logins(db, now)
    nonce = secrets.token_urlsafe(16)
    db.execute(
        "INSERT INTO logins(mark, member_key, account, group_key, at, ends_at)"
        " VALUES(?, ?, ?, ?, ?, ?)",
        (_mark(db, nonce), member_key, account, group_key, now, now + LIFE),
    )
    note(db, member_key, "login link", group_key or "")
    return nonce


def find_login(db: sqlite3.Connection, nonce: str) -> Login | None:
    """Return what a link is for; None: used, expired, or there never was one."""
    if not 0 < len(nonce) <= _LONGEST:
        return None
    row = db.execute(
        "SELECT member_key, account, group_key, at FROM logins"
        " WHERE mark = ? AND used_at IS NULL AND ends_at > ?",
        (_mark(db, nonce), int(time.time())),
    ).fetchone()
    return Login(*row) if row else None


def spend(db: sqlite3.Connection, nonce: str) -> Login:
    """Use a link up and return what it was for. Raises NotFound where it no longer works."""
    login = find_login(db, nonce)
    if login is None:
        raise NotFound("this link no longer works.", "ask for another one")
    db.execute("UPDATE logins SET used_at = ? WHERE mark = ?", (int(time.time()), _mark(db, nonce)))
    return login


def is_spent(db: sqlite3.Connection, proof: str) -> bool:
    """Tell whether somebody came in by this proof of another site's."""
    found = db.execute("SELECT 1 FROM logins WHERE mark = ?", (_proof_mark(db, proof),))
    return found.fetchone() is not None


def spend_proof(db: sqlite3.Connection, proof: str) -> None:
    """Let a proof of another site's count once; whose it was is not kept. Raises NotFound where
    it has counted."""
    now = int(time.time())
    expire_logins(db, now)
    done = db.execute(
        "INSERT OR IGNORE INTO logins(mark, member_key, account, at, ends_at, used_at)"
        " VALUES(?, '', '', ?, ?, ?)",
        (_proof_mark(db, proof), now, now + LIFE, now),
    ).rowcount
    if not done:
        raise NotFound("this proof was used.", "log in again")


def expire_logins(db: sqlite3.Connection, now: int) -> None:
    """Drop links that ended more than a day before a Unix time."""
    db.execute("DELETE FROM logins WHERE ends_at <= ?", (now - _KEPT,))


def drop_logins(db: sqlite3.Connection, keys: list[str]) -> None:
    """Let nobody in, or stay in, as this person any more, and forget when they read what."""
    mine = (json.dumps(keys),)
    for table in ("logins", "sessions", "last_read"):
        db.execute(
            f"DELETE FROM {table} WHERE member_key IN (SELECT value FROM json_each(?))", mine
        )


def end_everything(db: sqlite3.Connection) -> None:
    """Let no link, invitation, session and token of before work any more: the archive was
    restored."""
    now = int(time.time())
    db.execute("DELETE FROM logins")
    for table in ("sessions", "invites", "api_tokens"):
        db.execute(f"UPDATE {table} SET ended_at = ? WHERE ended_at IS NULL", (now,))


def _mark(db: sqlite3.Connection, nonce: str) -> str:
    return mark_of(secret_of(db), f"login\0{nonce}")


def _proof_mark(db: sqlite3.Connection, proof: str) -> str:
    return mark_of(secret_of(db), f"proof\0{proof}")
