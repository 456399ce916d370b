"""What stands beside a search's hits: where, when and by whom they were said."""

from __future__ import annotations

import json
import sqlite3
import time
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from archive.access import Reader
from archive.compile import Compiled, both_of, compile_query, facet_of
from archive.errors import BadQuery
from archive.groups import inside_ids
from archive.ids import first_id, seconds_of
from archive.index import check_readable
from archive.loading import HIDDEN
from archive.people import DEFAULT_ZONE
from archive.query import Has, Is, Node, Query, Since, parse
from archive.query.chips import with_filter
from archive.query.nodes import all_of, top
from archive.query.reading import is_plain
from archive.search import COUNTED, count_hits, newest_ids
from archive.views import Count, View

SENDERS = 8
"""People named beside a search: those with most of the hits."""

OFFERS = ("is:精华", "has:链接", "has:文件", "has:图片", "after:今年")
"""Filters that a page offers beside any search."""

PLACED = 2_000
"""Hits up to here are all counted by group and sender: each is a row of the archive that must be
looked up, and lies on a page of its own."""
_NEWEST = 1_000
"""Of more than that, so many of the newest."""
_OFFERED = 1_000
"""Counts of what a filter would leave are exact up to here: there are many of them on a page."""


class Around(View, frozen=True):
    """Counts of the newest hits: of 10,000 by month; by group and sender of all up to 2,000, else
    of the newest 1,000."""

    count: int
    """Hits in all; one more than `search.COUNTED` where there are more."""

    groups: tuple[Count, ...]
    months: tuple[Count, ...]
    senders: tuple[Count, ...]
    """By the name shown, in groups the reader is in; nobody has a name elsewhere."""
    filters: tuple[Count, ...]
    """What each of `OFFERS` would leave, with the narrower query as the key."""


class _Hits(NamedTuple):
    """A search's newest hits, and rows (group, sender, facet) of the newest among them."""

    base: Query
    compiled: Compiled
    ids: list[int]
    rows: list[tuple[int, int | None, str]]
    facets: Counter[str]
    """How many of the hits hold each token, where there is a row of each."""
    now: int
    time_zone: str

    @property
    def placed(self) -> bool:
        """Whether there is a row of every hit."""
        return len(self.ids) <= PLACED


def around(
    db: sqlite3.Connection,
    query: str,
    reader: Reader,
    *,
    now: int | None = None,
    time_zone: str = DEFAULT_ZONE,
) -> Around:
    """Count a search's hits by group, month, sender and filter. Raises as `search.search`."""
    check_readable(db)
    moment = int(time.time()) if now is None else now
    base = parse(query, now=moment, time_zone=time_zone)
    compiled = compile_query(db, base, reader)
    ids = newest_ids(db, compiled, COUNTED + 1)
    # as one row: between rows other threads are let in
    (found,) = db.execute(
        "SELECT json_group_array(json_array(group_id, sender_id, facet))"
        " FROM json_each(?) CROSS JOIN messages m ON m.id = value",
        (str(ids if len(ids) <= PLACED else ids[:_NEWEST]),),
    ).fetchone()
    rows = msgspec.json.decode(found, type=list[tuple[int, int | None, str]])
    tokens = (facet.split() for _, _, facet in rows if len(ids) <= PLACED)
    facets = Counter(chain.from_iterable(tokens))
    hits = _Hits(base, compiled, ids, rows, facets, moment, time_zone)
    exact = len(ids) <= COUNTED
    groups, senders = _places(db, hits, inside_ids(db, reader))
    return Around(
        len(ids),
        tuple(Count(key, title, n, hits.placed) for (key, title), n in groups.most_common()),
        tuple(Count(name, name, n, exact) for name, n in _by_month(ids, time_zone)),
        tuple(Count(name, name, n, hits.placed) for name, n in senders.most_common(SENDERS)),
        tuple(_filters(db, hits, reader)),
    )


