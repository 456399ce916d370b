"""The tokeniser's tables as a script: what JavaScript cannot know, or knows in another version."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import numpy as np

from archive.text import normalise
from web.publish.search_postings import Mask
from web.publish.search_scripts import Scripts
from web.publish.search_terms import kinds

_CODES = 0x110000
_HAN = (*range(0x3400, 0xA000), *range(0x20000, 0x2F800))
_CHANGING = (
    *range(0x3400), *range(0xA000, 0xAC00), *range(0xD7A4, 0xD800), *range(0xF900, 0x20000),
    *range(0x2F800, 0x2FA20), *range(0xE0000, 0xE0200),
)  # fmt: skip
"""All other characters that have another form, or go with the one before, are among these."""


def write_tables(scripts: Scripts) -> None:
    """Write `text.js`."""
    scripts.values("text", _ranges(), *_folds(), _joining())


def _ranges() -> list[list[int]]:
    """Return where each kind of character goes on, per kind: how many follow that are of another
    kind, then how many of this one, and so on."""
    return [_lengths(kinds() == kind) for kind in (1, 2, 3)]


def _lengths(marks: Mask) -> list[int]:
    """Return how many characters are unmarked, then marked, and so on; the first is not marked."""
    edges = np.flatnonzero(np.diff(marks)) + 1
    lengths: list[int] = np.diff(edges, prepend=0).tolist()
    return lengths


def _folds() -> tuple[str, list[list[object]]]:
    """Return characters that become another, in pairs, and those that become none or several."""
    # Han are one character each, whatever stands beside them
    traditional = "".join(map(chr, _HAN))
    both = zip(traditional, normalise(traditional), strict=True)
    singles, others = [char + simple for char, simple in both if char != simple], []
    for code in _CHANGING:
        char = chr(code)
        folded = normalise(char)
        if folded == _plainly(char):
            continue
        if len(folded) == 1:
            singles.append(char + folded)
        else:
            others.append([code, folded])
    return "".join(singles), others


def _plainly(char: str) -> str:
    """Return what any browser makes of a character."""
    return unicodedata.normalize("NFKC", char).lower()


def _joining() -> list[int]:
    """Return which characters go with the one before, in ranges as above."""
    marks = np.zeros(_CODES, np.bool_)
    marks[list(_joiners())] = True
    return _lengths(marks)


def _joiners() -> Iterator[int]:
    for code in _CHANGING:
        folded = normalise(chr(code))
        if (
            not folded
            or 0x1160 <= code <= 0x11FF
            or unicodedata.combining(unicodedata.normalize("NFKC", chr(code))[0])
        ):
            yield code
