"""Many texts into terms at once: the tokeniser of `archive.text` for arrays.

A pair is a Han character and the one behind it, or 0 at the end of its run; an emoji stands with 0.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from archive.text import EMOJI, HAN, MAX_TOKEN, normalise

Keys = NDArray[np.uint64]

PLACE = 28
"""Bits of a message's number in the key of a pair; the two characters have 18 each."""
_CHAR = 18
PLACES = np.uint64((1 << PLACE) - 1)

_HAN, _WORD, _EMOJI = 1, 2, 3
_CODES = 0x110000


class Terms(NamedTuple):
    """What some messages contain."""

    pairs: Keys
    """(first character, second, message's number), each once, in order."""
    words: dict[str, list[int]]
    """The numbers of the messages that have a word, in order."""


def pair_key(first: int, second: int) -> int:
    """Return the lowest key of a pair."""
    return (first << _CHAR | second) << PLACE


def chars_of(terms: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return both characters of pairs, keys without their places."""
    return terms >> _CHAR, terms & ((1 << _CHAR) - 1)


@cache
def kinds() -> NDArray[np.uint8]:
    """Return for every character whether it is Han (1), part of a word (2) or an emoji (3)."""
    every = "".join(map(chr, (*range(0xD800), *range(0xE000, _CODES))))
    found = np.zeros(_CODES, np.uint8)
    for kind, expression in ((_EMOJI, EMOJI), (_WORD, r"[^\W_]"), (_HAN, HAN)):
        for match in re.finditer(f"{expression}+", every):
            found[ord(match[0][0]) : ord(match[0][-1]) + 1] = kind
    found[0xD800:0xE000] = 0
    return found


def terms_of(texts: Sequence[str], first: int) -> Terms:
    """Tokenise texts; the first has the number `first`."""
    folded = [normalise(text) for text in texts]
    joined = "\0".join(folded)
    chars = np.frombuffer(joined.encode("utf-32-le"), np.uint32)
    lengths = np.fromiter(map(len, folded), np.int64, len(folded)) + 1
    places = np.repeat(np.arange(first, first + len(texts), dtype=np.uint64), lengths)[:-1]
    kind = kinds()[chars]
    return Terms(_pairs(chars, kind, places), _words(joined, kind, places))


def _pairs(chars: NDArray[np.uint32], kind: NDArray[np.uint8], places: Keys) -> Keys:
    han = kind == _HAN
    both = np.zeros(len(chars), bool)
    both[:-1] = han[:-1] & han[1:]
    second = np.zeros(len(chars), np.uint64)
    second[:-1][both[:-1]] = chars[1:][both[:-1]]
    wanted = han | (kind == _EMOJI)
    keys = chars[wanted].astype(np.uint64) << np.uint64(_CHAR) | second[wanted]
    keys = keys << np.uint64(PLACE) | places[wanted]
    # numpy's own unique takes a table of hashes first
    keys.sort()
    return keys[np.append(True, keys[1:] != keys[:-1])] if len(keys) else keys


def _words(joined: str, kind: NDArray[np.uint8], places: Keys) -> dict[str, list[int]]:
    inside = np.concatenate(([False], kind == _WORD, [False]))
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    starts, ends = edges[::2], edges[1::2]
    found: dict[str, list[int]] = {}
    for start, end, place in zip(
        starts.tolist(), ends.tolist(), places[starts].tolist(), strict=True
    ):
        _note(found, joined[start : min(end, start + MAX_TOKEN)], place)
        if joined[end : end + 1] in "+#" and (sign := _sign(joined, kind, end)):
            _note(found, joined[start : end + len(sign)][-MAX_TOKEN:], place)
    return found


def _note(found: dict[str, list[int]], word: str, place: int) -> None:
    held = found.setdefault(word, [])
    if not held or held[-1] != place:
        held.append(place)


def _sign(joined: str, kind: NDArray[np.uint8], end: int) -> str:
    """Return the `++` or `#` that makes a name of the word before it."""
    sign = "#" if joined[end : end + 1] == "#" else joined[end : end + 2]
    after = end + len(sign)
    ends_there = after >= len(joined) or kind[after] != _WORD
    return sign if sign in ("#", "++") and ends_there else ""
