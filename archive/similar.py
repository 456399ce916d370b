"""How alike two questions are, without any model: shared words, synonyms, and what contradicts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from archive.text import normalise

THRESHOLD = 0.55
"""From here on two questions are taken for one: measured by tests/archive/test_similar.py."""

LONGEST = 300
"""Characters of a question that are compared."""

_ONE_SIDED, _BOTH_SIDED = 0.25, 2.0
"""What words only one of them has count against those they share; what each says and the other
does not, more: one has another subject then, and does not only say more."""
_CONTRADICTING = 0.35
_OTHER_KIND = 0.5
_OTHER_ACT = 0.6
_WEIGHT_WORD, _WEIGHT_LATIN, _WEIGHT_NUMBER = 1.0, 1.4, 1.2
_WEIGHT_CHAR = 0.4
_VAGUE = frozenset(("?how", "?what", "?why", "?where"))
"""`怎么`, `什么办法`, `什么原因` and `哪里有` ask for the same often enough."""
_DIGITS = str.maketrans("零一二两三四五六七八九", "01223456789")
_PART = re.compile(r"[a-z]+|\d+(?:\.\d+)*|.", re.DOTALL)
_LETTER = re.compile(r"[^\W\d_]")
_ORDINAL = re.compile(r"第([零一二两三四五六七八九])(?=[期次个章课节届场天周])")


class _Lexicon(NamedTuple):
    found: re.Pattern[str]
    meaning: Mapping[str, str]
    """A way to say it → what stands for all of them; empty: it says nothing of the subject."""
    ways: Mapping[str, tuple[str, ...]]
    contrary: frozenset[frozenset[str]]
    acts: frozenset[str]
    """What can be done with something; who asks for another act asks something else."""


class Words(NamedTuple):
    """What a question says, reduced to what can be compared."""

    weights: Mapping[str, float]
    kinds: frozenset[str]
    """`?how`, `?where`, `?when` … as far as it says what it asks for."""
    numbers: frozenset[str]


@lru_cache(4096)
def words_of(text: str) -> Words:
    """Reduce a question to its words, synonyms as one, without `请问`, `怎么`, `how do I`."""
    lexicon = _lexicon()
    weights: dict[str, float] = {}
    kinds: set[str] = set()
    numbers: set[str] = set()
    plain = _ORDINAL.sub(lambda found: found[0].translate(_DIGITS), normalise(text[:LONGEST]))
    run = ""
    at = 0
    while at < len(plain):
        match = lexicon.found.match(plain, at) or _PART.match(plain, at)
        assert match is not None
        part, at = match[0], match.end()
        meaning = lexicon.meaning.get(part)
        if meaning is None and _is_han(part):
            run += part
            continue
        _note_run(weights, run)
        run = ""
        if meaning is None:
            _note_part(weights, numbers, part, lexicon)
        elif meaning.startswith("?"):
            kinds.add(meaning)
        elif meaning:
            weights[meaning] = _WEIGHT_LATIN if meaning.isascii() else _WEIGHT_WORD
    _note_run(weights, run)
    return Words(weights, frozenset(kinds), frozenset(numbers))


def score(one: str, other: str) -> float:
    """Return how alike two questions are, from 0 to 1."""
    first, second = words_of(one), words_of(other)
    shared = sum(first.weights[word] for word in first.weights.keys() & second.weights)
    if not shared:
        return 0.0
    left = sum(first.weights[word] for word in first.weights.keys() - second.weights)
    right = sum(second.weights[word] for word in second.weights.keys() - first.weights)
    less, more = sorted((left, right))
    found = shared / (shared + _BOTH_SIDED * less + _ONE_SIDED * (more - less))
    if _contradict(first, second):
        found *= _CONTRADICTING
    acts = _lexicon().acts
    one_does, other_does = acts & first.weights.keys(), acts & second.weights.keys()
    if one_does and other_does and one_does.isdisjoint(other_does):
        found *= _OTHER_ACT
    if _asks_otherwise(first.kinds, second.kinds):
        found *= _OTHER_KIND
    return round(found, 4)


def ways_of(text: str) -> list[tuple[str, ...]]:
    """Return for each word of a question the ways in which it may be said, the most telling word
    first."""
    said = words_of(text).weights
    ways = _lexicon().ways
    return [ways.get(word, (word,)) for word in sorted(said, key=lambda word: -said[word])]


def _contradict(first: Words, second: Words) -> bool:
    """Tell whether one names another number, or says the contrary."""
    if first.numbers and second.numbers and first.numbers.isdisjoint(second.numbers):
        return True
    only, others = first.weights.keys() - second.weights, second.weights.keys() - first.weights
    return any(
        (pair & only) and (pair & others) and not (pair <= only or pair <= others)
        for pair in _lexicon().contrary
    )


def _asks_otherwise(first: frozenset[str], second: frozenset[str]) -> bool:
    """Tell whether both say what they ask for, and it is not the same: a price, a time, a place."""
    one, other = first - _VAGUE, second - _VAGUE
    return bool(first and second) and one != other and one.isdisjoint(other)


def _is_han(part: str) -> bool:
    return not part.isascii() and _LETTER.match(part) is not None


def _note_part(weights: dict[str, float], numbers: set[str], part: str, lexicon: _Lexicon) -> None:
    """Note a Latin word or a number; signs and blanks only part runs."""
    if part[0].isdigit():
        numbers.add(part)
        weights[part] = _WEIGHT_NUMBER
    elif part.isascii() and part.isalpha():
        bare = part[:-1] if len(part) > 3 and part.endswith("s") else part
        meaning = lexicon.meaning.get(bare, bare)
        if meaning and not meaning.startswith("?"):
            weights[meaning] = _WEIGHT_LATIN if meaning.isascii() else _WEIGHT_WORD


def _note_run(weights: dict[str, float], run: str) -> None:
    """Note Han that no synonym is known of, character by character: 膝盖疼 is near 膝盖痛."""
    weights |= dict.fromkeys(run, _WEIGHT_CHAR)


@cache
def _lexicon() -> _Lexicon:
    meaning: dict[str, str] = {}
    ways: dict[str, tuple[str, ...]] = {}
    contrary: set[frozenset[str]] = set()
    acts: frozenset[str] = frozenset()
    for line in (Path(__file__).parent / "question_words.txt").read_text("utf-8").splitlines():
        if line.startswith("~"):
            acts |= frozenset(line[1:].split("|"))
        elif " >< " in line:
            contrary.update(map(frozenset, combinations(line.split(" >< "), 2)))
        elif line and not line.startswith("#"):
            name, _, said = line.partition(":")
            ways[name] = tuple(dict.fromkeys(map(normalise, said.split("|"))))
            meaning |= dict.fromkeys(ways[name], name)
    longest = sorted(meaning, key=len, reverse=True)
    edged = (
        rf"(?<![a-z]){re.escape(way)}(?![a-z])" if way[-1].isascii() else re.escape(way)
        for way in longest
    )
    return _Lexicon(re.compile("|".join(edged)), meaning, ways, frozenset(contrary), acts)
