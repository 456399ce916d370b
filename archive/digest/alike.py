"""Tells whether two texts are the same in disguise: other signs, 繁 for 简, words around it."""

from __future__ import annotations

import re
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
