"""The outbox: what is to be said, noted with its cause in one transaction, and what became of it.

waiting → sending → sent; failed where it was given up; unsure where a kill came between sending
and knowing: it may have been said, so that it is not said again by itself. A spare is said only
where what it was noted for is refused.
"""

from __future__ import annotations

import sqlite3
import time
from typing import NamedTuple

import msgspec

from archive.consent import group_keys

KEEP_DAYS = 7
"""Days after which the text of what was said is erased; the group has it."""
SECRET = "login"
"""Purpose of what lets somebody in: its text is erased as soon as it was said."""

_TEXT = f"iif(purpose = '{SECRET}', '', text)"

_ECHOES = 600
"""Seconds between what was said and its echo's own time, at most."""
_NEAR = 10
"""The same where only the times are left."""
_PART = 300
"""Characters that are enough to know a part of something longer."""


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


class Parcel(NamedTuple):
    """A draft on its way."""

    id: int
    draft: Draft
    tries: int


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


_SPARE = "#spare"
_LATE = 3_600
"""Seconds by which a spare may be noted before it is said."""
_COLUMNS = (
    "account, text, group_key, member_key, reply_to, purpose, unique_key, essence_id,"
    " essence_marked"
)


def put(db: sqlite3.Connection, draft: Draft, at: int | None = None, state: str = "waiting") -> int:
    """Note something to say from now on or from a Unix time on; return its id.

    The same `unique` again is the draft noted first.
    """
    marked = draft.essence or (None, None)
    now = int(time.time())
    row = db.execute(
        f"INSERT INTO outbox({_COLUMNS}, state, made_at, next_at)"
        " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING RETURNING id",
        (
            draft.account, draft.text, draft.group_key, draft.member_key, draft.reply_to,
            draft.purpose, draft.unique, *marked, state, now, now if at is None else at,
        ),
    ).fetchone()  # fmt: skip
    if row is None:
        row = db.execute("SELECT id FROM outbox WHERE unique_key = ?", (draft.unique,)).fetchone()
    return int(row[0])


def is_noted(db: sqlite3.Connection, unique: str) -> bool:
    """Tell whether something of this key was noted to be said, whatever became of it."""
    row = db.execute("SELECT 1 FROM outbox WHERE unique_key = ?", (unique,)).fetchone()
    return row is not None


def put_spare(db: sqlite3.Connection, draft: Draft, instead_of: str) -> None:
    """Note what is said only if the platform refuses the draft of the key `instead_of`."""
    put(db, msgspec.structs.replace(draft, unique=instead_of + _SPARE), state="spare")


def say_spare(db: sqlite3.Connection, instead_of: str | None, now: int, seconds: int) -> bool:
    """Let the spare of a draft be said; False where there is none, or one was said for the same
    person in the last `seconds`."""
    row = db.execute(
        "SELECT id, member_key, purpose FROM outbox WHERE unique_key = ? AND state = 'spare'",
        ((instead_of or "") + _SPARE,),
    ).fetchone()
    if row is None:
        return False
    if _said_lately(db, row[1], row[2], now - seconds):
        db.execute("DELETE FROM outbox WHERE id = ?", row[:1])
        return False
    db.execute(
        "UPDATE outbox SET state = 'waiting', made_at = ?1, next_at = ?1 WHERE id = ?2",
        (now, row[0]),
    )
    return True


def _said_lately(db: sqlite3.Connection, member_key: str | None, purpose: str, since: int) -> bool:
    newest = "SELECT made_at, member_key, purpose FROM outbox WHERE state != 'spare'"
    for made_at, *whom in db.execute(f"{newest} ORDER BY id DESC"):
        if whom == [member_key, purpose]:
            return bool(made_at > since)
        if made_at < since - _LATE:
            break
    return False


def due(db: sqlite3.Connection, account: str, now: int, limit: int = 20) -> list[Parcel]:
    """Return what an account has to say now, in the order it was noted.

    So is what was noted later than now: since then the clock was set back.
    """
    rows = db.execute(
        f"SELECT id, tries, {_COLUMNS} FROM outbox WHERE state = 'waiting' AND account = ?1"
        " AND (next_at <= ?2 OR (next_at = made_at AND tries = 0)) ORDER BY id LIMIT ?3",
        (account, now, limit),
    )
    return [Parcel(i, _draft(*values), tries) for i, tries, *values in rows]


