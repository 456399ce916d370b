"""Reading questions with their answers, as a reader may see them."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from archive.access import Reader
from archive.errors import NotFound
from archive.groups import allowed_ids, group_id
from archive.levels import withheld
from archive.loading import HIDDEN
from archive.masks import mask
from archive.messages import message_id
from archive.prepare import RECALLED
from archive.questions.detecting import is_command, question_text
from archive.records import KINDS

Status = Literal["open", "answered", "accepted"]

_WORDLESS = frozenset(
    KINDS.index(kind)
    for kind in (
        "sticker",
        "animation",
        "poke",
        "red_packet",
        "transfer",
        "game",
        "call",
        "service",
    )
)
_NO_ANSWER = re.compile(
    r"\W*(?:同问|同求|蹲一?个?|蹲蹲|mark|马克|顶|up|\+1|谢谢\w{0,4}|多谢|感谢|thanks?|thank you|thx"
    r"|收到|好的?|ok|哈+|不知道|不清楚|不懂|me too)?\W*",
    re.I,
)
_NAMES = (
    "SELECT m.id, m.group_id, m.platform_id FROM messages m WHERE m.id IN (SELECT value FROM ids)"
    " UNION SELECT m.id, m.group_id, a.other FROM messages m JOIN aliases a ON a.kind = 'message'"
    " AND a.target = m.id WHERE m.id IN (SELECT value FROM ids)"
    # who answers what the bot said of the question means the question
    " UNION SELECT m.id, m.group_id, o.message_id FROM questions q JOIN messages m"
    " ON m.id = q.message_id JOIN outbox o ON o.unique_key = q.event_key"
    " WHERE q.message_id IN (SELECT value FROM ids) AND o.message_id IS NOT NULL"
)


class QuestionView(msgspec.Struct, frozen=True):
    """A question with what answers it; `asked_at` in Unix seconds."""

    key: str
    text: str
    asked_at: int
    group_key: str
    status: Status
    answers: tuple[str, ...] = ()
    """Keys of messages, what was accepted first, then the oldest."""
    assigned_to: str | None = None
    """A member's key, for those inside the group only."""
    token: str | None = None
    """Of who asked without a name, for the operator only: it tells which questions are the same
    person's; see `anonymous.mute`."""


class Found(msgspec.Struct, frozen=True):
    """An answer as rows know it."""

    id: int
    accepted: bool


def answers_of(
    db: sqlite3.Connection, reader: Reader, ids: Iterable[int]
) -> dict[int, list[Found]]:
    """Return the answers to these messages, the accepted ones first, then the oldest: replies that
    say something, and what people said is an answer."""
    listed = json.dumps(list(ids))
    gone = withheld(db, reader)
    found: dict[int, dict[int, bool]] = defaultdict(dict)
    replies = db.execute(
        f"WITH ids AS (SELECT value FROM json_each(?1)), names(id, group_id, name) AS ({_NAMES})"
        " SELECT names.id, r.id, r.kind, r.text FROM names CROSS JOIN messages r"
        " ON r.group_id = names.group_id AND r.reply_to = names.name"
        " JOIN messages m ON m.id = names.id LEFT JOIN members p ON p.id = r.sender_id"
        f" WHERE r.flags & ?2 = 0 AND NOT {HIDDEN} AND r.service IS NULL AND r.id != m.id"
        " AND (r.sender_id IS NULL OR r.sender_id IS NOT m.sender_id)",
        (listed, RECALLED),
    )
    for question, answer, kind, text in replies:
        if _says_something(kind, text):
            found[question][answer] = False
    marked = db.execute(
        "SELECT q.message_id, a.message_id, a.counts, a.accepted FROM questions q"
        " JOIN answers a ON a.question_id = q.id JOIN messages r ON r.id = a.message_id"
        " LEFT JOIN members p ON p.id = r.sender_id"
        f" WHERE q.message_id IN (SELECT value FROM json_each(?)) AND r.flags & ? = 0"
        f" AND NOT {HIDDEN}",
        (listed, RECALLED),
    )
    for question, answer, counts, accepted in marked:
        if counts:
            found[question][answer] = bool(accepted)
        else:
            found[question].pop(answer, None)
    return {
        question: [Found(i, yes) for i, yes in sorted(some.items(), key=lambda a: (not a[1], a[0]))]
        for question, all_ in found.items()
        if (some := {i: yes for i, yes in all_.items() if i not in gone})
    }


def _says_something(kind: int, text: str) -> bool:
    if kind in _WORDLESS or is_command(text) or text.rstrip().endswith(("?", "？")):
        return False
    return kind != KINDS.index("text") or _NO_ANSWER.fullmatch(text) is None


def list_questions(
    db: sqlite3.Connection, reader: Reader, group_keys: Iterable[str] | None
) -> list[QuestionView]:
    """Return the questions of these groups (None: of all this reader may see), oldest first."""
    return [view for view, _ in _questions(db, reader, group_keys)]


def open_questions(
    db: sqlite3.Connection, reader: Reader, group_keys: Iterable[str] | None
) -> list[QuestionView]:
    """Return the questions nobody has answered, oldest first."""
    return [view for view in list_questions(db, reader, group_keys) if view.status == "open"]