def _filters(db: sqlite3.Connection, hits: _Hits, reader: Reader) -> Iterator[Count]:
    query = hits.base.text
    for chip in OFFERS:
        alone = parse(chip, now=hits.now, time_zone=hits.time_zone).filters[0].node
        if is_plain(query):
            yield _count(db, hits, reader, f"{query.strip()} {chip}".strip(), chip, alone)
            continue
        narrowed = with_filter(query, chip)
        try:
            wanted = parse(narrowed, now=hits.now, time_zone=hits.time_zone)
        except BadQuery:
            # a query of the greatest length cannot be narrowed
            continue
        if top(all_of((hits.base.node, alone))) == wanted.node:
            yield _count(db, hits, reader, narrowed, chip, alone)
        else:
            number = count_hits(db, compile_query(db, wanted, reader), _OFFERED)
            yield Count(narrowed, chip, min(number, _OFFERED), number <= _OFFERED)


def _count(
    db: sqlite3.Connection, hits: _Hits, reader: Reader, narrowed: str, chip: str, alone: Node
) -> Count:
    """Count what one filter leaves: of the hits at hand where that is all there is to know."""
    if isinstance(alone, Since):
        number = bisect_right(hits.ids, -first_id(alone.at), key=lambda i: -i)
        return Count(narrowed, chip, min(number, COUNTED), number <= COUNTED)
    if hits.placed and isinstance(alone, Is | Has):
        return Count(narrowed, chip, hits.facets[facet_of(alone)], True)
    # whom the query names is looked up once, not once a filter
    both = both_of(hits.compiled, compile_query(db, Query(alone, chip), reader))
    number = count_hits(db, both, _OFFERED)
    return Count(narrowed, chip, min(number, _OFFERED), number <= _OFFERED)


def _by_month(ids: list[int], time_zone: str) -> Iterator[tuple[str, int]]:
    """Count ids, newest first, by local month, without looking at each of them."""
    zone = ZoneInfo(time_zone)
    at = 0
    while at < len(ids):
        first = datetime.fromtimestamp(seconds_of(ids[at]), zone).replace(
            day=1, hour=0, minute=0, second=0
        )
        end = bisect_left(ids, -first_id(int(first.timestamp())), lo=at, key=lambda i: -i - 1)
        yield f"{first:%Y-%m}", end - at
        at = end


def _places(
    db: sqlite3.Connection, hits: _Hits, inside: frozenset[int] | None
) -> tuple[Counter[tuple[str, str]], Counter[str]]:
    """Count hits by group and by who is shown as having said them."""
    by_group = Counter(group for group, _, _ in hits.rows)
    by_sender = Counter((group, sender) for group, sender, _ in hits.rows if sender)
    titles = db.execute(
        "SELECT id, key, title FROM groups WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(by_group)),),
    )
    named: Counter[tuple[str, str]] = Counter()
    for group, key, title in sorted(titles):
        named[key, title] = by_group[group]
    people = [
        (group, sender, number)
        for (group, sender), number in by_sender.most_common()
        if inside is None or group in inside
    ]
    # who has a name in several groups is counted once; beyond these nobody comes near the first
    most = people[: 12 * SENDERS]
    return named, _named(db, most)


def _named(db: sqlite3.Connection, most: list[tuple[int, int, int]]) -> Counter[str]:
    """Sum counts of (group, member) by the name shown; who opted out has none."""
    rows = db.execute(
        "SELECT coalesce(a.name, s.name, nullif(p.name, ''), ''), value ->> 2"
        " FROM json_each(?) JOIN members p ON p.id = value ->> 1"
        " LEFT JOIN memberships s ON s.group_id = value ->> 0 AND s.member_id = p.id"
        " LEFT JOIN shown_names a ON a.group_id = value ->> 0 AND a.member_key = p.key"
        f" WHERE NOT {HIDDEN}",
        (json.dumps(most),),
    )
    found: Counter[str] = Counter()
    for name, number in rows:
        if name.strip():
            found[name] += number
    return found
