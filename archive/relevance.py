"""Order by relevance: bm25 over the newest hits, with recency and essence counting for more.

FTS5's own bm25 asks for every row of every term before the first hit (150 ms and more at 5M), so
frequencies are taken from the candidates themselves.
"""

from __future__ import annotations

import json
import math
import sqlite3

from archive.ids import DAY, seconds_of
from archive.text import normalise

CANDIDATES = 1000
"""Newest hits that are ranked."""

_K1, _B = 1.2, 0.6
_ESSENCE = 1.5
_HALF_LIFE = 365 * DAY
_RECENCY = 0.5
"""How much being new can add, as a share of the score."""


def ranked(db: sqlite3.Connection, ids: list[int], terms: tuple[str, ...]) -> list[int]:
    """Return the candidates (newest first) in order of relevance."""
    wanted = [folded for term in terms if (folded := normalise(term).strip())]
    if not wanted or not ids:
        return ids
    rows = db.execute(
        "SELECT id, text, more, id IN (SELECT message_id FROM essence_messages)"
        " FROM messages WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(ids),),
    ).fetchall()
    texts = [normalise(f"{text}\n{more}" if more else text) for _, text, more, _ in rows]
    mean = sum(map(len, texts)) / len(texts) or 1.0
    counts = [[text.count(term) for term in wanted] for text in texts]
    weights = [
        math.log(1 + len(texts) / (1 + sum(1 for row in counts if row[place])))
        for place in range(len(wanted))
    ]
    newest = seconds_of(ids[0])
    scores = {}
    for (row_id, _, _, essence), text, found in zip(rows, texts, counts, strict=True):
        long = _K1 * (1 - _B + _B * len(text) / mean)
        score = sum(w * n * (_K1 + 1) / (n + long) for w, n in zip(weights, found, strict=True))
        age = newest - seconds_of(row_id)
        score *= 1 + _RECENCY * 0.5 ** (age / _HALF_LIFE)
        scores[row_id] = score * _ESSENCE if essence else score
    return sorted(ids, key=lambda row_id: (-scores.get(row_id, 0.0), -row_id))
