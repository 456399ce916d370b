"""Search: what was said, by whom, where and when; newest first or by relevance."""

from __future__ import annotations

import heapq
import sqlite3
import time
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from archive.access import Reader
from archive.compile import Branch, Compiled, both_of, compile_query
from archive.errors import ArchiveError, BadQuery
from archive.highlight import excerpt_of, marks_in
from archive.ids import first_id, seconds_of
from archive.index import TABLE, check_readable
from archive.loading import load_views
from archive.people import DEFAULT_ZONE
from archive.query import Prefix, Query, parse
from archive.query.chips import with_filter
from archive.query.nodes import all_of, top
from archive.query.reading import is_plain
from archive.relevance import CANDIDATES, ranked
from archive.views import Count, Hit, MessageView, Results

COUNTED = 10_000
"""Counts are exact up to here, then "10,000+"."""

MAX_LIMIT = 200
_OFFERED = 1_000
"""Counts beside filters not yet chosen are exact up to here: there are many of them on a page."""

ORDERS = ("newest", "relevance")

OFFERS = ("is:精华", "has:链接", "has:文件", "has:图片", "after:今年")
"""Filters that a page offers beside any search."""


def search(
    db: sqlite3.Connection,
    query: str,
    reader: Reader,
    *,
    limit: int = 20,
    order: str = "newest",
    cursor: str | None = None,
    now: int | None = None,
    time_zone: str = DEFAULT_ZONE,
) -> Results:
    """Search what this reader may see. `cursor` is `Results.older` of the page before.

    Raises BadQuery for what cannot be understood, NeedsReindex where there is no usable index.
    """
    began = time.perf_counter()
    if order not in ORDERS:
        raise ArchiveError(f"there is no order {order[:20]}.", f"use {' or '.join(ORDERS)}")
    check_readable(db)
    limit = max(1, min(limit, MAX_LIMIT))
    parsed = parse(query, now=int(time.time()) if now is None else now, time_zone=time_zone)
    compiled = compile_query(db, parsed, reader)
    place = _place(cursor)
    if order == "newest":
        ids = list(islice(newest_ids(db, compiled, below=place), limit + 1))
        older = str(ids[limit - 1]) if len(ids) > limit else None
    else:
        candidates = list(islice(newest_ids(db, compiled), CANDIDATES))
        best = ranked(db, candidates, parsed.terms)
        start = place or 0
        ids = best[start : start + limit + 1]
        older = str(start + limit) if len(ids) > limit else None
    count = count_hits(db, compiled)
    views = load_views(db, reader, ids[:limit])
    return Results(
        query=query,
        hits=tuple(_hit(view, parsed) for view in views),
        count=min(count, COUNTED),
        exact=count <= COUNTED,
        milliseconds=round((time.perf_counter() - began) * 1000, 2),
        older=older,
        notes=compiled.notes,
    )


def count_by(
    db: sqlite3.Connection,
    query: str,
    reader: Reader,
    by: str = "group",
    *,
    now: int | None = None,
    time_zone: str = DEFAULT_ZONE,
) -> list[Count]:
    """Count the newest 10,000 hits by `group` or `month`, or by what a `filter` would leave."""
    check_readable(db)
    moment = int(time.time()) if now is None else now
    if by == "filter":
        return _count_filters(db, query, reader, moment, time_zone)
    compiled = compile_query(db, parse(query, now=moment, time_zone=time_zone), reader)
    ids = list(islice(newest_ids(db, compiled), COUNTED + 1))
    exact = len(ids) <= COUNTED
    tally: dict[tuple[str, str], int] = {}
    if by == "month":
        return [Count(name, name, number, exact) for name, number in by_month(ids, time_zone)]
    for key, title, number in _groups_of(db, ids):
        tally[key, title] = number
    return [
        Count(*names, number, exact)
        for names, number in sorted(tally.items(), key=lambda item: -item[1])
    ]


def by_month(ids: list[int], time_zone: str) -> Iterator[tuple[str, int]]:
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


