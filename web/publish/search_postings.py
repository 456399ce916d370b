"""Terms and the numbers of their messages, many at once, and how long they are when packed."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from web.publish.search_bits import Codes, Numbers, gamma, rice, width_of

Mask = NDArray[np.bool_]

_AT_ONCE = 200_000
"""Numbers encoded at a time, so that memory stays small."""


class Postings(NamedTuple):
    """Rows of ascending numbers, one behind the other."""

    places: Numbers
    starts: Numbers
    """Where each row begins, and the end of the last."""

    @property
    def counts(self) -> Numbers:
        """How many numbers each row has."""
        return np.diff(self.starts)

    def row(self, at: int) -> Numbers:
        """Return one row."""
        return self.places[self.starts[at] : self.starts[at + 1]]

    def rows(self, wanted: Mask) -> Postings:
        """Return some of the rows."""
        counts = self.counts
        kept = self.places[np.repeat(wanted, counts)]
        return Postings(kept, np.concatenate(([0], np.cumsum(counts[wanted]))))

    def slice(self, first: int, end: int) -> Postings:
        """Return the rows from one to another."""
        starts = self.starts[first : end + 1]
        return Postings(self.places[starts[0] : starts[-1]], starts - starts[0])

    def codes(self, span: int) -> Codes:
        """Encode the gaps; `span` is how many messages there are."""
        former = np.empty_like(self.places)
        former[1:] = self.places[:-1]
        former[self.starts[:-1]] = -1
        width = np.repeat(width_of(self.counts, span), self.counts)
        return rice(self.places - former - 1, width)

    def bits(self, span: int) -> Numbers:
        """Return how long each row is when encoded."""
        cuts = np.searchsorted(self.starts[:-1], range(0, len(self.places), _AT_ONCE))
        cuts = np.unique(np.append(cuts, len(self.starts) - 1))
        parts = [self.slice(first, end) for first, end in pairwise(cuts.tolist())]
        sums = [np.add.reduceat(part.codes(span).bits, part.starts[:-1]) for part in parts]
        return np.concatenate(sums) if sums else np.zeros(0, np.int64)


def headed(postings: Postings, codes: Codes, heads: list[tuple[Numbers, Codes]]) -> Codes:
    """Put heads before rows: (the row that each stands before, codes), outermost heads first; then
    before each row how many numbers it has."""
    heads = [*heads, (np.arange(len(postings.starts) - 1), gamma(postings.counts))]
    rows = len(postings.starts) - 1
    before = np.zeros(rows, np.int64)
    for at, _ in heads:
        before += np.bincount(at, minlength=rows)
    behind = np.cumsum(before)
    """Heads up to and with this row's own."""
    places: list[tuple[Numbers, Codes]] = []
    taken = np.zeros(rows, np.int64)
    for at, head in heads:
        places.append((postings.starts[at] + behind[at] - before[at] + taken[at], head))
        taken[at] += 1
    own = np.repeat(behind, postings.counts) + np.arange(len(postings.places))
    return _woven(len(postings.places) + int(before.sum()), [*places, (own, codes)])


def _woven(length: int, rows: list[tuple[Numbers, Codes]]) -> Codes:
    made = Codes(*(np.empty(length, np.int64) for _ in Codes._fields))
    for places, codes in rows:
        for to, values in zip(made, codes, strict=True):
            to[places] = values
    return made
