"""Searches on the site that found nothing: what people look for and the archive does not have.

Who asked is not kept, nor what may be somebody's: personal numbers, names, searches by sender.
"""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from archive.access import Reader
from archive.errors import BadQuery
from archive.masks import strip
from archive.people import DEFAULT_ZONE
from archive.query import And, From, Node, Not, Or, parse
from archive.text import normalise
from archive.views import View

MAX_TEXT = 60
"""Characters of a query that is counted; longer ones are a text, not a question."""
MAX_ROWS = 5_000
DAYS = 90
"""Days a miss is kept."""
_NUMBER = re.compile(r"(?:\d[\s.\-]*){7}")
"""What may be a personal number, or half of one."""
_WORDS = re.compile(r"[^\s\"()+:-]+")
_TELLING = 3
"""Characters of a name from which on it is looked for within a word."""


class Miss(View, frozen=True):
    """A search that found nothing."""

    query: str
    times: int
    last_day: str


class Countable(View, frozen=True):
    """A query as it may be kept; `countable` makes it."""

    query: str


def countable(db: sqlite3.Connection, query: str, now: int | None = None) -> Countable | None:
    """Return a query as it may be kept; None where it may not. Reads only: done before the turn
    to write comes."""
    said = kept_words(query, int(time.time()) if now is None else now)
    return None if said is None or _names_somebody(db, said) else Countable(said)


def kept_words(query: str, now: int) -> str | None:
    """Return a query folded and without personal numbers; None where its words alone forbid to
    keep it."""
    try:
        parsed = parse(query, now=now)
    except BadQuery:
        return None
    said = " ".join(normalise(strip(parsed.text)).split())
    if not 0 < len(said) <= MAX_TEXT or "@" in said or _NUMBER.search(said):
        return None
    return said if parsed.terms and not _asks_for_somebody(parsed.node) else None


def count_miss(
    db: sqlite3.Connection,
    found_nothing: Countable,
    *,
    at: int | None = None,
    time_zone: str = DEFAULT_ZONE,
) -> None:
    """Count a search that found nothing, on its local day."""
    moment = int(time.time()) if at is None else at
    day = datetime.fromtimestamp(moment, ZoneInfo(time_zone)).date().isoformat()
    db.execute(
        "INSERT INTO search_misses(day, query, times) VALUES(?, ?, 1)"
        " ON CONFLICT DO UPDATE SET times = times + 1",
        (day, found_nothing.query),
    )
    db.execute("DELETE FROM search_misses WHERE day <= date(?, ?)", (day, f"-{DAYS} days"))
    db.execute(
        "DELETE FROM search_misses WHERE rowid IN (SELECT rowid FROM search_misses"
        " ORDER BY day, times LIMIT max(0, (SELECT count(*) FROM search_misses) - ?))",
        (MAX_ROWS,),
    )


def misses(
    db: sqlite3.Connection, reader: Reader, *, since: str = "", limit: int = 50
) -> list[Miss]:
    """Return what was looked for in vain since a day, the most often first; for the operator only,
    since nobody knows which group it was meant for."""
    if not reader.everything:
        return []
    rows = db.execute(
        "SELECT query, sum(times), max(day) FROM search_misses WHERE day >= ?"
        " GROUP BY query ORDER BY 2 DESC, 3 DESC, 1 LIMIT ?",
        (since, limit),
    )
    return [Miss(*row) for row in rows]


def forget_misses(db: sqlite3.Connection, names: Iterable[str]) -> None:
    """Take out searches in which one of these names stands, as names are compared."""
    for name in names:
        if name:
            db.execute("DELETE FROM search_misses WHERE instr(query, ?) > 0", (name,))


def _names_somebody(db: sqlite3.Connection, said: str) -> bool:
    """Tell whether somebody is called as one of the words, or as a part long enough to be told."""
    row = db.execute(
        "SELECT 1 FROM (SELECT folded FROM member_names UNION ALL SELECT folded FROM shown_names)"
        " WHERE folded IN (SELECT value FROM json_each(?1))"
        " OR length(folded) >= ?3 AND instr(?2, folded) LIMIT 1",
        (json.dumps([said, *_WORDS.findall(said)]), said, _TELLING),
    ).fetchone()
    return row is not None


def _asks_for_somebody(node: Node) -> bool:
    match node:
        case From():
            return True
        case Not(node=inner):
            return _asks_for_somebody(inner)
        case And(nodes=nodes) | Or(nodes=nodes):
            return any(map(_asks_for_somebody, nodes))
    return False
