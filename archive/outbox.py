"""The outbox: what is to be said, noted with its cause in one transaction, and what became of it.

waiting → sending → sent; dropped where it is not to be said any more; failed where it was given up;
unsure where a kill came between sending
and knowing: it may have been said, so that it is not said again by itself. A spare is said only
where what it was noted for is refused.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

KEEP_DAYS = 7
"""Days after which the text of what was said is erased; the group has it."""
SECRET = "login"
"""Purpose of what lets somebody in: its text is erased as soon as it was said."""

KEPT_TEXT = f"iif(purpose = '{SECRET}', '', text)"


class Draft(msgspec.Struct, frozen=True):
    """Something to say, or a native mark to set or take away (then the text is empty)."""

    account: str
    text: str
    group_key: str | None = None
    member_key: str | None = None
    """For a direct message; with `group_key`, whom an answer in the group is for."""
    reply_to: str | None = None
    """Platform id of the message answered."""
    purpose: str = "answer"
    """`answer`, `notice`, `alarm`, `mark` …, for people who look what went wrong."""
    unique: str | None = None
    """What has the same is said once: the key of the event it answers."""
    essence: tuple[str, bool] | None = None
    """(platform id of the message, marked)."""
    edits: str | None = None
    """Platform id of what the account said before, which this text takes the place of."""
    takes_back: str | None = None
    """Platform id of what the account said before and takes back; then the text is empty."""
    file: str | None = None
    """SHA-256 of a stored file that goes with the text."""
    file_name: str | None = None


class Parcel(NamedTuple):
    """A draft on its way."""

    id: int
    draft: Draft
    tries: int
    doubt: int | None = None
    """It may have been said from this Unix time on."""
    made_at: int = 0
    """Unix seconds."""


class Failure(NamedTuple):
    """What was not said, or perhaps was (`unsure`)."""

    id: int
    account: str
    purpose: str
    group_key: str | None
    state: str
    why: str
    at: int
    """Unix seconds."""


DIGEST = "digest"
"""Purpose of a group's own digest."""
BROUGHT = ("bridge", "bridge edit", "bridge gone", "bridge digest", "bridge late")
"""Purposes of what is brought from other groups."""
SPARE = "#spare"
"""What the key of a spare ends in."""
COLUMNS = (
    "account, text, group_key, member_key, reply_to, purpose, unique_key, essence_id,"
    " essence_marked, edits, takes_back, file, file_name"
)
_DUE = (
    f"SELECT id, tries, doubt, made_at, {COLUMNS} FROM outbox INDEXED BY outbox_in_turn"
    " WHERE state = 'waiting' AND account = ?1"
    " AND (next_at <= ?2 OR (next_at = made_at AND tries = 0))"
)
# one look into the index for each group, however much waits
_GROUPS = (
    "WITH RECURSIVE g(k) AS (SELECT min(group_key) FROM outbox"
    " WHERE state = 'waiting' AND account = ?1 AND brought = 1 UNION ALL"
    " SELECT (SELECT min(group_key) FROM outbox WHERE state = 'waiting' AND account = ?1"
    " AND brought = 1 AND group_key > k) FROM g WHERE k NOT NULL)"
    " SELECT k FROM g WHERE k NOT NULL"
)


def put(db: sqlite3.Connection, draft: Draft, at: int | None = None, state: str = "waiting") -> int:
    """Note something to say from now on or from a Unix time on; return its id.

    The same `unique` again is the draft noted first.
    """
    number = put_new(db, draft, at, state)
    if number is None:
        row = db.execute("SELECT id FROM outbox WHERE unique_key = ?", (draft.unique,)).fetchone()
        return int(row[0])
    return number


def put_new(
    db: sqlite3.Connection, draft: Draft, at: int | None = None, state: str = "waiting"
) -> int | None:
    """The same, but None where one of this `unique` was noted before."""
    marked = draft.essence or (None, None)
    now = int(time.time())
    row = db.execute(
        f"INSERT INTO outbox({COLUMNS}, brought, state, made_at, next_at)"
        " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING RETURNING id",
        (
            draft.account, draft.text, draft.group_key, draft.member_key, draft.reply_to,
            draft.purpose, draft.unique, *marked, draft.edits, draft.takes_back, draft.file,
            draft.file_name, draft.purpose in BROUGHT, state, now, now if at is None else at,
        ),
    ).fetchone()  # fmt: skip
    return int(row[0]) if row else None


def is_noted(db: sqlite3.Connection, unique: str) -> bool:
    """Tell whether something of this key was noted to be said, whatever became of it."""
    row = db.execute("SELECT 1 FROM outbox WHERE unique_key = ?", (unique,)).fetchone()
    return row is not None


def due(db: sqlite3.Connection, account: str, now: int, limit: int = 20) -> list[Parcel]:
    """Return what an account has to say now: what it says for itself first, `limit` in all, then
    what it brings from elsewhere, `limit` for each group; each in the order it was noted.

    So is what was noted later than now: since then the clock was set back.
    """
    rows = db.execute(f"{_DUE} AND brought = 0 ORDER BY id LIMIT ?3", (account, now, limit))
    found = rows.fetchall()
    for (group_key,) in db.execute(_GROUPS, (account,)).fetchall():
        found += db.execute(
            # what waits for its next try holds up what follows it: in a group the order is kept
            f"{_DUE} AND brought = 1 AND group_key = ?4 AND id < coalesce((SELECT min(id)"
            " FROM outbox INDEXED BY outbox_in_turn WHERE state = 'waiting' AND account = ?1"
            " AND brought = 1 AND group_key = ?4 AND next_at > ?2"
            " AND (next_at != made_at OR tries > 0)), 1 << 62)"
            " ORDER BY id LIMIT ?3",
            (account, now, limit, group_key),
        )
    return [
        Parcel(i, draft_of(*values), tries, doubt, made) for i, tries, doubt, made, *values in found
    ]