def begin(db: sqlite3.Connection, id: int) -> bool:
    """Note that it is being sent, in a transaction of its own before it is; False: it is not to be
    sent any more."""
    done = db.execute(
        "UPDATE outbox SET state = 'sending', tries = tries + 1 WHERE id = ? AND state = 'waiting'",
        (id,),
    )
    return done.rowcount == 1


def sent(db: sqlite3.Connection, id: int, message_id: str | None = None) -> None:
    """Note that the platform took it, and the id it gave."""
    db.execute(
        "UPDATE outbox SET state = 'sent', ended_at = ?, message_id = ?, why = NULL,"
        f" text = {_TEXT} WHERE id = ?",
        (int(time.time()), message_id, id),
    )
    db.execute(
        "DELETE FROM outbox WHERE state = 'spare'"
        " AND unique_key = (SELECT unique_key || ? FROM outbox WHERE id = ?)",
        (_SPARE, id),
    )


def later(db: sqlite3.Connection, id: int, next_at: int, why: str) -> None:
    """Note that it is to be sent again at a Unix time; `why` holds no text and no token."""
    db.execute(
        "UPDATE outbox SET state = 'waiting', next_at = ?, why = ? WHERE id = ?"
        " AND state IN ('waiting', 'sending')",
        (next_at, why, id),
    )


def give_up(db: sqlite3.Connection, id: int, why: str) -> None:
    """Note that it will not be sent."""
    db.execute(
        f"UPDATE outbox SET state = 'failed', ended_at = ?, why = ?, text = {_TEXT} WHERE id = ?"
        " AND state IN ('waiting', 'sending')",
        (int(time.time()), why, id),
    )


def unsure(db: sqlite3.Connection, account: str | None = None) -> int:
    """Note at a start that what was being sent may have been sent; return how many there are.

    It is not sent again: better once too few than twice.
    """
    return db.execute(
        "UPDATE outbox SET state = 'unsure', ended_at = ?1, why = 'stopped while sending',"
        f" text = {_TEXT}"
        " WHERE state = 'sending' AND (?2 IS NULL OR account = ?2)",
        (int(time.time()), account),
    ).rowcount


def retry(db: sqlite3.Connection, *, unsure_too: bool = False) -> int:
    """Send what failed again, if its text is still there; return how many."""
    states = "('failed', 'unsure')" if unsure_too else "('failed')"
    return db.execute(
        "UPDATE outbox SET state = 'waiting', next_at = ?, tries = 0, ended_at = NULL"
        f" WHERE state IN {states} AND (text != '' OR essence_id IS NOT NULL)",
        (int(time.time()),),
    ).rowcount


def is_echo(
    db: sqlite3.Connection, account: str, group_key: str | None, text: str, at: int
) -> bool:
    """Tell whether what an account is told to have said at a Unix time is what was said for it.

    Of what was said and is erased since, the place and the time are known.
    """
    rows = db.execute(
        "SELECT text, group_key, state, made_at, ended_at FROM outbox"
        " WHERE state IN ('sending', 'sent', 'unsure') AND account = ?1 AND essence_id IS NULL"
        " AND made_at <= ?2 + ?3 AND (ended_at IS NULL OR ended_at >= ?2 - ?3)",
        (account, at, _ECHOES),
    )
    plain, here = _plain(text), group_keys(db, group_key) if group_key else [None]
    for said, place, state, made_at, ended_at in rows:
        if said:
            # a platform may add the mention of whom it answers, or have taken a part of it
            whole = _plain(said)
            if plain.endswith(whole) or (len(plain) >= _PART and plain[-_PART:] in whole):
                return True
        elif place in here:
            began = made_at if state == "unsure" else ended_at
            if began - _NEAR <= at <= ended_at + _NEAR:
                return True
    return False


def _plain(text: str) -> str:
    return "".join(text.split())


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


def _draft(
    account: str,
    text: str,
    group_key: str | None,
    member_key: str | None,
    reply_to: str | None,
    purpose: str,
    unique: str | None,
    essence_id: str | None,
    marked: int | None,
) -> Draft:
    essence = None if essence_id is None else (essence_id, bool(marked))
    return Draft(account, text, group_key, member_key, reply_to, purpose, unique, essence)
