"""Finds what matched in the stored text, with the tokeniser's own normaliser."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from archive.text import normalise, places

EXCERPT = 160
"""Characters of a text shown in a list of hits."""

_LEAD = 40
"""Characters shown before the first match."""


def marks_in(text: str, terms: Iterable[str]) -> tuple[tuple[int, int], ...]:
    """Return the (start, end) of what the terms match, in code points, merged and in order."""
    wanted = list(terms)
    if not wanted or not text:
        return ()
    folded, origins = _with_origins(text)
    spans = sorted(
        (origins[start], origins[end - 1] + 1)
        for term in wanted
        for start, end in places(term, folded)
    )
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        while end < len(text) and _joins(text[end]):
            end += 1
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def excerpt_of(
    text: str, marks: tuple[tuple[int, int], ...]
) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Cut a long text to the part around the first match; marks follow."""
    if len(text) <= EXCERPT + _LEAD:
        return text, marks
    start = max(0, marks[0][0] - _LEAD) if marks else 0
    start = 0 if start < _LEAD // 2 else start
    end = min(len(text), start + EXCERPT)
    before, after = "……" if start else "", "……" if end < len(text) else ""
    shift = len(before) - start
    kept = tuple((a + shift, min(b, end) + shift) for a, b in marks if a >= start and a < end)
    return before + text[start:end] + after, kept


_folded = lru_cache(4096)(normalise)


@lru_cache(4096)
def _joins(char: str) -> bool:
    """Tell whether a character makes one with that before it: accents, ﾞ, parts of hangul.

    So do invisible characters, for an accent may stand behind them.
    """
    return (
        not _folded(char)
        or bool(unicodedata.combining(unicodedata.normalize("NFKC", char)[0]))
        or "\u1160" <= char <= "\u11ff"
    )


def _with_origins(text: str) -> tuple[str, list[int]]:
    """Normalise a text, and tell for each resulting character which one it came from."""
    folded: list[str] = []
    origins: list[int] = []
    at = 0
    while at < len(text):
        end = at + 1
        while end < len(text) and _joins(text[end]):
            end += 1
        part = _folded(text[at:end])
        folded.append(part)
        origins += [at] * len(part)
        at = end
    return "".join(folded), origins
