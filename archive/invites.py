"""Invitations: links and passphrases by which people read a group without an account of its
platform."""

from __future__ import annotations

import secrets
import sqlite3
import time
from hashlib import scrypt

from archive.access import Reader, operator
from archive.audit import note
from archive.errors import ArchiveError, NotFound
from archive.groups import group_id
from archive.text import normalise
from archive.tombstones import mark_of, secret_of
from archive.views import View

LEAST = 8
"""Characters of a passphrase, blanks not counted."""

_LONGEST = 200
_PHRASE = "phrase "
"""Begins the mark of what is a passphrase."""


class InviteView(View, frozen=True):
    """An invitation, without what lets people in."""

    id: int
    group_key: str | None
    """None: whatever is open to members of any group."""
    group_title: str
    is_passphrase: bool
    label: str
    by: str
    at: int
    ends_at: int | None
    uses_left: int | None
    """None: without limit."""
    sessions: int
    """People who are in by it now."""


def make_invite(
    db: sqlite3.Connection,
    group_key: str | None,
    *,
    by: str,
    label: str = "",
    phrase_mark: str | None = None,
    ends_at: int | None = None,
    uses: int | None = None,
) -> tuple[int, str]:
    """Make an invitation; return its id and the secret part of its link, which is kept as a hash
    only, or "" with the mark of a passphrase (`phrase_mark`).

    Raises NotFound, and ArchiveError where the passphrase lets people in already.
    """
    group = None if group_key is None else group_id(db, operator(), group_key)
    token = "" if phrase_mark else secrets.token_urlsafe(16)
    row = db.execute(
        "INSERT INTO invites(mark, group_id, label, by, at, ends_at, uses_left)"
        " VALUES(?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id",
        (
            phrase_mark or _mark(db, token), group, label, by, int(time.time()), ends_at, uses,
        ),
    ).fetchone()  # fmt: skip
    if row is None:
        raise ArchiveError("that passphrase cannot be taken.", "choose another one")
    note(db, by, "invite", group_key or "", str(row[0]))
    return int(row[0]), token


def phrase_mark(secret: bytes, phrase: str) -> str:
    """Return the mark of a passphrase; takes some 50 ms on purpose. Raises ArchiveError where it
    is too short."""
    folded = "".join(normalise(phrase[:_LONGEST]).split())
    if len(folded) < LEAST:
        raise ArchiveError(f"a passphrase has {LEAST} characters or more.", "write a longer one")
    salt = mark_of(secret, "passphrase salt").encode()
    return _PHRASE + scrypt(folded.encode(), salt=salt, n=1 << 14, r=8, p=1, dklen=32).hex()


def find_invite(db: sqlite3.Connection, token: str) -> int | None:
    """Return the id of the invitation behind a link that still works."""
    return _open(db, _mark(db, token)) if 0 < len(token) <= _LONGEST else None


def find_passphrase(db: sqlite3.Connection, mark: str) -> int | None:
    """Return the id of the invitation with a passphrase (`phrase_mark`) that still works."""
    return _open(db, mark)


def redeem(db: sqlite3.Connection, invite_id: int) -> None:
    """Count one more who comes in. Raises NotFound where nobody may any more."""
    done = db.execute(
        "UPDATE invites SET uses_left = uses_left - 1 WHERE id = ? AND ended_at IS NULL"
        " AND (ends_at IS NULL OR ends_at > ?) AND (uses_left IS NULL OR uses_left > 0)",
        (invite_id, int(time.time())),
    ).rowcount
    if not done:
        raise NotFound("this invitation no longer works.", "ask for another one")


def end_invite(db: sqlite3.Connection, invite_id: int, by: str) -> int:
    """End an invitation, and who came in by it is out; return how many were in. Raises NotFound."""
    now = int(time.time())
    done = db.execute(
        "UPDATE invites SET ended_at = ? WHERE id = ? AND ended_at IS NULL", (now, invite_id)
    ).rowcount
    if not done:
        raise NotFound("there is no such invitation.", "see: chendian invite list")
    note(db, by, "invite ended", str(invite_id))
    return db.execute(
        "UPDATE sessions SET ended_at = ? WHERE invite_id = ? AND ended_at IS NULL",
        (now, invite_id),
    ).rowcount


def list_invites(db: sqlite3.Connection, reader: Reader) -> list[InviteView]:
    """Return the invitations that still work to groups this reader decides for, the newest
    first."""
    rows = db.execute(
        "SELECT i.id, g.key, coalesce(g.title, ''), substr(i.mark, 1, ?1) = ?2, i.label, i.by,"
        " i.at, i.ends_at, i.uses_left, (SELECT count(*) FROM sessions s WHERE s.invite_id = i.id"
        " AND s.ended_at IS NULL AND s.ends_at > ?3) FROM invites i"
        " LEFT JOIN groups g ON g.id = i.group_id WHERE i.ended_at IS NULL"
        " AND (i.ends_at IS NULL OR i.ends_at > ?3) ORDER BY i.id DESC",
        (len(_PHRASE), _PHRASE, int(time.time())),
    )
    found = [InviteView(*row) for row in rows]
    return [
        one
        for one in found
        if reader.everything or (one.group_key is not None and reader.rules(one.group_key))
    ]


def group_of(db: sqlite3.Connection, invite_id: int) -> tuple[str | None] | None:
    """Return (group key or None for all that is open to members); None where it has ended.

    A group that is gone has ended it as well.
    """
    row = db.execute(
        "SELECT i.group_id, g.key FROM invites i LEFT JOIN groups g ON g.id = i.group_id"
        " WHERE i.id = ? AND i.ended_at IS NULL AND (i.ends_at IS NULL OR i.ends_at > ?)",
        (invite_id, int(time.time())),
    ).fetchone()
    if row is None or (row[0] is not None and row[1] is None):
        return None
    return (row[1],)


def _open(db: sqlite3.Connection, mark: str) -> int | None:
    row = db.execute(
        "SELECT id FROM invites WHERE mark = ? AND ended_at IS NULL"
        " AND (ends_at IS NULL OR ends_at > ?) AND (uses_left IS NULL OR uses_left > 0)",
        (mark, int(time.time())),
    ).fetchone()
    return int(row[0]) if row else None


def _mark(db: sqlite3.Connection, token: str) -> str:
    return mark_of(secret_of(db), f"invite\0{token}")
