"""Sorted runs on disk, so that an index of any size is built in the same memory."""

from __future__ import annotations

import heapq
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from web.publish.search_terms import CHAR, PLACE, Keys, Terms

_AT_ONCE = 250_000
"""Pairs sorted at a time; a character that alone has more is taken whole."""
_CHARS = 1 << CHAR
_HEAD = struct.Struct("<HI")

Found = tuple[str, NDArray[np.int64]]


class Runs:
    """What the texts contain, written down piece by piece and read back in the terms' order."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._runs = 0
        self._held = np.zeros(_CHARS + 1, np.int64)
        self._starts: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
        folder.mkdir(parents=True)

    def add(self, terms: Terms) -> None:
        """Write down the terms of messages newer than all before."""
        terms.pairs.tofile(self._pairs(self._runs))
        firsts = (terms.pairs >> np.uint64(PLACE + CHAR)).astype(np.int64)
        starts = np.flatnonzero(np.diff(firsts, prepend=-1))
        self._starts.append((firsts[starts], starts))
        self._held[:_CHARS] += np.bincount(firsts, minlength=_CHARS)
        with self._words(self._runs).open("wb") as file:
            for word in sorted(terms.words):
                name, places = word.encode(), terms.words[word]
                file.write(_HEAD.pack(len(name), len(places)) + name)
                file.write(struct.pack(f"<{len(places)}I", *places))
        self._runs += 1

    def pairs(self) -> Iterator[Keys]:
        """Yield all pairs in order, some characters at a time, never a part of one's."""
        for first, end in self._portions():
            parts = [
                np.fromfile(self._pairs(run), np.uint64, stop - start, offset=start * 8)
                for run in range(self._runs)
                for start, stop in [self._span(run, first, end)]
            ]
            keys = np.concatenate(parts)
            del parts
            # runs that are in order already: merged rather than sorted
            keys.sort(kind="stable")
            yield keys

    def _portions(self) -> Iterator[tuple[int, int]]:
        first = held = 0
        for char in np.flatnonzero(self._held).tolist():
            count = int(self._held[char])
            if held and held + count > _AT_ONCE:
                yield first, char
                first, held = char, 0
            held += count
        if held:
            yield first, _CHARS

    def _span(self, run: int, first: int, end: int) -> tuple[int, int]:
        firsts, starts = self._starts[run]
        whole = self._pairs(run).stat().st_size // 8
        places = np.searchsorted(firsts, [first, end])
        start, stop = (int(starts[at]) if at < len(starts) else whole for at in places)
        return start, stop

    def words(self) -> Iterator[Found]:
        """Yield every word with the numbers of its messages, in the words' order."""
        held: list[NDArray[np.int64]] = []
        former = ""
        for word, _, places in heapq.merge(*(self._read(run) for run in range(self._runs))):
            if word != former and held:
                yield former, np.concatenate(held)
                held = []
            former = word
            held.append(np.frombuffer(places, np.uint32).astype(np.int64))
        if held:
            yield former, np.concatenate(held)

    def _read(self, run: int) -> Iterator[tuple[str, int, bytes]]:
        with self._words(run).open("rb") as file:
            while head := file.read(_HEAD.size):
                length, count = _HEAD.unpack(head)
                yield file.read(length).decode(), run, file.read(count * 4)

    def _pairs(self, run: int) -> Path:
        return self._folder / f"{run}.pairs"

    def _words(self, run: int) -> Path:
        return self._folder / f"{run}.words"
