"""Search: what was said, by whom, where and when; newest first or by relevance."""

from __future__ import annotations

import sqlite3
import time
from itertools import chain

import msgspec

from archive.access import Reader
from archive.compile import Branch, Compiled, compile_query
from archive.copies import Copies
from archive.copies import once as without_copies
from archive.errors import ArchiveError, BadQuery
from archive.highlight import excerpt_of, marks_in
from archive.index import TABLE, check_readable
from archive.loading import load_views
from archive.newest_once import page_of
from archive.people import DEFAULT_ZONE
from archive.query import Prefix, Query, parse
from archive.relevance import CANDIDATES, ranked
from archive.views import AlsoIn, Hit, MessageView, Results

COUNTED = 10_000
"""Counts are exact up to here, then "10,000+"."""

MAX_LIMIT = 200
ORDERS = ("newest", "relevance")


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
    count: int | None = None,
    once: bool = False,
) -> Results:
    """Search what this reader may see. `cursor` is `Results.older` of the page before; `count` is
    `Around.count` where that is known.

    `once`: what stands in several groups is one hit, with its places; `count` still counts
    messages.

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
    copies = Copies(db, reader) if once else None
    if order == "newest":
        ids, older = _newest_page(db, compiled, copies, limit, place)
    else:
        best = ranked(db, newest_ids(db, compiled, CANDIDATES), parsed.terms)
        ids, older = _best_page(best, copies, limit, place or 0)
    if count is None:
        count = count_hits(db, compiled)
    views = load_views(db, reader, ids[:limit])
    places = copies.places([view.id for view in views]) if copies else {}
    return Results(
        query=query,
        hits=tuple(_hit(view, parsed, places.get(view.id, ())) for view in views),
        count=min(count, COUNTED),
        exact=count <= COUNTED,
        milliseconds=round((time.perf_counter() - began) * 1000, 2),
        older=older,
        notes=compiled.notes,
    )


def _best_page(
    best: list[int], copies: Copies | None, limit: int, start: int
) -> tuple[list[int], str | None]:
    """Return a page's hits, the most relevant first, and the cursor of the next one."""
    if copies is not None:
        best = without_copies(copies, best, start + limit + 1)
    ids = best[start : start + limit + 1]
    return ids, str(start + limit) if len(ids) > limit else None


def _newest_page(
    db: sqlite3.Connection, compiled: Compiled, copies: Copies | None, limit: int, below: int | None
) -> tuple[list[int], str | None]:
    """Return a page's hits, newest first, and the cursor of the next one."""
    if copies is None:
        ids = newest_ids(db, compiled, limit + 1, below=below)
        return ids[:limit], str(ids[limit - 1]) if len(ids) > limit else None

    def newest(most: int, under: int | None) -> list[int]:
        return newest_ids(db, compiled, most, below=under)

    def is_hit(row_id: int) -> bool:
        return row_id in newest_ids(db, _only(compiled, row_id), 1)

    ids, place = page_of(newest, is_hit, copies, limit, below)
    return ids, str(place) if place is not None else None


def _only(compiled: Compiled, row_id: int) -> Compiled:
    """Narrow a query to one message."""
    branches = (
        branch._replace(lowest=row_id, highest=row_id)
        for branch in compiled.branches
        if branch.lowest <= row_id <= branch.highest
    )
    return compiled._replace(branches=tuple(branches))


def newest_ids(
    db: sqlite3.Connection, compiled: Compiled, most: int, below: int | None = None
) -> list[int]:
    """Return the ids of the newest hits, newest first, at most so many."""
    found = [_ids(db, branch, compiled.withheld, most, below) for branch in compiled.branches]
    if len(found) == 1:
        return found[0]
    return sorted(set(chain.from_iterable(found)), reverse=True)[:most]


def _ids(
    db: sqlite3.Connection, branch: Branch, withheld: str, most: int, below: int | None
) -> list[int]:
    highest = branch.highest if below is None else min(branch.highest, below - 1)
    # as one row: between rows other threads are let in, ten thousand times
    (ids,) = db.execute(
        f"SELECT json_group_array(id) FROM (SELECT rowid id FROM {TABLE} WHERE {TABLE} MATCH ?"
        f" AND rowid BETWEEN ? AND ?{_without(withheld)} ORDER BY rowid DESC LIMIT ?)",
        (branch.match, branch.lowest, highest, *_bound(withheld), most),
    ).fetchone()
    return msgspec.json.decode(ids, type=list[int])


def _without(withheld: str) -> str:
    return "" if withheld == "[]" else " AND rowid NOT IN (SELECT value FROM json_each(?))"


def _bound(withheld: str) -> tuple[str, ...]:
    return () if withheld == "[]" else (withheld,)


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
    return len(newest_ids(db, compiled, most + 1))


def _place(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 18):
        raise BadQuery("这一页不存在（there is no such page）。", "从第一页开始（start anew）")
    return int(cursor)


def _hit(view: MessageView, parsed: Query, also_in: tuple[AlsoIn, ...]) -> Hit:
    terms = [*parsed.terms, *(f"{p}*" for p in _prefixes(parsed))]
    marks = marks_in(view.text, terms)
    shown = view.text
    if not marks and view.more:
        marks = marks_in(view.more, terms)
        shown = view.more if marks or not shown else shown
    excerpt, marks = excerpt_of(shown, marks)
    return Hit(view, excerpt, marks, also_in)


def _prefixes(parsed: Query) -> list[str]:
    nodes, found = [parsed.node], []
    while nodes:
        node = nodes.pop()
        nodes += getattr(node, "nodes", ())
        if isinstance(node, Prefix):
            found.append(node.text)
    return found
