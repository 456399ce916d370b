"""Waits for words to become findable: at the index first, then by one search over HTTP."""

from __future__ import annotations

import sqlite3
import threading
import time
from http.client import HTTPConnection
from pathlib import Path

from archive.index import TABLE
from benchmarks.live.talk import probe_word
from benchmarks.processes import Failed, get

_LOOK = 0.0005
"""Seconds between two looks whether anything was committed."""


class Prober:
    """Looks for the probes of one series in their order, in a thread, until all are found.

    Looking is cheap, and costs the process under test nothing: the index is asked only after a
    commit. The search over HTTP comes once a probe is there, and its time is added.
    """

    def __init__(self, data: Path, port: int, words: str) -> None:
        self._path = data / "archive.db"
        self._port = port
        self._words = words
        self._expected: int | None = None
        self.seen: list[float] = []
        """When each probe was in the index (perf_counter)."""
        self.asked: list[float] = []
        """Seconds of the search that found it."""
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def wait(self, expected: int, patience: float) -> None:
        """Wait until so many were found. Raises Failed after `patience` seconds."""
        self._expected = expected
        self._thread.join(patience)
        if self._failure is not None:
            raise self._failure
        if self._thread.is_alive():
            raise Failed(f"{len(self.asked)} of {expected} probes found within {patience:g} s")

    def latencies(self, said: list[float]) -> list[float]:
        """Return the milliseconds from each saying to the end of the search that found it."""
        return [
            (seen - at + asked) * 1000
            for at, seen, asked in zip(said, self.seen, self.asked, strict=True)
        ]

    def _run(self) -> None:
        try:
            db = sqlite3.connect(
                f"{self._path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None
            )
            self._look(db, _connected(self._port))
        except BaseException as error:
            self._failure = error

    def _look(self, db: sqlite3.Connection, http: HTTPConnection) -> None:
        version = -1
        while self._expected is None or len(self.asked) < self._expected:
            time.sleep(_LOOK)
            (now,) = db.execute("PRAGMA data_version").fetchone()
            if now == version:
                continue
            version = now
            while self._is_there(db, len(self.seen)):
                self.seen.append(time.perf_counter())
            while len(self.asked) < len(self.seen):
                self._ask(http, len(self.asked))

    def _is_there(self, db: sqlite3.Connection, number: int) -> bool:
        word = probe_word(self._words, number)
        asked = f"SELECT 1 FROM {TABLE} WHERE {TABLE} MATCH ?"
        return db.execute(asked, (f'"{word}"',)).fetchone() is not None

    def _ask(self, http: HTTPConnection, number: int) -> None:
        word = probe_word(self._words, number)
        begin = time.perf_counter()
        body = get(http, f"/api/search?q={word}")
        self.asked.append(time.perf_counter() - begin)
        if word.encode() not in body.partition(b'"hits"')[2]:
            raise Failed(f"the index has {word}, but /api/search does not find it")


def _connected(port: int) -> HTTPConnection:
    return HTTPConnection("127.0.0.1", port, timeout=60)
