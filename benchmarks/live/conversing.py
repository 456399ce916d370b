"""People in one group who say what they said when, and what was brought to them."""

from __future__ import annotations

import threading
import time

from benchmarks.live.platforms import Played

_MARK = "#bench"


class Conversing:
    """Says so many numbered messages at a rate, in a thread of its own."""

    def __init__(self, played: Played, name: str, rate: float, number: int) -> None:
        self._played, self._name, self._rate, self._number = played, name, rate, number
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        begin = time.perf_counter()
        for number in range(self._number):
            ahead = begin + number / self._rate - time.perf_counter()
            if ahead > 0:
                time.sleep(ahead)
            self._played.say([f"{_MARK} {self._name} {number} {time.time():.6f} 今天的日志看过了"])

    def wait(self) -> int:
        """Wait until all is said; return how much that is."""
        self._thread.join()
        return self._number


def brought(told: list[tuple[str, float]]) -> list[tuple[str, int, float]]:
    """Return whose messages came in which order, and how many seconds after they were said."""
    found = []
    for text, at in told:
        _, mark, rest = text.partition(f"{_MARK} ")
        if mark:
            name, number, said_at, *_ = rest.split()
            found.append((name, int(number), at - float(said_at)))
    return found
