"""All other terms, in order, in files of some 32,000 bytes: a query reads one for each term."""

from __future__ import annotations

import numpy as np

from web.publish.search_bits import (
    UNIT,
    Codes,
    Numbers,
    gamma,
    packed,
    rice,
    room_in,
    width_of,
)
from web.publish.search_lists import LONG, Lists
from web.publish.search_postings import Mask, Postings, headed
from web.publish.search_runs import Found
from web.publish.search_scripts import Scripts
from web.publish.search_terms import PLACE, PLACES, Keys, chars_of

_SIZE = room_in(32_000)
_MANY = room_in(64_000)
"""Bits of a character's pairs from which on it has a list for itself."""
_SECONDS = 0x6000
"""How many characters the second of a pair is mostly one of."""
_GATHERED = 200_000
_PREFIXES = (2, 3, 4, 5)
_FILES = 1
"""Files a prefix may be spread over before it has a list of its own."""


class PairShards:
    """Writes pairs into `x/p/`."""

    def __init__(self, scripts: Scripts, span: int, lists: Lists) -> None:
        self._scripts, self._span, self._lists = scripts, span, lists
        self.firsts: list[str] = []
        """The first pair of each file; a second character 0 is left out."""

    def add(self, keys: Keys) -> None:
        """Write all pairs of some characters, in order."""
        terms = (keys >> np.uint64(PLACE)).astype(np.int64)
        starts = np.flatnonzero(np.diff(terms, prepend=-1))
        places = (keys & PLACES).astype(np.int64)
        postings = Postings(places, np.append(starts, len(keys)))
        del keys
        terms = terms[starts]
        bits = postings.bits(self._span)
        kept = self._listed(terms, postings, bits)
        self._write(terms[kept], postings.rows(kept), bits[kept])

    def _listed(self, terms: Numbers, postings: Postings, bits: Numbers) -> Mask:
        """Write the lists of long pairs and of frequent characters; return what is left."""
        first, second = chars_of(terms)
        edges = np.append(np.flatnonzero(np.diff(first, prepend=-1)), len(terms))
        long = bits > LONG
        kept = ~long
        for start, end in zip(edges.tolist(), edges[1:].tolist(), strict=False):
            if not long[start:end].any() and bits[start:end].sum() <= _MANY:
                continue
            char = chr(first[start])
            every = postings.places[postings.starts[start] : postings.starts[end]]
            self._lists.add(char, _each_once(every.copy()))
            # where a run ends is of use only to find the character
            kept[start] &= second[start] != 0
        for at in np.flatnonzero(long & (second > 0)).tolist():
            self._lists.add(chr(first[at]) + chr(second[at]), postings.row(at))
        return kept

    def _write(self, terms: Numbers, postings: Postings, bits: Numbers) -> None:
        first, second = chars_of(terms)
        for start, end in _cuts(bits + 16):
            held = postings.slice(start, end)
            heads = _pair_heads(first[start:end], second[start:end])
            codes = headed(held, held.codes(self._span), heads)
            self._scripts.packed(f"p/{len(self.firsts)}", packed(codes))
            self.firsts.append(chr(first[start]) + (chr(second[start]) if second[start] else ""))


def _pair_heads(first: Numbers, second: Numbers) -> list[tuple[Numbers, Codes]]:
    """Before a character's pairs how far it is from the one before and how many they are; before
    each how far the second character is from the one before."""
    starts = np.flatnonzero(np.diff(first, prepend=-1))
    counts = np.diff(np.append(starts, len(first)))
    former = np.concatenate(([0], second[:-1]))
    former[starts] = 0
    width = np.repeat(width_of(counts, _SECONDS), counts)
    return [
        (starts, gamma(np.diff(first[starts], prepend=0))),
        (starts, gamma(counts)),
        (np.arange(len(first)), rice(second - former, width)),
    ]


def _cuts(bits: Numbers) -> list[tuple[int, int]]:
    """Return (first, end) of rows that make a file together."""
    behind = np.cumsum(bits)
    cuts, start = [], 0
    while start < len(bits):
        held = behind[start - 1] if start else 0
        end = max(start + 1, int(np.searchsorted(behind, held + _SIZE)))
        cuts.append((start, end))
        start = end
    return cuts


class WordShards:
    """Writes words into `x/w/`."""

    def __init__(self, scripts: Scripts, span: int, lists: Lists) -> None:
        self._scripts, self._span, self._lists = scripts, span, lists
        self._words: list[str] = []
        self._rows: list[Numbers] = []
        self._gathered = 0
        self._prefixes = Prefixes(lists)
        self.firsts: list[str] = []
        """The first word of each file."""

    def add(self, found: Found) -> None:
        """Take the next word in order."""
        self._words.append(found[0])
        self._rows.append(found[1])
        self._gathered += len(found[1])
        if self._gathered > _GATHERED:
            self._flush()

    def close(self) -> None:
        """Write what is left."""
        self._flush()
        self._prefixes.close()

    def _flush(self) -> None:
        if not self._words:
            return
        words, rows = self._words, self._rows
        postings = Postings(
            np.concatenate(rows), np.concatenate(([0], np.cumsum([len(row) for row in rows])))
        )
        bits = postings.bits(self._span)
        long = bits > LONG
        files = [f"={word}" for word in words]
        short = np.flatnonzero(~long).tolist()
        lengths = np.array([len(words[at]) + 1 for at in short], np.int64)
        kept = postings.rows(~long)
        for start, end in _cuts(bits[~long] + lengths * UNIT + 4):
            for at in short[start:end]:
                files[at] = str(len(self.firsts))
            held = kept.slice(start, end)
            self._write([words[at] for at in short[start:end]], held)
        for at in np.flatnonzero(long).tolist():
            self._lists.add(words[at], rows[at])
        for word, row, file in zip(words, rows, files, strict=True):
            self._prefixes.add(word, row, file)
        self._words, self._rows, self._gathered = [], [], 0

    def _write(self, words: list[str], postings: Postings) -> None:
        bits = packed(headed(postings, postings.codes(self._span), []))
        self._scripts.packed(f"w/{len(self.firsts)}", bits, " ".join(words))
        self.firsts.append(words[0])


class Prefixes:
    """Writes lists of what begins so, where that is spread over too many files."""

    def __init__(self, lists: Lists) -> None:
        self._lists = lists
        self._open: dict[int, tuple[str, list[Numbers], set[str]]] = {}

    def add(self, word: str, places: Numbers, file: str) -> None:
        """Take the next word in order, and the file it is in."""
        for length in _PREFIXES:
            if len(word) < length:
                self._end(length)
                continue
            held = self._open.get(length)
            if held is None or held[0] != word[:length]:
                self._end(length)
                held = self._open[length] = (word[:length], [], set())
            held[1].append(places)
            held[2].add(file)

    def close(self) -> None:
        """Write what is left."""
        for length in _PREFIXES:
            self._end(length)

    def _end(self, length: int) -> None:
        prefix, rows, files = self._open.pop(length, ("", [], set()))
        if len(files) > _FILES:
            self._lists.add(f"{prefix}*", _each_once(np.concatenate(rows)))


def _each_once(places: Numbers) -> Numbers:
    places.sort()
    return places[np.diff(places, prepend=-1) > 0]
