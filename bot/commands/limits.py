"""How many commands are obeyed: a bucket for each person, each group and all together."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

EACH_PERSON = 5
EACH_GROUP = 15
"""A minute; a bot may say 20 in a Telegram group."""
IN_ALL = 20
"""A second."""
POLITE = 60.0
"""Seconds between two requests to slow down, to one person and in one group."""

_REMEMBERED = 10_000

Verdict = Literal["go", "slow", "silent"]


class Limits:
    """Counts commands as they come; nothing of it outlives the process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._all = _Bucket(IN_ALL, IN_ALL, clock())
        self._buckets: dict[str, _Bucket] = {}
        self._warned: dict[str, float] = {}

    def ask(self, person: str, group: str | None, urgent: bool = False) -> Verdict:
        """Tell what becomes of one more command: obey it, ask to slow down, or say nothing.

        What is urgent (leaving, stopping) is counted by itself, so that no flood keeps it out.
        """
        now = self._clock()
        if urgent:
            buckets = [self._bucket(f"urgent {person}", EACH_PERSON, now)]
        else:
            buckets = [self._all, self._bucket(f"person {person}", EACH_PERSON, now)]
            if group is not None:
                buckets.append(self._bucket(f"group {group}", EACH_GROUP, now))
        if all(bucket.has_one(now) for bucket in buckets):
            for bucket in buckets:
                bucket.level -= 1
            return "go"
        places = [f"person {person}", *([f"group {group}"] if group is not None else [])]
        recent = any(now - self._warned.get(place, now - POLITE) < POLITE for place in places)
        if recent or not self._all.has_one(now):
            return "silent"
        self._all.level -= 1
        self._warned |= dict.fromkeys(places, now)
        return "slow"

    def _bucket(self, name: str, each_minute: int, now: float) -> _Bucket:
        if len(self._buckets) > _REMEMBERED:
            self._forget(now)
        found = self._buckets.get(name)
        if found is None:
            found = self._buckets[name] = _Bucket(each_minute, each_minute / 60, now)
        return found

    def _forget(self, now: float) -> None:
        """Drop what says nothing any more: full buckets, old warnings."""
        self._buckets = {n: b for n, b in self._buckets.items() if not b.is_full(now)}
        self._warned = {n: at for n, at in self._warned.items() if now - at < POLITE}


class _Bucket:
    """Fills steadily up to its size; each command takes one out."""

    def __init__(self, size: int, each_second: float, now: float) -> None:
        self._size = size
        self._each_second = each_second
        self._filled_at = now
        self.level = float(size)

    def has_one(self, now: float) -> bool:
        self._fill(now)
        return self.level >= 1

    def is_full(self, now: float) -> bool:
        self._fill(now)
        return self.level >= self._size

    def _fill(self, now: float) -> None:
        gained = max(0.0, now - self._filled_at) * self._each_second
        self.level = min(float(self._size), self.level + gained)
        self._filled_at = now
