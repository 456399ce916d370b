"""Loads pages as a browser does: a day of 2,000 messages, and what a first visit weighs."""

from __future__ import annotations

import gzip
import re
from html import unescape
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from time import perf_counter
from urllib.parse import quote

import msgspec

from archive.database import open_archive
from benchmarks.processes import get

_PARTS_OF_PAGE = re.compile(r'<(?:link|script)\b[^>]*\b(?:href|src)="([^"]+)"[^>]*>')
_STYLE = re.compile(r'\brel="?(stylesheet|preload|modulepreload)|^<script')
_NEXT = re.compile(r'href="([^"]*[?&;]after=\d+[^"]*)"')
_TIMES = 7


class Pages(msgspec.Struct, frozen=True):
    """Milliseconds and compressed bytes."""

    day_messages: int
    day_first_ms: float
    day_all_ms: float
    """All parts of the day, one after the other."""
    day_bytes: int
    """First load of the day's page with everything it needs but images."""
    home_bytes: int
    search_bytes: int
    search_page_ms: float


def measure_pages(connection: HTTPConnection, data: Path) -> Pages:
    """Load the busiest day, the home page and a page of results."""
    with open_archive(data).reading() as db:
        key, date, messages = db.execute(
            "SELECT g.key, d.day, d.messages FROM days d JOIN groups g ON g.id = d.group_id"
            " ORDER BY d.messages DESC LIMIT 1"
        ).fetchone()
    day = f"/g/{quote(key, safe=':@')}/d/{date}"
    search = "/search?q=" + quote("问题")
    return Pages(
        day_messages=messages,
        day_first_ms=_milliseconds(connection, [day]),
        day_all_ms=_milliseconds(connection, _parts(connection, day)),
        day_bytes=_first_load(connection, day),
        home_bytes=_first_load(connection, "/"),
        search_bytes=_first_load(connection, search),
        search_page_ms=_milliseconds(connection, [search]),
    )


def _milliseconds(connection: HTTPConnection, paths: list[str]) -> float:
    taken = []
    for _ in range(_TIMES):
        start = perf_counter()
        for path in paths:
            get(connection, path, zipped=True)
        taken.append((perf_counter() - start) * 1000)
    return median(taken)


def _parts(connection: HTTPConnection, path: str) -> list[str]:
    parts = [path]
    while found := _NEXT.search(get(connection, parts[-1]).decode()):
        following = unescape(found[1])
        following = path + following if following.startswith("?") else following
        if following in parts:
            break
        parts.append(following.partition("#")[0])
    return parts


def _first_load(connection: HTTPConnection, path: str) -> int:
    """Return the bytes of a page and its styles and scripts, as sent to a browser."""
    page = get(connection, path, zipped=True)
    html = gzip.decompress(page) if page[:2] == b"\x1f\x8b" else page
    needed = {
        unescape(found[1])
        for found in _PARTS_OF_PAGE.finditer(html.decode())
        if _STYLE.search(found[0])
    }
    return len(page) + sum(len(get(connection, part, zipped=True)) for part in needed)
