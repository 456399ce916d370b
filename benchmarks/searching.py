"""Asks the fixed queries: how long they take, and whether they find what they must."""

from __future__ import annotations

import gc
import json
import sqlite3
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from time import perf_counter
from urllib.parse import urlencode

import msgspec

from archive.access import operator
from archive.database import open_archive
from archive.relevance import CANDIDATES
from archive.search import COUNTED, search
from benchmarks.oracle import Found
from benchmarks.processes import get, run
from benchmarks.wanted import Query

REPEATS = 5
NEWEST = 1_000
_PAGE = 200


class Times(msgspec.Struct, frozen=True):
    """Milliseconds of every query asked."""

    first: list[float]
    """Asked for the first time, on an archive just opened."""
    again: list[tuple[str, float]]
    """(kind, milliseconds), each query `REPEATS` times."""


def percentile(values: list[float], part: float) -> float:
    """Return the value that `part` of the values do not exceed."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * part))]


def time_inside(data: Path, queries: list[Query]) -> Times:
    """Call the search itself."""
    with open_archive(data).reading() as db:
        return _time(queries, lambda q: search(db, q.text, operator(), order=q.order))


def time_over_http(connection: HTTPConnection, queries: list[Query]) -> Times:
    """Ask the API over one connection, as a page or bot would."""

    def ask(query: Query) -> object:
        asked = urlencode({"q": query.text, "order": query.order})
        return json.loads(get(connection, f"/api/search?{asked}"))

    return _time(queries, ask)


def time_command(data: Path, queries: list[Query], times: int = 9) -> float:
    """Return the median seconds of the whole command `chendian search`."""
    asked = [query for query in queries if not query.text.startswith("-")][::20][:times]
    return median(run("search", q.text, "--data", data, "--json").seconds for q in asked)


def _time(queries: list[Query], ask: Callable[[Query], object]) -> Times:
    first: list[float] = []
    again: list[tuple[str, float]] = []
    gc.collect()
    for turn in range(REPEATS + 1):
        for query in queries:
            start = perf_counter()
            ask(query)
            taken = (perf_counter() - start) * 1000
            if turn:
                again.append((query.kind, taken))
            else:
                first.append(taken)
    return Times(first, again)


class Verdict(msgspec.Struct, frozen=True):
    """How one query's answer compares with the oracle's."""

    query: str
    kind: str
    right: int
    """Hits that had to be found and were."""
    missed: int
    wrong: int
    fault: str
    """A wrong count or order, in words; empty when there is none."""


def judge(data: Path, queries: list[Query], truth: list[Found]) -> list[Verdict]:
    """Page through every query's hits: all of them up to 10,000, else the newest 1,000.

    By relevance only the newest hits are ranked; those must be there, in whatever order.
    """
    with open_archive(data).reading() as db:
        return [_judge(db, query, found) for query, found in zip(queries, truth, strict=True)]


def _judge(db: sqlite3.Connection, query: Query, found: Found) -> Verdict:
    total = len(found.keys)
    ranked = query.order == "relevance"
    asked = CANDIDATES if ranked else total + 1 if total <= COUNTED else NEWEST
    keys, times, count, exact = _page(db, query, asked)
    must, may = found.newest(asked)
    shown = set(keys)
    faults = []
    if (count, exact) != ((total, True) if total <= COUNTED else (COUNTED, False)):
        faults.append(f"count {count}{'' if exact else '+'} instead of {total}")
    if len(shown) != len(keys) or len(keys) < min(total, asked):
        faults.append(f"{len(keys)} shown, {len(shown)} of them different")
    if not ranked and times != sorted(times, reverse=True):
        faults.append("not newest first")
    right, missed, wrong = len(shown & may), len(must - shown), len(shown - may)
    return Verdict(query.text, query.kind, right, missed, wrong, "; ".join(faults))


def _page(
    db: sqlite3.Connection, query: Query, most: int
) -> tuple[list[str], list[int], int, bool]:
    keys: list[str] = []
    times: list[int] = []
    cursor: str | None = None
    while True:
        limit = max(1, min(_PAGE, most - len(keys)))
        page = search(db, query.text, operator(), limit=limit, order=query.order, cursor=cursor)
        keys += [hit.message.key for hit in page.hits]
        times += [hit.message.sent_at for hit in page.hits]
        cursor = page.older
        if cursor is None or len(keys) >= most:
            return keys, times, page.count, page.exact
