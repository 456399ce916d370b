"""Tells whether two texts are the same in disguise: other signs, 繁 for 简, words around it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from operator import add

from archive.text import normalise

FEWEST = 12
"""Shingles below which texts are the same only where they are equal."""
_CONTAINED, _ALIKE = 0.65, 0.5
_RUN = re.compile(r"[^\W_]+")

Shingles = frozenset[str]


def shingles(text: str) -> Shingles:
    """Return every three neighbouring letters of a text, without the signs between them."""
    bare = "".join(_RUN.findall(normalise(text)))
    return frozenset(map(add, bare, map(add, bare[1:], bare[2:])))


def same(one: Shingles, other: Shingles) -> bool:
    """Tell whether one is mostly the other, or mostly contained in it."""
    few = min(len(one), len(other))
    if few < FEWEST:
        return few > 0 and one == other
    shared = len(one & other)
    return shared / few >= _CONTAINED or shared / len(one | other) >= _ALIKE


class Alike:
    """Texts in order, and which of them is the first that is the same as another."""

    def __init__(self) -> None:
        self._texts: list[Shingles] = []
        self._having: dict[str, list[int]] = defaultdict(list)

    def add(self, text: Shingles) -> None:
        """Remember a text."""
        for one in text:
            self._having[one].append(len(self._texts))
        self._texts.append(text)

    def first(self, text: Shingles) -> int | None:
        """Return the number of the first text that is the same; None where there is none."""
        shared = Counter[int]()
        for one in text:
            shared.update(self._having.get(one, ()))
        # what is the same shares half of the shorter one at least
        near = (
            n for n, number in shared.items() if 2 * number >= min(len(text), len(self._texts[n]))
        )
        return min((n for n in near if same(self._texts[n], text)), default=None)
