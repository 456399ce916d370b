"""Finds what was asked before in other words: candidates by the search index, then scored."""

from __future__ import annotations

import json
import math
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations

import msgspec

from archive.access import Reader
from archive.groups import allowed_ids, group_id
from archive.index import TABLE, check_readable
from archive.levels import withheld
from archive.loading import HIDDEN
from archive.masks import mask, strip
from archive.messages import message_id
from archive.prepare import RECALLED
from archive.questions.detecting import detect, question_text
from archive.questions.reading import Found, answers_of
from archive.similar import LONGEST, THRESHOLD, score, ways_of
from archive.text import phrase

_EACH = 1_000
"""Newest messages looked at for one word of the question; a rarer one is looked at everywhere."""
_PAIRED = 3
"""Frequent words of which each two are looked for together."""
_WORDS = 10
"""Words looked for."""
_LOOKED_AT = 1_000
"""Newest messages among which questions are proposed."""
_SCORED = 150
"""Candidates compared, those that share most first."""


class Similar(msgspec.Struct, frozen=True):
    """A question asked before, as this reader sees it; `score` from 0 to 1."""

    key: str
    question: str
    answer_key: str | None
    score: float


def similar(
    db: sqlite3.Connection,
    reader: Reader,
    text: str,
    group_key: str | None = None,
    limit: int = 3,
    *,
    besides: str | None = None,
    threshold: float = THRESHOLD,
) -> list[Similar]:
    """Return what was asked before and is like this, the closest first, what was answered before
    what was not; `besides` is the key of the question itself.

    Raises NotFound for a group that is not there, NeedsReindex.
    """
    check_readable(db)
    groups = allowed_ids(db, reader)
    if group_key is not None:
        groups = frozenset((group_id(db, reader, group_key),))
    text = strip(question_text(text))
    left_out = message_id(db, reader, besides) if besides is not None else None
    gone = withheld(db, reader)
    ids = [i for i in _candidates(db, text, groups) if i != left_out and i not in gone]
    scored = [
        (how, row_id, asked)
        for row_id, asked in _asked(db, ids)
        if (how := score(text, asked)) >= threshold
    ]
    answers = answers_of(db, reader, [row_id for _, row_id, _ in scored])
    scored.sort(key=lambda found: (-found[0], found[1] not in answers, -found[1]))
    best = scored[: max(0, limit)]
    keys = _keys(db, [i for _, row_id, _ in best for i in (row_id, *_first(answers, row_id))])
    found = []
    for how, row_id, asked in best:
        key, of_group = keys[row_id]
        answer = next((keys[i][0] for i in _first(answers, row_id)), None)
        shown = asked if reader.inside(of_group) else mask(asked)
        found.append(Similar(key, shown, answer, how))
    return found


def proposed(
    db: sqlite3.Connection, reader: Reader, group_key: str, limit: int = 20
) -> list[tuple[str, str]]:
    """Return (key, text) of a group's newest messages that look like questions, have no answer and
    are none yet, newest first; `confirm` makes them questions."""
    group = group_id(db, reader, group_key)
    rows = db.execute(
        "SELECT m.id, m.text FROM messages m LEFT JOIN members p ON p.id = m.sender_id"
        f" WHERE m.group_id = ? AND m.flags & ? = 0 AND NOT {HIDDEN} AND m.service IS NULL"
        " AND m.id NOT IN (SELECT message_id FROM questions)"
        " AND m.id NOT IN (SELECT message_id FROM dismissed) ORDER BY m.id DESC LIMIT ?",
        (group, RECALLED, _LOOKED_AT),
    ).fetchall()
    gone = withheld(db, reader)
    asked = {row_id: text for row_id, text in rows if row_id not in gone and detect(text)}
    answers = answers_of(db, reader, asked)
    wanted = [row_id for row_id in asked if row_id not in answers][:limit]
    keys = _keys(db, wanted)
    return [
        (key, asked[row_id] if reader.inside(of_group) else mask(asked[row_id]))
        for row_id in wanted
        for key, of_group in (keys[row_id],)
    ]


def _first(answers: dict[int, list[Found]], row_id: int) -> list[int]:
    return [answer.id for answer in answers.get(row_id, [])[:1]]


def _candidates(db: sqlite3.Connection, text: str, groups: frozenset[int] | None) -> list[int]:
    """Return the messages that share most with a question, rare words counting for more."""
    fence = ""
    if groups is not None:
        if not groups:
            return []
        fence = " AND facet : (" + " OR ".join(f'"g{i}"' for i in sorted(groups)) + ")"
    shared: dict[int, float] = defaultdict(float)
    frequent = []
    words = [found for ways in ways_of(text)[:_WORDS] if (found := _expression(ways))]
    for word in words:
        if _share(db, shared, word, fence) == _EACH:
            frequent.append(word)
    # two words that are each too frequent to be looked at everywhere are seldom together
    for one, other in combinations(frequent[:_PAIRED], 2):
        _share(db, shared, f"({one}) AND ({other})", fence)
    best = sorted(shared, key=lambda row_id: (-shared[row_id], -row_id))
    return best[:_SCORED]


def _share(db: sqlite3.Connection, shared: dict[int, float], wanted: str, fence: str) -> int:
    """Count a word for the newest messages that have it; return how many they are."""
    rows = db.execute(
        f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH ? ORDER BY rowid DESC LIMIT ?",
        (f"({wanted}){fence}", _EACH),
    ).fetchall()
    weight = 1 / (1 + math.log(1 + len(rows)))
    for (row_id,) in rows:
        shared[row_id] += weight
    return len(rows)


def _expression(ways: Iterable[str]) -> str:
    found = []
    for way in ways:
        term = phrase(way)
        if term is not None:
            tokens = " + ".join(f'"{token}"' for token in term.tokens)
            found.append(f"{term.column} : ({tokens})")
    return " OR ".join(found)


def _asked(db: sqlite3.Connection, ids: list[int]) -> list[tuple[int, str]]:
    """Return those of these messages that are questions, with what they ask."""
    rows = db.execute(
        "SELECT m.id, m.text, q.id IS NOT NULL FROM messages m"
        " LEFT JOIN questions q ON q.message_id = m.id LEFT JOIN members p ON p.id = m.sender_id"
        f" WHERE m.id IN (SELECT value FROM json_each(?)) AND m.flags & ? = 0 AND NOT {HIDDEN}"
        " AND m.service IS NULL AND length(m.text) <= ?",
        (json.dumps(ids), RECALLED, LONGEST),
    )
    return [
        (row_id, question_text(text) if opened else text)
        for row_id, text, opened in rows
        if opened or detect(text)
    ]


def _keys(db: sqlite3.Connection, ids: list[int]) -> dict[int, tuple[str, str]]:
    rows = db.execute(
        "SELECT m.id, g.key || ':' || m.platform_id, g.key FROM messages m"
        " JOIN groups g ON g.id = m.group_id WHERE m.id IN (SELECT value FROM json_each(?))",
        (json.dumps(ids),),
    )
    return {row_id: (key, group_key) for row_id, key, group_key in rows}
