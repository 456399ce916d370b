"""Many visitors at once: how many pages a second the site makes, and how long one waits at half of
that."""

from __future__ import annotations

import random
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote, urlencode

import msgspec

from archive.database import open_archive
from benchmarks.processes import Failed
from benchmarks.searching import percentile

_VISITORS = 8
"""Connections at once, each with one request under way."""
_SECONDS = 8.0
_WARM = 1.0
_PAGES = 2_000
_HEAD = b"\r\ncontent-length: "


class Load(msgspec.Struct, frozen=True):
    """Pages a second at most, and the wait (milliseconds) at half that rate."""

    per_second: float
    p50: float
    p99: float


class Visitors(msgspec.Struct, frozen=True):
    """Both kinds of pages."""

    message: Load
    search: Load


def measure_visitors(port: int, data: Path, queries: Sequence[str], seed: int) -> Visitors:
    """Load message pages and pages of results, as many as the site gives, then half as many."""
    draw = random.Random(seed)
    found = [f"/search?{urlencode({'q': query})}" for query in queries]
    pages = _message_pages(data)
    draw.shuffle(found)
    draw.shuffle(pages)
    return Visitors(_load(port, pages), _load(port, found))


def _message_pages(data: Path) -> list[str]:
    with open_archive(data).reading() as db:
        (number,) = db.execute("SELECT count(*) FROM messages").fetchone()
        rows = db.execute(
            "SELECT g.key || ':' || m.platform_id FROM messages m JOIN groups g"
            " ON g.id = m.group_id WHERE m.rowid % ? = 0 LIMIT ?",
            (max(1, number // _PAGES), _PAGES),
        ).fetchall()
    return [f"/m/{quote(key, safe=':@')}" for (key,) in rows]


def _load(port: int, paths: list[str]) -> Load:
    _ask_for(port, paths, _WARM, None)
    waits = _ask_for(port, paths, _SECONDS, None)
    rate = len(waits) / _SECONDS
    waits = _ask_for(port, paths, _SECONDS, rate / 2)
    return Load(rate, percentile(waits, 0.5), percentile(waits, 0.99))


def _ask_for(port: int, paths: list[str], seconds: float, rate: float | None) -> list[float]:
    """Ask for pages through all connections; with a `rate`, so many a second in all, each counted
    from when it was to be asked for. Return the milliseconds each took."""
    waits: list[float] = []
    faults: list[Exception] = []
    begin = time.perf_counter() + 0.1

    def visit(number: int) -> None:
        try:
            with socket.create_connection(("127.0.0.1", port), 30) as line:
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for turn, due in enumerate(_moments(number, begin, seconds, rate)):
                    path = paths[(number + turn * _VISITORS) % len(paths)]
                    _ask(line, path)
                    waits.append((time.perf_counter() - due) * 1000)
        except Exception as error:  # told by the main thread
            faults.append(error)

    threads = [threading.Thread(target=visit, args=(n,)) for n in range(_VISITORS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise Failed(f"a visitor was not served: {faults[0]}")
    return waits


def _moments(number: int, begin: float, seconds: float, rate: float | None) -> Iterator[float]:
    """Yield when each request of a visitor is due, waiting until then."""
    while rate is None:
        now = time.perf_counter()
        if now >= begin + seconds:
            return
        yield now
    for turn in range(int(rate * seconds / _VISITORS)):
        due = begin + (number + turn * _VISITORS) / rate
        time.sleep(max(0.0, due - time.perf_counter()))
        yield due


def _ask(line: socket.socket, path: str) -> None:
    """Get one page over a connection that stays open."""
    line.sendall(
        f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept-encoding: gzip\r\n\r\n".encode()
    )
    got = line.recv(65_536)
    while b"\r\n\r\n" not in got:
        got += _more(line)
    head, _, body = got.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise Failed(f"{path}: {head[:60]!r}")
    length = int(head.lower().partition(_HEAD)[2].split(b"\r\n", 1)[0])
    missing = length - len(body)
    while missing > 0:
        missing -= len(_more(line))


def _more(line: socket.socket) -> bytes:
    got = line.recv(262_144)
    if not got:
        raise Failed("the site closed the connection")
    return got
