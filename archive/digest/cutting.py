"""Cuts a line where a person would: after a sentence, at a phrase mark, never within a word."""

from __future__ import annotations

import re
import unicodedata

from archive.links import LINK

_ENDS = "。！？!?…"
_CLOSING = "”’」』）)"
_MARKS = "；，"
_LAST = 2 / 3
"""Of the length: what stands before would leave too little."""
_WHOLE = re.compile(rf"{LINK.pattern}|[@＠#]?(?a:\w[\w.+*\-/@]*)", re.I)
"""An address, a name, a short code, a Latin word or a number."""
_JOINER = "\u200d"


def cut(line: str, length: int, trail: str = "") -> str:
    """Return a line of at most so many characters: whole, to the end of a sentence or a phrase in
    its last third, or with an ellipsis. `trail` follows where a sentence is parted at a phrase."""
    if len(line) <= length:
        return line
    whole = _whole(line, length + 1)
    least = int(length * _LAST)
    for place in range(length - 1, least, -1):
        if line[place] in _ENDS and not _within(place, whole):
            end = place + 1
            while end < length and line[end] in _CLOSING:
                end += 1
            return line[:end]
    for marks in (_MARKS, " "):
        for place in range(length - len(trail), least, -1):
            if line[place] in marks and not _within(place, whole):
                return line[:place].rstrip(" ,;") + trail
    return line[: safe_end(line, length - 1)].rstrip() + "…"


def safe_end(line: str, length: int) -> int:
    """Return where a line may be cut to have at most so many characters: within no address, word,
    short code or emoji, unless the line begins with it."""
    if len(line) <= length:
        return len(line)
    place = length
    for start, end in _whole(line, length + 1):
        if start < place < end:
            place = start
    place = place or length
    for least in range(place, place // 2, -1):
        if _apart(line, least):
            return least
    return place


def _whole(line: str, until: int) -> list[tuple[int, int]]:
    """Return the spans of what is not parted that begin before a place."""
    found = []
    for match in _WHOLE.finditer(line):
        if match.start() >= until:
            break
        found.append(match.span())
    return found


def _within(place: int, whole: list[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in whole)


def _apart(line: str, place: int) -> bool:
    """Tell whether what stands before and behind a place are signs of their own."""
    if not 0 < place < len(line):
        return True
    before, behind = line[place - 1], line[place]
    if before == _JOINER or _belongs(behind):
        return False
    if not (_is_flag(before) and _is_flag(behind)):
        return True
    flags = 0
    while flags < place and _is_flag(line[place - 1 - flags]):
        flags += 1
    return flags % 2 == 0


def _belongs(sign: str) -> bool:
    """Tell whether a sign changes the one before it: an accent, a skin tone, a joiner, a tag."""
    return (
        sign == _JOINER
        or "\U0001f3fb" <= sign <= "\U0001f3ff"
        or "\U000e0020" <= sign <= "\U000e007f"
        or unicodedata.category(sign) in ("Mn", "Me", "Mc")
    )


def _is_flag(sign: str) -> bool:
    return "\U0001f1e6" <= sign <= "\U0001f1ff"
