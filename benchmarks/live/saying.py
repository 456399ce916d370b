"""How it is talked on a played platform: messages one after another, and commands."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from random import Random

from benchmarks.live.platforms import Played
from benchmarks.live.talk import Talk, probe_word

_TICK = 0.01
"""Seconds in which many messages are said at once, where they come faster than one by one."""
_FAST = 500
"""Messages a second from which on they come that way."""


class Flow:
    """Messages that come one after another, in a thread."""

    def __init__(
        self, played: Played, rate: float, number: int, every: int, words: str, seed: int,
        same: bool = False,
    ) -> None:  # fmt: skip
        self._played = played
        self._random = Random(f"{seed} flow")
        self._talk = Talk(seed)
        self._rate, self._number = rate, number
        self._every, self._words = every, words
        self._same = same
        """One probe again and again: what nobody hears is said in vain on WeChat."""
        self._stop = threading.Event()
        self.said = 0
        self.probes: list[float] = []
        self.late = 0.0
        """Seconds by which the worst message was said later than it should have been."""
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        begin = time.perf_counter()
        for at, count in beats(self._rate, self._number, self._random):
            wait = begin + at - time.perf_counter()
            if wait > 0:
                time.sleep(wait)
            self.late = max(self.late, -wait)
            if self._stop.is_set():
                return
            texts = [self._text() for _ in range(count)]
            self._played.say(texts)

    def _text(self) -> str:
        text = self._talk.next()
        self.said += 1
        if self._every and self.said % self._every == 0:
            number = 0 if self._same else len(self.probes)
            text = f"{text} {probe_word(self._words, number)}"
            self.probes.append(time.perf_counter())
        return text

    def hush(self) -> None:
        """Say no more."""
        self._stop.set()
        self._thread.join()

    def wait(self) -> None:
        """Wait until everything is said."""
        self._thread.join()


def beats(rate: float, number: int, random: Random) -> Iterator[tuple[float, int]]:
    """Yield when messages come (seconds from the beginning) and how many: by chance where they are
    few, as people speak; in regular heaps where they are many."""
    at, left = 0.0, number
    while left > 0:
        count = min(left, max(1, round(rate * _TICK))) if rate >= _FAST else 1
        yield at, count
        left -= count
        at += count / rate if rate >= _FAST else random.expovariate(rate)


class Asking:
    """Commands given at a steady pace, and how long each answer took."""

    def __init__(self, played: Played, texts: list[str], rate: float) -> None:
        self._played, self._texts, self._rate = played, texts, rate
        self._asked: list[tuple[int, float]] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        for text in self._texts:
            at = time.perf_counter()
            (number,) = self._played.say([text])
            self._asked.append((number, at))
            time.sleep(max(0.0, at + 1 / self._rate - time.perf_counter()))

    def wait(self) -> list[float]:
        """Return the seconds each command took; those without an answer within 5 s are inf."""
        self._thread.join()
        patience = time.monotonic() + 5
        while len(self._played.answers()) < len(self._asked) and time.monotonic() < patience:
            time.sleep(0.02)
        answered = dict(self._played.answers())
        return [answered.get(number, float("inf")) - at for number, at in self._asked]
