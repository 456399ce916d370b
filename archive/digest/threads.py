"""Gathers messages into threads: by answers, by what they speak of, by nearness in time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from itertools import chain, filterfalse
from operator import add

from archive.digest.noise import is_slight
from archive.digest.said import Heard, Said

_OPEN = 900
"""Seconds for which a thread waits for a message that speaks of the same."""
_NEXT, _OWN = 150, 300
"""Seconds within which a message goes on with what was said last, or by the same person."""
_AT_ONCE = 4
"""Threads that are open in a group at once."""
_FEW = 8
"""Messages in which a pair may always be and still say what they speak of."""
_USUAL = 60
"""A pair in more than one of so many messages says nothing."""
_COUNTED = 2_000
"""Messages, evenly spread, in which it is counted what is everywhere."""
_WORD = re.compile(r"[a-z0-9]{2,}|[^\W\da-z_]{2,}")

Pairs = tuple[str, ...]
"""Words, and pairs of neighbouring signs, some of them twice: a set for each message would cost
more to make, and for the collector to look through, than it saves."""


class Thread:
    """Messages that belong together, oldest first."""

    __slots__ = ("messages", "pairs", "slight")

    def __init__(self) -> None:
        self.messages: list[Said] = []
        self.slight: list[Said] = []
        """Answers that say nothing but that somebody was there."""
        self.pairs: set[str] = set()

    def add(self, one: Said, pairs: Pairs) -> None:
        """Let a message belong to it."""
        self.messages.append(one)
        self.pairs.update(pairs)


def gather(heard: Heard, left_out: set[int]) -> list[Thread]:
    """Return the threads of what was heard, without these messages; nothing is in two."""
    slight = {one.id for one in heard.said if is_slight(one)}
    said = [one for one in heard.said if one.id not in left_out]
    pairs = _telling([(one.id, _pairs(one.plain)) for one in said if one.id not in slight])
    belongs: dict[int, Thread] = {}
    at: dict[tuple[int, str | None], list[Thread]] = {}
    found: list[Thread] = []
    for one in said:
        target = heard.answers.get(one.id)
        thread = belongs.get(target) if target is not None else None
        if one.id in slight:
            if thread is not None:
                thread.slight.append(one)
            continue
        here = at.setdefault((one.group, one.topic), [])
        if thread is None:
            thread = _nearest(one, pairs[one.id], here)
        if thread is None:
            thread = Thread()
            found.append(thread)
        thread.add(one, pairs[one.id])
        belongs[one.id] = thread
        if not here or here[-1] is not thread:
            here[:] = [t for t in here[1 - _AT_ONCE :] if t is not thread] + [thread]
    return found


def _nearest(one: Said, pairs: Pairs, here: list[Thread]) -> Thread | None:
    """Find the thread a message without an answer goes on with; `here` ends in the newest."""
    best, most = None, 1
    for thread in reversed(here):
        if one.at - thread.messages[-1].at <= _OPEN:
            shared = len(thread.pairs.intersection(pairs))
            if shared > most:
                best, most = thread, shared
    if best is not None or not here:
        return best
    last = here[-1].messages[-1]
    gap = one.at - last.at
    return here[-1] if gap <= (_OWN if last.sender == one.sender else _NEXT) else None


def _pairs(plain: str) -> Pairs:
    found: list[str] = []
    for word in _WORD.findall(plain):
        if word.isascii():
            found.append(word)
        else:
            found += map(add, word, word[1:])
    return tuple(found)


def _telling(said: Iterable[tuple[int, Pairs]]) -> dict[int, Pairs]:
    """Take out the pairs that are everywhere."""
    found = dict(said)
    some = list(found.values())[:: max(1, len(found) // _COUNTED)]
    counted = Counter(chain.from_iterable(map(set, some)))
    most = max(_FEW, len(some) // _USUAL)
    usual = {pair for pair, number in counted.items() if number > most}
    return {one: tuple(filterfalse(usual.__contains__, pairs)) for one, pairs in found.items()}
