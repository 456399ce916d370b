"""Brute force over the export: exactly which messages each query must find."""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import msgspec

from benchmarks.export import Line
from benchmarks.wanted import All, Any, Filter, Not, Query, Text, Wanted, walk

# The characters' table is data shared with the program; the code around it is not.
_PAIRS = Path(__file__).parents[1] / "archive" / "simplified.txt"
_HAN = r"\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
_EMOJI = r"\u2190-\u2bff\U0001f000-\U0001faff"
_LATIN = rf"[^\W_{_HAN}]"
_BETWEEN = rf"(?:[^\w{_EMOJI}]|_)"
_PIECE = re.compile(rf"([{_HAN}]+)|({_LATIN}+(?:\+\+|#)?)|[{_EMOJI}]")
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]")


@cache
def _simplified() -> dict[int, str]:
    return {ord(pair[0]): pair[1:] for pair in _PAIRS.read_text("utf-8").split()}


def normalise(text: str) -> str:
    """NFKC, casefold, 繁→简 by character, nothing invisible."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text).translate(_simplified()))


class Found(msgspec.Struct, frozen=True):
    """The messages a query must find, as (sent_at, place in the file), in the file's order."""

    keys: list[str]
    times: list[int]

    def newest(self, count: int) -> tuple[set[str], set[str]]:
        """The keys that the newest `count` must hold, and all that they may: times can be equal."""
        if len(self.keys) <= count:
            return set(self.keys), set(self.keys)
        edge = sorted(self.times, reverse=True)[count - 1]
        dated = list(zip(self.keys, self.times, strict=True))
        return {k for k, t in dated if t > edge}, {k for k, t in dated if t >= edge}


def find(lines: Iterable[Line], queries: list[Query]) -> list[Found]:
    """Judge every message by every query; memory grows with the hits, not with the texts."""
    atoms = list({n: None for q in queries for n in walk(q.wanted) if isinstance(n, Text)})
    tests = [(atom, *_test(atom)) for atom in atoms]
    waiting: dict[Text | None, list[int]] = {}
    for number, query in enumerate(queries):
        triggers: list[Text | None] = [*_triggers(query.wanted)]
        for trigger in triggers or [None]:
            waiting.setdefault(trigger, []).append(number)
    hits = [array("I") for _ in queries]
    keys: list[str] = []
    times = array("q")
    for place, line in enumerate(lines):
        text = normalise(line.text)
        held = {a for a, part, whole in tests if part in text and (whole is None or whole(text))}
        asked = {n for trigger in (*held, None) for n in waiting.get(trigger, ())}
        keys.append(line.key)
        times.append(line.sent_at)
        for number in asked:
            if _holds(queries[number].wanted, held, line):
                hits[number].append(place)
    return [Found([keys[p] for p in found], [times[p] for p in found]) for found in hits]


def _triggers(node: Wanted) -> list[Text]:
    """Texts of which one is in every message that the node can want; none: any message."""
    if isinstance(node, Text):
        return [node]
    if isinstance(node, All):
        choices = [found for part in node.parts if (found := _triggers(part))]
        return max(choices, key=lambda texts: min(len(t.text) for t in texts), default=[])
    if isinstance(node, Any):
        parts = [_triggers(part) for part in node.parts]
        return [text for part in parts for text in part] if all(parts) else []
    return []


def _holds(node: Wanted, held: set[Text], line: Line) -> bool:
    if isinstance(node, Text):
        return node in held
    if isinstance(node, All):
        return all(_holds(part, held, line) for part in node.parts)
    if isinstance(node, Any):
        return any(_holds(part, held, line) for part in node.parts)
    if isinstance(node, Not):
        return not _holds(node.part, held, line)
    return _passes(node, line)


def _passes(node: Filter, line: Line) -> bool:
    return (
        (node.group is None or line.group_key == node.group)
        and (node.person is None or line.sender_key == node.person)
        and (node.since is None or line.sent_at >= node.since)
        and (node.until is None or line.sent_at < node.until)
    )


def _test(atom: Text) -> tuple[str, Callable[[str], object] | None]:
    """Return a substring every match has, and the full test where that is not enough."""
    text = normalise(atom.text)
    pieces = list(_PIECE.finditer(text))
    longest = max((match[0] for match in pieces), key=len)
    if len(pieces) == 1 and not pieces[0][2]:
        return longest, None
    pattern = ""
    former = None
    for match in pieces:
        if former:
            alike = bool((former[1] and match[1]) or (former[2] and match[2]))
            pattern += _BETWEEN + ("+" if alike else "*")
        pattern += re.escape(match[0])
        former = match
    if pieces[0][2]:
        pattern = rf"(?<!{_LATIN})" + pattern
    if pieces[-1][2] and not atom.prefix:
        pattern += rf"(?!{_LATIN})"
    return longest, re.compile(pattern).search
