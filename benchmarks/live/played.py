"""Plays a platform in a process of its own: `python -m benchmarks.live.played telegram '{…}'`.

Commands come in as JSON lines `{"do", …}`; each is answered `{"ok"}`. Ends with its input.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from benchmarks.live.conversing import Conversing, brought
from benchmarks.live.platforms import OneBot, Played, Telegram, WeChat
from benchmarks.live.saying import Asking, Flow
from benchmarks.live.talk import Talk


class Stage:
    """What may be asked of this process."""

    def __init__(self, played: Any) -> None:
        self._played = played
        self._flow: Flow | None = None
        self._asking: Asking | None = None
        self._conversing: Conversing | None = None

    def start(self, port: int = 0) -> int:
        """Be there."""
        return int(self._played.start(port))

    def say(self, texts: list[str]) -> list[int]:
        """Say texts now."""
        return list(self._played.say(texts))

    def miss(self, number: int, seed: int) -> int:
        """Have said so much while nobody listened."""
        talk = Talk(seed)
        return int(self._played.miss([talk.next() for _ in range(number)]))

    def flow(
        self, rate: float, number: int, every: int, words: str, seed: int, same: bool = False
    ) -> None:
        """Begin to say `number` messages; every so many hold the next probe's word."""
        self._flow = Flow(self._played, rate, number, every, words, seed, same)

    def flowed(self, hush: bool = False) -> dict[str, Any]:
        """Wait for the end of the flow, or end it; return what was said."""
        assert self._flow is not None
        self._flow.hush() if hush else self._flow.wait()
        return {"said": self._flow.said, "probes": self._flow.probes, "late": self._flow.late}

    def ask(self, texts: list[str], rate: float) -> None:
        """Begin to give commands."""
        self._asking = Asking(self._played, texts, rate)

    def asked(self) -> list[float]:
        """Return how long each command took, in seconds; what was never answered as -1."""
        assert self._asking is not None
        return [seconds if seconds < 1e9 else -1.0 for seconds in self._asking.wait()]

    def converse(self, name: str, rate: float, number: int) -> None:
        """Begin to say `number` messages that tell who said them, and when."""
        self._conversing = Conversing(self._played, name, rate, number)

    def conversed(self) -> int:
        """Wait until all of it is said."""
        assert self._conversing is not None
        return self._conversing.wait()

    def heard(self) -> int:
        """Return how many of others' messages were brought so far."""
        return len(brought(self._played.told()))

    def brought(self) -> list[tuple[str, int, float]]:
        """Return what was brought: whose, its number, and the seconds it took."""
        return brought(self._played.told())


_PLATFORMS: dict[str, Callable[..., Played]] = {
    "telegram": Telegram,
    "onebot": OneBot,
    "wechat": WeChat,
}


def main() -> None:
    """Obey until the input ends."""
    sys.setswitchinterval(0.0005)
    kind, setting = sys.argv[1], json.loads(sys.argv[2])
    stage = Stage(_PLATFORMS[kind](**setting))
    for line in sys.stdin:
        told = json.loads(line)
        answer = getattr(stage, told.pop("do"))(**told)
        print(json.dumps({"ok": answer}), flush=True)


if __name__ == "__main__":
    main()
