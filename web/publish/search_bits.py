"""Numbers as a script can carry them: Rice codes, fifteen bits in every character.

A code is `q` zeros, a one and `r` low bits. The characters are U+4000 to U+BFFF, none of which
means anything to JavaScript, in UTF-16 behind a byte order mark: 7.5 bits a byte where printable
ASCII holds 6.5, and a mark that every browser heeds before what the server says of the encoding.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]

UNIT = 15
_FIRST = 0x4000
_WORD = 60
"""Bits gathered in a machine word: four characters."""
_MASK = np.uint64((1 << _WORD) - 1)
_ONE = np.uint64(1)


class Codes(NamedTuple):
    """A row of codes: zeros, how many low bits, and these."""

    zeros: Numbers
    width: Numbers
    low: Numbers

    @property
    def bits(self) -> Numbers:
        """How long each is."""
        return self.zeros + 1 + self.width


def room_in(size: int) -> int:
    """Return how many bits go into a script of so many bytes."""
    return size * UNIT // 2


def width_of(count: Numbers, span: int) -> Numbers:
    """Return the low bits that make `count` gaps within `span` shortest."""
    middle = span * 9 // (13 * np.maximum(count, 1))
    return np.maximum(np.frexp(middle.astype(np.float64))[1].astype(np.int64) - 1, 0)


def rice(values: Numbers, width: Numbers) -> Codes:
    """Encode numbers from 0 on."""
    return Codes(values >> width, width, values & ((1 << width) - 1))


def gamma(values: Numbers) -> Codes:
    """Encode numbers from 1 on of which nothing is known but that most are small."""
    width = np.frexp(values.astype(np.float64))[1].astype(np.int64) - 1
    return Codes(width, width, values - (1 << width))


def packed(codes: Codes) -> bytes:
    """Return the codes as characters in UTF-16, lowest byte first."""
    ends = np.cumsum(codes.bits)
    if not len(ends):
        return b""
    value = (_ONE << codes.width.astype(np.uint64)) | codes.low.astype(np.uint64)
    word, bit = np.divmod(ends - 1, _WORD)
    room = (_WORD - 1 - bit).astype(np.uint64)
    first = np.flatnonzero(np.diff(word, prepend=-1))
    words = np.zeros(int(word[-1]) + 1, np.uint64)
    words[word[first]] = np.bitwise_or.reduceat((value << room) & _MASK, first)
    # what did not fit stands at the end of the word before; the first word has none
    words[word[first] - 1] |= np.bitwise_or.reduceat(value >> (np.uint64(_WORD) - room), first)
    shifts = np.array([45, 30, 15, 0], np.uint64)
    units = (words[:, None] >> shifts) & np.uint64((1 << UNIT) - 1)
    used = -(-int(ends[-1]) // UNIT)
    return (units.reshape(-1)[:used] + np.uint64(_FIRST)).astype("<u2").tobytes()