def between(
    db: sqlite3.Connection,
    reader: Reader,
    group_keys: Iterable[str] | None,
    since: int,
    until: int,
) -> list[QuestionView]:
    """Return what was asked, or answered, from `since` until before `until` (Unix seconds)."""
    found = _questions(db, reader, group_keys)
    listed = json.dumps([answer.id for _, answers in found for answer in answers])
    rows = db.execute(
        "SELECT id, sent_at FROM messages WHERE id IN (SELECT value FROM json_each(?))", (listed,)
    )
    said = dict(rows.fetchall())
    return [
        view
        for view, answers in found
        if any(since <= at < until for at in (view.asked_at, *(said[a.id] for a in answers)))
    ]


def get_question(db: sqlite3.Connection, reader: Reader, key: str) -> QuestionView:
    """Return the question a message is; NotFound where it is none, or hidden."""
    row_id = message_id(db, reader, key)
    found = _views(db, reader, "q.message_id = ?", row_id)
    if not found:
        raise NotFound("that message is no question.", "reply to it with /ask")
    return found[0][0]


def questions_among(
    db: sqlite3.Connection, reader: Reader, ids: list[int]
) -> dict[int, QuestionView]:
    """Return the questions among these messages, by row id; without what this reader may not see
    of groups they may see."""
    found = _views(db, reader, "q.message_id IN (SELECT value FROM json_each(?))", json.dumps(ids))
    by_key = {view.key: view for view, _ in found}
    keys = _keys(db, ids)
    return {i: by_key[key] for i, key in keys.items() if key in by_key}


def question_about(db: sqlite3.Connection, reader: Reader, key: str) -> QuestionView | None:
    """Return the question that a message answers: as people said, or by what it replies to."""
    row_id = message_id(db, reader, key)
    row = db.execute(
        "SELECT q.message_id FROM answers a JOIN questions q ON q.id = a.question_id"
        " WHERE a.message_id = ?1 UNION ALL"
        " SELECT q.message_id FROM messages r JOIN messages m ON m.group_id = r.group_id"
        " AND (m.platform_id = r.reply_to OR m.id = (SELECT target FROM aliases"
        " WHERE kind = 'message' AND group_id = r.group_id AND other = r.reply_to))"
        " JOIN questions q ON q.message_id = m.id WHERE r.id = ?1 UNION ALL"
        " SELECT q.message_id FROM messages r JOIN outbox o ON o.message_id = r.reply_to"
        " AND o.state = 'sent' JOIN questions q ON q.event_key = o.unique_key"
        " JOIN messages m ON m.id = q.message_id AND m.group_id = r.group_id"
        " WHERE r.id = ?1 LIMIT 1",
        (row_id,),
    ).fetchone()
    if row is None:
        return None
    found = _views(db, reader, "q.message_id = ?", row[0])
    return found[0][0] if found else None


def _questions(
    db: sqlite3.Connection, reader: Reader, group_keys: Iterable[str] | None
) -> list[tuple[QuestionView, list[Found]]]:
    if group_keys is None:
        allowed = allowed_ids(db, reader)
        if allowed is None:
            return _views(db, reader, "1")
        groups = sorted(allowed)
    else:
        groups = []
        for key in group_keys:
            try:
                groups.append(group_id(db, reader, key))
            except NotFound:
                continue
    among = "m.group_id IN (SELECT value FROM json_each(?))"
    return _views(db, reader, among, json.dumps(groups))


def _views(
    db: sqlite3.Connection, reader: Reader, where: str, *values: Any
) -> list[tuple[QuestionView, list[Found]]]:
    # CROSS JOIN: from the few questions to their messages, never through all messages
    rows = db.execute(
        "SELECT m.id, g.key || ':' || m.platform_id, coalesce(nullif(m.text, ''), m.more, ''),"
        " m.sent_at, g.key, q.assigned_to, q.token FROM questions q"
        " CROSS JOIN messages m ON m.id = q.message_id JOIN groups g ON g.id = m.group_id"
        " LEFT JOIN members p ON p.id = m.sender_id"
        f" WHERE m.flags & {RECALLED} = 0 AND NOT {HIDDEN} AND {where} ORDER BY m.id",
        values,
    ).fetchall()
    gone = withheld(db, reader)
    rows = [row for row in rows if row[0] not in gone]
    answers = answers_of(db, reader, [row[0] for row in rows])
    keys = _keys(db, [answer.id for some in answers.values() for answer in some])
    found = []
    for row_id, key, text, asked_at, group_key, assigned_to, token in rows:
        some = answers.get(row_id, [])
        status: Status = "open" if not some else "accepted" if some[0].accepted else "answered"
        asked, inside = question_text(text), reader.inside(group_key)
        view = QuestionView(
            key, asked if inside else mask(asked), asked_at, group_key, status,
            tuple(keys[answer.id] for answer in some),
            assigned_to if inside else None, token if reader.everything else None,
        )  # fmt: skip
        found.append((view, some))
    return found


def _keys(db: sqlite3.Connection, ids: list[int]) -> dict[int, str]:
    rows = db.execute(
        "SELECT m.id, g.key || ':' || m.platform_id FROM messages m JOIN groups g"
        " ON g.id = m.group_id WHERE m.id IN (SELECT value FROM json_each(?))",
        (json.dumps(ids),),
    )
    return dict(rows.fetchall())
