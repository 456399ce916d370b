"""Tokens with which programs read the API: of which groups, with names or without, until when."""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Sequence

from archive.access import Reader, member, operator
from archive.audit import note
from archive.errors import ArchiveError, NotFound
from archive.groups import group_id
from archive.tombstones import mark_of, secret_of
from archive.views import View

PREFIX = "chendian_"
"""Begins every token, so that one that was left somewhere is known for what it is."""
USED_EACH = 600
"""Seconds for which a use is not noted again."""

_LONGEST = 128
_MOST_GROUPS = 500
_KEPT = 30 * 86_400
"""Seconds for which the row of a token that is over is kept."""
_WORKS = "ended_at IS NULL AND ends_at > ?"


class TokenView(View, frozen=True):
    """A token that works, without its secret."""

    id: int
    label: str
    everything: bool
    """All groups there are, those to come included."""
    names: bool
    """Reads its groups as their members do; else as everybody reads a public one."""
    by: str
    at: int
    ends_at: int
    used_at: int | None
    """When it was last used, to ten minutes."""
    groups: tuple[str, ...]
    """Keys; empty with `everything`."""


def make_token(
    db: sqlite3.Connection,
    groups: Sequence[str] | None,
    *,
    names: bool,
    ends_at: int,
    by: str,
    label: str = "",
) -> tuple[int, str]:
    """Make a token to read some groups, or all (None); return its id and the token, which is kept
    as a keyed hash only. Raises NotFound, and ArchiveError where no group is named."""
    if groups is not None and not 0 < len(groups) <= _MOST_GROUPS:
        raise ArchiveError("a token reads some group.", "name one or more, or everything")
    ids = {group_id(db, operator(), key) for key in groups or ()}
    token = PREFIX + secrets.token_urlsafe(32)
    now = int(time.time())
    db.execute("DELETE FROM api_tokens WHERE coalesce(ended_at, ends_at) <= ?", (now - _KEPT,))
    db.execute("DELETE FROM api_token_groups WHERE token_id NOT IN (SELECT id FROM api_tokens)")
    (number,) = db.execute(
        "INSERT INTO api_tokens(mark, label, everything, names, by, at, ends_at)"
        " VALUES(?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (_mark(db, token), label, groups is None, names, by, now, ends_at),
    ).fetchone()
    db.executemany(
        "INSERT INTO api_token_groups(token_id, group_id) VALUES(?, ?)",
        [(number, i) for i in sorted(ids)],
    )
    note(db, by, "token", str(number), "everything" if groups is None else f"{len(ids)} groups")
    return int(number), token


def find_token(db: sqlite3.Connection, token: str) -> TokenView | None:
    """Return what a token is for; None: over, or there never was one."""
    if not 0 < len(token) <= _LONGEST:
        return None
    found = _views(db, f"mark = ? AND {_WORKS}", _mark(db, token), int(time.time()))
    return found[0] if found else None


def list_tokens(db: sqlite3.Connection) -> list[TokenView]:
    """Return the tokens that work, the newest first; for the operator."""
    return _views(db, _WORKS, int(time.time()))


def note_use(db: sqlite3.Connection, token_id: int) -> None:
    """Note that a token was used now."""
    db.execute("UPDATE api_tokens SET used_at = ? WHERE id = ?", (int(time.time()), token_id))


def end_token(db: sqlite3.Connection, token_id: int, by: str) -> None:
    """End a token, at once. Raises NotFound where it is over."""
    now = int(time.time())
    ended = db.execute(
        f"UPDATE api_tokens SET ended_at = ? WHERE id = ? AND {_WORKS}", (now, token_id, now)
    ).rowcount
    if not ended:
        raise NotFound("there is no such token.", "see: chendian token list")
    note(db, by, "token ended", str(token_id))


def reader_of(db: sqlite3.Connection, token: TokenView) -> Reader:
    """Return what a token may read now. With all groups it is no operator either: it decides
    nothing, and what is for admins only is withheld."""
    keys = frozenset(token.groups)
    if token.everything:
        keys = frozenset(key for (key,) in db.execute("SELECT key FROM groups"))
    return member(keys) if token.names else Reader(without_names=keys)


def _views(db: sqlite3.Connection, where: str, *values: object) -> list[TokenView]:
    rows = db.execute(
        "SELECT id, label, everything, names, by, at, ends_at, used_at, (SELECT"
        " json_group_array(key) FROM api_token_groups JOIN groups g ON g.id = group_id"
        f" WHERE token_id = api_tokens.id) FROM api_tokens WHERE {where} ORDER BY id DESC",
        values,
    )
    found = []
    for number, label, everything, names, by, at, ends_at, used_at, keys in rows:
        groups = tuple(json.loads(keys))
        found.append(
            TokenView(
                number, label, bool(everything), bool(names), by, at, ends_at, used_at, groups
            )
        )
    return found


def _mark(db: sqlite3.Connection, token: str) -> str:
    return mark_of(secret_of(db), f"token\0{token}")