def _groups_of(db: sqlite3.Connection, ids: list[int]) -> list[tuple[str, str, int]]:
    return db.execute(
        "SELECT g.key, g.title, count(*) FROM json_each(?) JOIN messages m ON m.id = value"
        " JOIN groups g ON g.id = m.group_id GROUP BY g.id",
        (str(ids),),
    ).fetchall()


def _count_filters(
    db: sqlite3.Connection, query: str, reader: Reader, now: int, time_zone: str
) -> list[Count]:
    base = parse(query, now=now, time_zone=time_zone)
    # whom the query names is looked up once, not once a filter
    compiled = compile_query(db, base, reader)
    counts = []
    for chip in OFFERS:
        alone, wanted = parse(chip, now=now, time_zone=time_zone), None
        narrowed = (
            f"{query.strip()} {chip}".strip() if is_plain(query) else with_filter(query, chip)
        )
        if not is_plain(query):
            try:
                wanted = parse(narrowed, now=now, time_zone=time_zone)
            except BadQuery:
                continue
        if wanted is None or top(all_of((base.node, alone.node))) == wanted.node:
            both = both_of(compiled, compile_query(db, alone, reader))
        else:
            both = compile_query(db, wanted, reader)
        number = count_hits(db, both, _OFFERED)
        counts.append(Count(narrowed, chip, min(number, _OFFERED), number <= _OFFERED))
    return counts


def newest_ids(
    db: sqlite3.Connection, compiled: Compiled, below: int | None = None
) -> Iterator[int]:
    """Iterate over the ids of all hits, newest first."""
    streams = [_ids(db, branch, compiled.withheld, below) for branch in compiled.branches]
    if len(streams) == 1:
        return streams[0]
    return _distinct(heapq.merge(*streams, reverse=True))


def _ids(db: sqlite3.Connection, branch: Branch, withheld: str, below: int | None) -> Iterator[int]:
    highest = branch.highest if below is None else min(branch.highest, below - 1)
    rows = db.execute(
        f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH ? AND rowid BETWEEN ? AND ?"
        f"{_without(withheld)} ORDER BY rowid DESC",
        (branch.match, branch.lowest, highest, *_bound(withheld)),
    )
    return (row_id for (row_id,) in rows)


def _without(withheld: str) -> str:
    return "" if withheld == "[]" else " AND rowid NOT IN (SELECT value FROM json_each(?))"


def _bound(withheld: str) -> tuple[str, ...]:
    return () if withheld == "[]" else (withheld,)


def _distinct(ids: Iterable[int]) -> Iterator[int]:
    last = None
    for row_id in ids:
        if row_id != last:
            yield row_id
        last = row_id


def count_hits(db: sqlite3.Connection, compiled: Compiled, most: int = COUNTED) -> int:
    """Count hits, up to one more than `most`."""
    if len(compiled.branches) == 1:
        branch = compiled.branches[0]
        (number,) = db.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM {TABLE} WHERE {TABLE} MATCH ?"
            f" AND rowid BETWEEN ? AND ?{_without(compiled.withheld)} LIMIT ?)",
            (*branch, *_bound(compiled.withheld), most + 1),
        ).fetchone()
        return int(number)
    return sum(1 for _ in islice(newest_ids(db, compiled), most + 1))


def _place(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 18):
        raise BadQuery("这一页不存在（there is no such page）。", "从第一页开始（start anew）")
    return int(cursor)


def _hit(view: MessageView, parsed: Query) -> Hit:
    terms = [*parsed.terms, *(f"{p}*" for p in _prefixes(parsed))]
    marks = marks_in(view.text, terms)
    shown = view.text
    if not marks and view.more:
        marks = marks_in(view.more, terms)
        shown = view.more if marks or not shown else shown
    excerpt, marks = excerpt_of(shown, marks)
    return Hit(view, excerpt, marks)


def _prefixes(parsed: Query) -> list[str]:
    nodes, found = [parsed.node], []
    while nodes:
        node = nodes.pop()
        nodes += getattr(node, "nodes", ())
        if isinstance(node, Prefix):
            found.append(node.text)
    return found
