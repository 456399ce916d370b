"""Opening and closing questions, and saying what answers them."""

from __future__ import annotations

import sqlite3

from archive.access import operator
from archive.audit import note
from archive.consent import member_keys
from archive.errors import ArchiveError, NotFound
from archive.messages import get_message, message_id
from archive.questions.tokens import tokens_of

_NO_QUESTION = NotFound("that message is no question.", "reply to it with /ask")


def open_question(
    db: sqlite3.Connection,
    key: str,
    by: str,
    *,
    event_key: str | None = None,
) -> bool:
    """Make a message a question; False where it is one already. Raises NotFound, also for one that
    was taken back."""
    row_id = message_id(db, operator(), key)
    if get_message(db, operator(), key).recalled:
        raise NotFound("that message was taken back.", "ask anew")
    made = db.execute(
        "INSERT OR IGNORE INTO questions(message_id, event_key) VALUES(?, ?)", (row_id, event_key)
    )
    if made.rowcount:
        note(db, by, "ask", key)
    return made.rowcount > 0


def confirm(db: sqlite3.Connection, key: str, by: str) -> bool:
    """Make a message that was detected a question, as somebody says it is; see `open_question`."""
    return open_question(db, key, by)


def close_question(db: sqlite3.Connection, key: str, by: str) -> None:
    """Let a message be no question any more, nor others answers to it; the messages stay."""
    gone = db.execute(
        "DELETE FROM questions WHERE message_id = ?", (message_id(db, operator(), key),)
    )
    if not gone.rowcount:
        raise _NO_QUESTION
    note(db, by, "close question", key)


def add_answer(db: sqlite3.Connection, question_key: str, answer_key: str, by: str) -> None:
    """Say that a message answers a question of its group."""
    _say(db, question_key, answer_key, True, False)
    note(db, by, "answer", answer_key, question_key)


def refuse_answer(db: sqlite3.Connection, question_key: str, answer_key: str, by: str) -> None:
    """Say that a message, though it replies to a question, does not answer it."""
    _say(db, question_key, answer_key, False, False)
    note(db, by, "no answer", answer_key, question_key)


def accept(db: sqlite3.Connection, question_key: str, answer_key: str, by: str) -> None:
    """Accept an answer; one accepted before is an answer like the others again."""
    question = _question_id(db, question_key)
    db.execute("UPDATE answers SET accepted = 0 WHERE question_id = ?", (question,))
    _say(db, question_key, answer_key, True, True)
    note(db, by, "accept", answer_key, question_key)


def take_back_accepted(db: sqlite3.Connection, question_key: str, by: str) -> bool:
    """Let no answer be the accepted one; False where none was."""
    question = _question_id(db, question_key)
    done = db.execute(
        "UPDATE answers SET accepted = 0 WHERE question_id = ? AND accepted", (question,)
    )
    if done.rowcount:
        note(db, by, "accept taken back", question_key)
    return done.rowcount > 0


def assign(db: sqlite3.Connection, key: str, member_key: str | None, by: str) -> None:
    """Put a question to a member; None: to nobody any more. Raises NotFound."""
    if member_key is not None:
        known = member_keys(db, member_key)
        row = db.execute(
            f"SELECT key FROM members WHERE key IN ({', '.join('?' * len(known))})", known
        ).fetchone()
        if row is None:
            raise NotFound("there is no such member.", "take the key from chendian search --json")
        member_key = row[0]
    db.execute(
        "UPDATE questions SET assigned_to = ? WHERE id = ?", (member_key, _question_id(db, key))
    )
    note(db, by, "assign", key, member_key or "")


def asked_by(db: sqlite3.Connection, question_key: str, person: str) -> bool:
    """Tell whether a person (a member's key) asked this, with their name or without."""
    return asker(db, question_key, person) is not None


def asker(db: sqlite3.Connection, question_key: str, person: str) -> str | None:
    """Return as whom a person asked this: their key, or the hash that stands for them; None: they
    did not."""
    row = db.execute(
        "SELECT p.key, q.token, g.key FROM questions q JOIN messages m ON m.id = q.message_id"
        " JOIN groups g ON g.id = m.group_id LEFT JOIN members p ON p.id = m.sender_id"
        " WHERE q.message_id = ?",
        (message_id(db, operator(), question_key),),
    ).fetchone()
    if row is None:
        return None
    sender, token, group_key = row
    if token is not None:
        return str(token) if token in tokens_of(db, group_key, person) else None
    return str(sender) if sender is not None and sender in member_keys(db, person) else None


def _question_id(db: sqlite3.Connection, key: str) -> int:
    row = db.execute(
        "SELECT id FROM questions WHERE message_id = ?", (message_id(db, operator(), key),)
    ).fetchone()
    if row is None:
        raise _NO_QUESTION
    return int(row[0])


def _say(
    db: sqlite3.Connection, question_key: str, answer_key: str, counts: bool, accepted: bool
) -> None:
    question = get_message(db, operator(), question_key)
    answer = get_message(db, operator(), answer_key)
    if question.id == answer.id:
        raise ArchiveError("a question is not its own answer.", "reply to the message that answers")
    if question.group_key != answer.group_key:
        raise ArchiveError(
            "an answer lies in the question's group.", "name a message of that group"
        )
    db.execute(
        "INSERT OR REPLACE INTO answers(message_id, question_id, counts, accepted)"
        " VALUES(?, ?, ?, ?)",
        (answer.id, _question_id(db, question_key), counts, accepted),
    )
