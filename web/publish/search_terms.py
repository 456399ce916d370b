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
"""Bits of a message's number in the key of a pair."""
CHAR = 18
"""Bits of each of its two characters."""
PLACES = np.uint64((1 << PLACE) - 1)

_HAN, _WORD, _EMOJI = 1, 2, 3
_KINDS = (
    (_EMOJI, re.compile(f"{EMOJI}+")),
    (_WORD, re.compile(r"[^\W_]+")),
    (_HAN, re.compile(f"{HAN}+")),
)
_BLOCK = 0x800
_CODES = 0x110000
_VARIES = 0xFFFFFFFF
_STEADY = (
    (0, 0x80), (0x2010, 0x2028), (0x2190, 0x2C00), (0x3000, 0x302A), (0x3041, 0x3097),
    (0x30A1, 0x30FB), (0x3400, 0xA000), (0xFF01, 0xFF5F), (0x1F300, 0x1FB00),
)  # fmt: skip
"""What most texts are made of: characters that do not join with others."""


class Terms(NamedTuple):
    """What some messages contain."""

    pairs: Keys
    """(first character, second, message's number), each once, in order."""
    words: dict[str, list[int]]
    """The numbers of the messages that have a word, in order."""


def chars_of(terms: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return both characters of pairs, keys without their places."""
    return terms >> CHAR, terms & ((1 << CHAR) - 1)


@cache
def kinds() -> NDArray[np.uint8]:
    """Return for every character whether it is Han (1), part of a word (2) or an emoji (3)."""
    found = np.zeros(_CODES, np.uint8)
    for first in range(0, _CODES, _BLOCK):
        if 0xD800 <= first < 0xE000:
            continue
        block = "".join(map(chr, range(first, first + _BLOCK)))
        for kind, expression in _KINDS:
            for match in expression.finditer(block):
                found[first + match.start() : first + match.end()] = kind
    return found


@cache
def _folds() -> NDArray[np.uint32]:
    """Return for every character what it becomes, wherever it stands; `_VARIES` where that depends
    on its neighbours, or is not one character."""
    found = np.full(_CODES, _VARIES, np.uint32)
    for first, end in _STEADY:
        chars = "".join(map(chr, range(first, end)))
        folded = normalise(chars)
        if len(folded) == len(chars):
            found[first:end] = np.frombuffer(folded.encode("utf-32-le"), np.uint32)
            continue
        for char in chars:
            if len(folded := normalise(char)) == 1:
                found[ord(char)] = ord(folded)
    return found


def terms_of(texts: Sequence[str], first: int) -> Terms:
    """Tokenise texts; the first has the number `first`."""
    chars, places = _joined(texts)
    folded = _folds()[chars]
    varies = np.unique(places[folded == _VARIES]).tolist()
    if varies:
        done = list(texts)
        for at in varies:
            done[at] = normalise(done[at])
        chars, places = _joined(done)
        folded = _folds()[chars]
        folded = np.where(folded == _VARIES, chars, folded)
    kind = kinds()[folded]
    numbers = (places + first).astype(np.uint64)
    joined = folded.tobytes().decode("utf-32-le")
    return Terms(_pairs(folded, kind, numbers), _words(joined, kind, numbers))


def together(parts: Sequence[Terms]) -> Terms:
    """Return the terms of messages that were tokenised in parts, the oldest first."""
    pairs = np.concatenate([part.pairs for part in parts])
    # parts that are in order already: merged rather than sorted
    pairs.sort(kind="stable")
    words: dict[str, list[int]] = {}
    for part in parts:
        for word, places in part.words.items():
            words.setdefault(word, []).extend(places)
    return Terms(pairs, words)


def _joined(texts: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Return all characters, a zero between two texts, and which text each is of."""
    chars = np.frombuffer("\0".join(texts).encode("utf-32-le"), np.uint32)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts)) + 1
    return chars, np.repeat(np.arange(len(texts)), lengths)[:-1]


def _pairs(chars: NDArray[np.uint32], kind: NDArray[np.uint8], places: Keys) -> Keys:
    han = kind == _HAN
    both = np.zeros(len(chars), bool)
    both[:-1] = han[:-1] & han[1:]
    second = np.zeros(len(chars), np.uint64)
    second[:-1][both[:-1]] = chars[1:][both[:-1]]
    wanted = han | (kind == _EMOJI)
    keys = chars[wanted].astype(np.uint64) << np.uint64(CHAR) | second[wanted]
    keys = keys << np.uint64(PLACE) | places[wanted]
    # numpy's own unique takes a table of hashes first
    keys.sort()
    once: Keys = keys[np.append(True, keys[1:] != keys[:-1])] if len(keys) else keys
    return once


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
