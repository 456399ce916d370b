"""Candidates 候选: messages that may be worth keeping as essence; only ever suggested.

A message counts for the people who answered it, reacted to it or nominated it, for its length and
links, and for being an answer; greetings, adverts and commands do not count.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterable
from typing import Any

from archive.access import Reader, operator
from archive.audit import note
from archive.consent import standing
from archive.digest.noise import signs_of
from archive.errors import NotFound
from archive.groups import group_id, inside_ids
from archive.ids import first_id
from archive.loading import load_views
from archive.messages import message_id
from archive.prepare import RECALLED
from archive.questions.detecting import is_command
from archive.text import normalise
from archive.views import MessageView, View

_POOL = 400
"""Messages of a group that are looked at closely."""
_LEAST = 2.0
"""A lower score is not suggested."""
_SHORTEST = 4
"""Characters; what is shorter says nothing."""
_ANSWERS = (
    "SELECT m.reply_to, count(*), count(DISTINCT m.sender_id) FROM messages m"
    " WHERE m.group_id = ?1 AND m.id >= ?2 AND m.reply_to IS NOT NULL AND m.flags & ?4 = 0"
    " GROUP BY m.reply_to"
)
_SCORED = f"""
WITH answers(platform_id, number, people) AS ({_ANSWERS}),
reacted(id, number) AS (SELECT message_id, sum(count) FROM reactions
  WHERE message_id >= ?2 AND message_id < ?3 GROUP BY message_id),
nominated(id, number) AS (SELECT message_id, count(*) FROM nominations
  WHERE message_id >= ?2 AND message_id < ?3 GROUP BY message_id),
heard(id, replies, people, reactions, nominations) AS (
  SELECT id, sum(replies), sum(people), sum(reactions), sum(nominations) FROM (
    SELECT m.id, a.number replies, a.people, 0 reactions, 0 nominations
      FROM answers a JOIN messages m ON m.group_id = ?1 AND m.platform_id = a.platform_id
      WHERE m.id >= ?2 AND m.id < ?3
    UNION ALL SELECT id, 0, 0, number, 0 FROM reacted
    UNION ALL SELECT id, 0, 0, 0, number FROM nominated
  ) GROUP BY id)
SELECT m.id, h.replies, h.people, h.reactions, h.nominations
  FROM heard h JOIN messages m ON m.id = h.id
  WHERE m.group_id = ?1 AND m.flags & ?4 = 0 AND m.service IS NULL
  ORDER BY 3 * h.people + h.replies + 2 * h.reactions + 6 * h.nominations DESC, m.id DESC LIMIT ?5
"""


class Candidate(View, frozen=True):
    """A message worth a look."""

    key: str
    score: float
    why: str
    """`5 人回复，8 个表情`."""


def candidates(
    db: sqlite3.Connection,
    reader: Reader,
    group_keys: Iterable[str],
    since: int,
    until: int,
    limit: int = 10,
) -> list[Candidate]:
    """Return the messages of a span (Unix seconds) most worth keeping that are not essence, the
    best first; of groups the reader belongs to."""
    inside = inside_ids(db, reader)
    found: list[Candidate] = []
    left = standing(db).opted_out
    for key in group_keys:
        row_id = group_id(db, reader, key)
        if inside is not None and row_id not in inside:
            continue
        heard = {
            i: numbers
            for i, *numbers in db.execute(
                _SCORED, (row_id, first_id(since), first_id(until), RECALLED, _POOL)
            )
        }
        for view in load_views(db, reader, heard):
            if view.essence is not None or view.recalled or view.sender_key in left:
                continue
            score, why = _score(view, *heard[view.id])
            if score >= _LEAST:
                found.append(Candidate(view.key, round(score, 2), why))
    return sorted(found, key=lambda one: (-one.score, one.key))[:limit]


def is_noise(text: str) -> bool:
    """Tell whether a text is too short, a command, or an advert."""
    said = normalise(text).strip()
    return len(said) < _SHORTEST or is_command(said) or signs_of(said) > 0


def suggest(db: sqlite3.Connection, found: Iterable[Candidate], at: int) -> list[Candidate]:
    """Note which messages are suggested; return those that were not before."""
    new = []
    for one in found:
        try:
            row_id = message_id(db, operator(), one.key)
        except NotFound:
            continue  # it was forgotten meanwhile
        done = db.execute(
            "INSERT OR IGNORE INTO candidates(message_id, score, why, at) VALUES(?, ?, ?, ?)",
            (row_id, one.score, one.why, at),
        )
        if done.rowcount:
            new.append(one)
            note(db, "chendian", "suggested", one.key)
    return new


def suggested(
    db: sqlite3.Connection, reader: Reader, group_key: str | None = None, limit: int = 50
) -> list[Candidate]:
    """Return what was suggested and is not essence yet, the newest suggestion first."""
    inside = inside_ids(db, reader)
    where, values = ["m.flags & ? = 0"], list[Any]([RECALLED])
    if inside is not None:
        where.append("m.group_id IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(sorted(inside)))
    if group_key is not None:
        where.append("m.group_id = ?")
        values.append(group_id(db, reader, group_key))
    rows = db.execute(
        "SELECT g.key || ':' || m.platform_id, c.score, c.why FROM candidates c"
        " JOIN messages m ON m.id = c.message_id JOIN groups g ON g.id = m.group_id"
        f" WHERE {' AND '.join(where)} AND NOT EXISTS"
        " (SELECT 1 FROM essence_messages e WHERE e.message_id = m.id)"
        " ORDER BY c.at DESC, c.score DESC LIMIT ?",
        (*values, limit),
    )
    return [Candidate(*row) for row in rows]


def _score(
    view: MessageView, replies: int, people: int, reactions: int, nominations: int
) -> tuple[float, str]:
    """Return a message's score and why, in words."""
    text = view.text or view.more
    if is_noise(text) and not nominations:
        return 0.0, ""
    links = any(span.kind == "link" for span in view.spans) or "://" in text
    score = 2.0 * math.log1p(people) + 0.5 * math.log1p(replies) + 1.2 * math.log1p(reactions)
    score += 3.0 * nominations + min(len(text), 400) / 200 + (0.5 if links else 0.0)
    score += 0.8 if view.reply is not None and view.reply.key else 0.0
    parts = [
        f"{nominations} 人提名" if nominations else "",
        f"{people} 人回复" if people else "",
        f"{reactions} 个表情" if reactions else "",
        f"{len(text)} 字" if len(text) >= 120 else "",
        "有链接" if links else "",
        "是一条回答" if view.reply is not None and view.reply.key else "",
    ]
    return score, "，".join(part for part in parts if part)