def begin(db: sqlite3.Connection, id: int) -> bool:
    """Note that it is being sent, in a transaction before it is; False: it is not to be sent any
    more."""
    done = db.execute(
        "UPDATE outbox SET state = 'sending', tries = tries + 1, begun_at = ?"
        " WHERE id = ? AND state = 'waiting'",
        (int(time.time()), id),
    )
    return done.rowcount == 1


def begin_saying(db: sqlite3.Connection, id: int, draft: Draft) -> bool:
    """`begin`, and note what it says, which was not written down before."""
    done = db.execute(
        "UPDATE outbox SET state = 'sending', tries = tries + 1, begun_at = ?,"
        " text = ?, reply_to = ?, file = ?, file_name = ? WHERE id = ? AND state = 'waiting'",
        (int(time.time()), draft.text, draft.reply_to, draft.file, draft.file_name, id),
    )
    return done.rowcount == 1


def sent(
    db: sqlite3.Connection, id: int, message_id: str | None = None, *, spares: bool = True
) -> None:
    """Note that the platform took it, and the id it gave; `spares`: one may have been noted."""
    db.execute(
        "UPDATE outbox SET state = 'sent', ended_at = ?, message_id = ?, why = NULL,"
        f" text = {KEPT_TEXT} WHERE id = ?",
        (int(time.time()), message_id, id),
    )
    if not spares:
        return
    db.execute(
        "DELETE FROM outbox WHERE state = 'spare'"
        " AND unique_key = (SELECT unique_key || ? FROM outbox WHERE id = ?)",
        (SPARE, id),
    )


def later(db: sqlite3.Connection, id: int, next_at: int, why: str) -> None:
    """Note that it is to be sent again at a Unix time; `why` holds no text and no token."""
    db.execute(
        "UPDATE outbox SET state = 'waiting', next_at = ?, why = ? WHERE id = ?"
        " AND state IN ('waiting', 'sending')",
        (next_at, why, id),
    )


def put_back(db: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Let what was begun and not sent after all be sent in its turn."""
    db.executemany(
        "UPDATE outbox SET state = 'waiting', tries = tries - 1 WHERE id = ? AND state = 'sending'",
        [(i,) for i in ids],
    )


def give_up(db: sqlite3.Connection, id: int, why: str) -> None:
    """Note that it will not be sent."""
    db.execute(
        f"UPDATE outbox SET state = 'failed', ended_at = ?, why = ?, text = {KEPT_TEXT}"
        " WHERE id = ? AND state IN ('waiting', 'sending')",
        (int(time.time()), why, id),
    )


def drop(db: sqlite3.Connection, id: int, why: str) -> None:
    """Note that it is not to be said any more, which is no failure."""
    db.execute(
        "UPDATE outbox SET state = 'dropped', ended_at = ?, why = ?, text = '' WHERE id = ?"
        " AND state IN ('waiting', 'sending')",
        (int(time.time()), why, id),
    )


def retry(db: sqlite3.Connection, *, unsure_too: bool = False) -> int:
    """Send what failed again, if its text is still there; return how many."""
    states = "('failed', 'unsure')" if unsure_too else "('failed')"
    return db.execute(
        "UPDATE outbox SET state = 'waiting', next_at = ?, tries = 0, ended_at = NULL"
        f" WHERE state IN {states}"
        " AND (text != '' OR coalesce(essence_id, takes_back) IS NOT NULL)",
        (int(time.time()),),
    ).rowcount


def failures(db: sqlite3.Connection, limit: int = 100) -> list[Failure]:
    """Return what was given up or is unsure, the newest first."""
    rows = db.execute(
        "SELECT id, account, purpose, group_key, state, coalesce(why, ''), ended_at FROM outbox"
        " WHERE state IN ('failed', 'unsure') ORDER BY ended_at DESC, id DESC LIMIT ?",
        (limit,),
    )
    return [Failure(*row) for row in rows]


def expire(db: sqlite3.Connection, now: int, keep_days: int = KEEP_DAYS) -> int:
    """Erase the text of what ended so many days before `now`, and old spares; return how many
    texts."""
    db.execute(
        "DELETE FROM outbox WHERE state = 'spare' AND made_at <= ?", (now - KEEP_DAYS * 86_400,)
    )
    return db.execute(
        "UPDATE outbox SET text = '' WHERE state IN ('sent', 'failed', 'unsure') AND text != ''"
        " AND ended_at <= ?",
        (now - keep_days * 86_400,),
    ).rowcount


def draft_of(
    account: str,
    text: str,
    group_key: str | None,
    member_key: str | None,
    reply_to: str | None,
    purpose: str,
    unique: str | None,
    essence_id: str | None,
    marked: int | None,
    *rest: str | None,
) -> Draft:
    essence = None if essence_id is None else (essence_id, bool(marked))
    return Draft(account, text, group_key, member_key, reply_to, purpose, unique, essence, *rest)
