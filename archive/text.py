"""How text becomes search tokens: the one tokeniser of index, queries and highlights.

Normalise: NFKC, casefold, 繁→简 character by character, invisible characters dropped.
Tokens: a run of Han, kana or hangul gives its overlapping pairs and then its last character;
letters and digits give words; an emoji is a token of its own. Any substring of a run is therefore
a phrase of neighbouring tokens, and no phrase matches across two runs. A run of Han that is not the
text's first also gives its first character, marked, so that `docker部` is a phrase as well.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from operator import add
from pathlib import Path
from typing import NamedTuple

VERSION = 1
"""Grows with every change to the tokens; a database with another number must be reindexed."""

MAX_TOKEN = 64
"""Characters of a word that count; FTS5 stops at 32 KiB."""

_OTHER_HAN = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c\u3040-\u30ff\u3105-\u312f"
    "\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff\ua960-\ua97f\ud7a4-\ud7ff\uf900-\ufaff"
    "\U0001b000-\U0001b16f\U00020000-\U000323af"
)
_HAN = rf"\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3{_OTHER_HAN}"
"""The first three are most of it, and all of them are letters to Python."""
_EMOJI = "\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_RUN = re.compile(rf"([{_HAN}]+)|([^\W_{_HAN}]+(?:(?:\+\+|#)(?![^\W_{_HAN}]))?)|([{_EMOJI}])")
HAN, EMOJI = f"[{_HAN}]", f"[{_EMOJI}]"
"""What gives pairs and what stands alone, as expressions for one character."""
_MARK = "+"
"""Before the first character of a later run; no word begins with it."""
INVISIBLE = (
    0xAD, 0x34F, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F),
    *range(0x2060, 0x2070), *range(0xFE00, 0xFE10), 0xFEFF, *range(0xE0000, 0xE0200),
)  # fmt: skip


@cache
def _table() -> dict[int, str | None]:
    pairs = (Path(__file__).parent / "simplified.txt").read_text("utf-8").split()
    table: dict[int, str | None] = {ord(pair[0]): pair[1] for pair in pairs}
    table.update(dict.fromkeys(INVISIBLE))
    # what Chinese text is full of, so that most of it needs no NFKC, which costs more than the rest
    usual = (0x3000, 0x2026, *range(0xFF01, 0xFF5F))
    table.update({code: unicodedata.normalize("NFKC", chr(code)) for code in usual})
    return table


def normalise(text: str) -> str:
    """Return the form in which text is compared: width, case and 繁/简 do not matter in it."""
    if text.isascii():
        return text.lower()
    folded = text.translate(_table()).casefold()
    if unicodedata.is_normalized("NFKC", folded):
        return folded
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", folded).casefold())
    return folded.translate(_table())


class Tokens(NamedTuple):
    """What the index holds of a text; each column is tokens separated by spaces."""

    body: str
    chars: str
    """Each Han character once, for queries of one character."""


EMPTY = Tokens("", "")


def tokens(text: str) -> Tokens:
    """Tokenise a text for the index."""
    body: list[str] = []
    runs: list[str] = []
    for han, word, emoji in _RUN.findall(normalise(text)):
        if han:
            if body:
                body.append(_MARK + han[0])
            body += map(add, han, han[1:])
            body.append(han[-1])
            runs.append(han)
        else:
            body += _word(word or emoji)
    return Tokens(" ".join(body), " ".join(dict.fromkeys("".join(runs))))


def _word(word: str) -> list[str]:
    # "c++" and "c#" are found as themselves and as "c"
    bare = word.rstrip("+#")
    return [bare[:MAX_TOKEN]] if bare == word else [bare[:MAX_TOKEN], word[-MAX_TOKEN:]]


class Phrase(NamedTuple):
    """A query term as the index knows it: neighbouring tokens of one column."""

    tokens: tuple[str, ...]
    column: str = "body"
    prefix: bool = False
    """The last token may go on."""


def phrase(term: str) -> Phrase | None:
    """Turn one query term (a word or a quoted phrase) into tokens; None when nothing remains."""
    runs = _RUN.findall(normalise(term))
    found: list[str] = []
    for position, (han, word, emoji) in enumerate(runs, 1):
        last = position == len(runs)
        if not han:
            found += _word(word or emoji)
        elif len(runs) == 1 and len(han) == 1:
            return Phrase((han,), "chars")
        else:
            if position > 1:
                found.append(_MARK + han[0])
            found += map(add, han, han[1:])
            if not last:
                found.append(han[-1])
    return Phrase(tuple(found)) if found else None


def prefix(term: str) -> Phrase | None:
    """Turn `docke*` into tokens of which the last may go on; Han terms are substrings anyway."""
    found = phrase(term)
    if found is None or found.column == "chars" or _RUN.findall(normalise(term))[-1][0]:
        return found
    return found._replace(prefix=True)


_IN_WORD = re.compile(rf"[^\W_{_HAN}]")
_NOT_FOUND = rf"(?:[^\w{_OTHER_HAN}{_EMOJI}]|_)"
"""What stands between two runs of a term: nothing that the index knows."""


def places(term: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield the (start, end) of a term in normalised text, as the index would find it."""
    finder = _finder(term)
    start = 0
    while finder is not None and (match := finder.pattern.search(text, start)):
        edges = zip(finder.before, match.regs[1:], strict=True)
        if any(_goes_on(text, at - 1 if before else at) for before, (at, _) in edges):
            start = match.start() + 1
        else:
            yield match.span()
            start = match.end()


class _Finder(NamedTuple):
    """A term with an empty group at each edge of its words.

    To look at the edges afterwards is the same as to do it within the expression, where the many
    ranges of Han would take 4 ms to compile for each new word.
    """

    pattern: re.Pattern[str]
    before: tuple[bool, ...]
    """For each group whether it stands before a word or behind it."""


@lru_cache(256)
def _finder(term: str) -> _Finder | None:
    star = term.endswith("*")
    found, after_han = "", False
    before: list[bool] = []
    for han, word, emoji in _RUN.findall(normalise(term)):
        if found:
            # two runs of Han are two because something stands between them
            found += _NOT_FOUND + ("+?" if han and after_han else "*?")
        if word:
            found += f"(){re.escape(word)}" + ("" if star else "()")
            before += [True] if star else [True, False]
        else:
            found += re.escape(han or emoji)
        after_han = bool(han)
    return _Finder(re.compile(found), tuple(before)) if found else None


def _goes_on(text: str, at: int) -> bool:
    return 0 <= at < len(text) and _IN_WORD.match(text, at) is not None
