"""Questions without a name: the bot asks them, and a keyed hash stands for who did."""

from __future__ import annotations

import hmac
import json
import sqlite3
import time

import msgspec

from archive import outbox
from archive.access import operator
from archive.audit import note
from archive.consent import standing
from archive.errors import NotFound
from archive.keep import keep
from archive.messages import message_id
from archive.outbox import Draft
from archive.questions.tokens import token_of, tokens_of
from archive.records import Message
from archive.tombstones import secret_of

PURPOSE = "question"
"""Of drafts in the outbox."""

A_DAY = 3
"""Questions a person may ask without a name in a group, a day."""

_DAY = 86_400
_KEEP = 7 * _DAY
"""Seconds after which who asked what was posted is only known by the question."""


class Muted(msgspec.Struct, frozen=True):
    """A hash whose questions are not posted any more."""

    token: str
    at: int
    by: str
    group_key: str | None = None
    """None: all that was asked under it is gone."""


def may_ask(db: sqlite3.Connection, group_key: str, member_key: str, now: int) -> str | None:
    """Return why a person may not ask without a name: `muted`, `often`; None: they may."""
    tokens = json.dumps(sorted(tokens_of(db, group_key, member_key)))
    among = "token IN (SELECT value FROM json_each(?))"
    if db.execute(f"SELECT 1 FROM muted_askers WHERE {among} LIMIT 1", (tokens,)).fetchone():
        return "muted"
    (lately,) = db.execute(
        f"SELECT count(*) FROM anonymous_questions WHERE {among} AND at > ?", (tokens, now - _DAY)
    ).fetchone()
    return "often" if lately >= A_DAY else None


def ask(
    db: sqlite3.Connection,
    account: str,
    group_key: str,
    member_key: str,
    text: str,
    event_key: str,
    now: int,
) -> str:
    """Note a question to be posted by the bot as this text; return the asker's token.

    Neither the draft nor the audit says who asks.
    """
    token = token_of(db, group_key, member_key)
    # the event's own key may name the conversation with the person
    unique = hmac.digest(secret_of(db), f"question\0{event_key}".encode(), "sha256").hex()
    draft = outbox.put(
        db, Draft(account, text, group_key=group_key, purpose=PURPOSE, unique=f"question:{unique}")
    )
    db.execute("DELETE FROM anonymous_questions WHERE at < ?", (now - _KEEP,))
    db.execute(
        "INSERT OR IGNORE INTO anonymous_questions(outbox_id, group_key, token, at)"
        " VALUES(?, ?, ?, ?)",
        (draft, group_key, token, now),
    )
    note(db, token, "ask without a name", group_key)
    return token


def posted(db: sqlite3.Connection, outbox_id: int, platform_id: str | None, at: int) -> str | None:
    """Keep a question that the bot has just said in its group as a message; return its key.

    None where it is not one, the platform gave it no id, or the group is not archived now.
    """
    row = db.execute(
        "SELECT q.group_key, q.token, o.text FROM anonymous_questions q"
        " JOIN outbox o ON o.id = q.outbox_id WHERE q.outbox_id = ? AND o.purpose = ?",
        (outbox_id, PURPOSE),
    ).fetchone()
    if row is None or platform_id is None:
        return None
    group_key, token, text = row
    now = standing(db)
    if not now.keeps(group_key) or now.paused_at(group_key, at):
        return None
    keep(db, [Message(group_key, platform_id, at, text=text)])
    key = f"{group_key}:{platform_id}"
    try:
        row_id = message_id(db, operator(), key)
    except NotFound:  # it was forgotten before it came
        return None
    db.execute("INSERT OR IGNORE INTO questions(message_id, token) VALUES(?, ?)", (row_id, token))
    return key


def mute(db: sqlite3.Connection, token: str, by: str) -> bool:
    """Post no more questions of this asker; False where that is so already. Raises NotFound."""
    known = db.execute(
        "SELECT 1 FROM anonymous_questions WHERE token = ?1"
        " UNION ALL SELECT 1 FROM questions WHERE token = ?1 LIMIT 1",
        (token,),
    ).fetchone()
    if known is None:
        raise NotFound("nobody asks under that token.", "see: chendian questions --group KEY")
    made = db.execute(
        "INSERT OR IGNORE INTO muted_askers(token, at, who) VALUES(?, ?, ?)",
        (token, int(time.time()), by),
    )
    waiting = (
        "id IN (SELECT outbox_id FROM anonymous_questions WHERE token = ?) AND state = 'waiting'"
    )
    db.execute(f"DELETE FROM outbox WHERE {waiting}", (token,))
    if made.rowcount:
        note(db, by, "mute asker", token)
    return made.rowcount > 0


def unmute(db: sqlite3.Connection, token: str, by: str) -> bool:
    """Post this asker's questions again; False where they were not muted."""
    gone = db.execute("DELETE FROM muted_askers WHERE token = ?", (token,))
    if gone.rowcount:
        note(db, by, "unmute asker", token)
    return gone.rowcount > 0


def muted(db: sqlite3.Connection) -> list[Muted]:
    """Return who is muted, and in which group, the newest first."""
    rows = db.execute(
        "SELECT token, at, who, coalesce((SELECT g.key FROM questions q"
        " JOIN messages m ON m.id = q.message_id JOIN groups g ON g.id = m.group_id"
        " WHERE q.token = a.token LIMIT 1),"
        " (SELECT group_key FROM anonymous_questions q WHERE q.token = a.token LIMIT 1))"
        " FROM muted_askers a ORDER BY at DESC, token"
    )
    return [Muted(*row) for row in rows]
