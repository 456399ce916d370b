"""Long lists of messages, each in files of its own: the newest small, older read when needed."""

from __future__ import annotations

import numpy as np

from web.publish.search_bits import Codes, Numbers, gamma, packed, rice, room_in, width_of
from web.publish.search_scripts import Scripts

LONG = room_in(16_000)
"""Bits from which on a list has its own files."""
_SIZES = (8_000, 24_000, 40_000)
"""Bytes of the newest file, of the one before, and of all older ones."""


class Lists:
    """Writes lists into `x/l/`, and keeps where they are for the table of contents."""

    def __init__(self, scripts: Scripts, span: int) -> None:
        self._scripts = scripts
        self._span = span
        self.held: list[list[str | int]] = []
        """Term, how many messages, then the first number of each file, oldest first."""

    def add(self, term: str, places: Numbers) -> None:
        """Write the ascending numbers of a term's messages."""
        width = int(width_of(np.array([len(places)]), self._span)[0])
        firsts = _firsts(places, width)
        number = len(self.held)
        cuts = [0, *np.searchsorted(places, firsts[1:]).tolist(), len(places)]
        for file, (first, start, end) in enumerate(zip(firsts, cuts, cuts[1:], strict=False)):
            held = places[start:end]
            gaps = np.diff(held, prepend=first - 1) - 1
            head = gamma(np.array([len(held), width + 1]))
            body = rice(gaps, np.full(len(gaps), width))
            codes = Codes(*(np.concatenate(both) for both in zip(head, body, strict=True)))
            self._scripts.packed(f"l/{number}-{file}", packed(codes))
        self.held.append([term, len(places), *firsts])


def _firsts(places: Numbers, width: int) -> list[int]:
    """Return where files begin: the oldest at 0, the others at their first number."""
    lengths = (np.diff(places, prepend=-1) - 1 >> width) + 1 + width
    behind = np.cumsum(lengths[::-1])
    """Bits from a number to the newest."""
    firsts, size, step = [], _SIZES[0], 0
    while room_in(size) < behind[-1]:
        at = int(np.searchsorted(behind, room_in(size)))
        firsts.append(int(places[len(places) - 1 - at]))
        step = min(step + 1, len(_SIZES) - 1)
        size += _SIZES[step]
    return [0, *sorted({first for first in firsts if first})]
