"""The platforms that are played, each on a real socket."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from pathlib import Path
from typing import Any, Protocol

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "peers"))

from bot_api import FakeBotApi  # type: ignore[import-not-found]
from bot_api_updates import message, private, supergroup, user  # type: ignore[import-not-found]
from onebot import OneBotPeer  # type: ignore[import-not-found]

_FIRST_NUMBER = 50_000_000
"""Of messages: beyond those of any export that is imported into the same groups."""
_BETWEEN_TURNS = 1_000_000
"""Between the numbers of a platform's process and those of the one that takes its place."""
_REMEMBERED = 20_000
"""Messages of a group that the gateway's history holds."""
_AHEAD = 240
"""Seconds by which the clock of what was missed runs ahead; five minutes are believed."""


class Played(Protocol):
    """A platform on a real socket."""

    def start(self, port: int) -> int:
        """Serve on a port, 0 for any free one; return it."""

    def say(self, texts: list[str]) -> list[int]:
        """Say texts at once, in turn in each group; return the numbers of the messages."""

    def answers(self) -> list[tuple[int, float]]:
        """Return the bot's answers so far: the message answered, and when (perf_counter)."""

    def told(self) -> list[tuple[str, float]]:
        """Return what the bot said so far, and when (Unix seconds)."""


class Telegram:
    """A Bot API with supergroups."""

    def __init__(self, groups: list[int], turn: int = 0) -> None:
        self._api = FakeBotApi(first_update=870_000_001 + turn * _BETWEEN_TURNS)
        self._api.world.limits = False
        self._groups = [supergroup(number, f"群{number}") for number in groups]
        self._people = [user(90_000_000 + n, f"群友{n}") for n in range(400)]
        for chat in self._groups:
            self._api.meet(chat, *self._people)
        for person in self._people:
            self._api.meet(private(person), person)
        self._number = _FIRST_NUMBER + turn * _BETWEEN_TURNS
        self._api.world.sent = self._sent = _Stamped()

    def start(self, port: int) -> int:
        self._api._port = port
        self._api.start()
        return int(self._api.url.rpartition(":")[2])

    def say(self, texts: list[str]) -> list[int]:
        numbers, updates = [], []
        for text in texts:
            self._number += 1
            chat = self._groups[self._number % len(self._groups)]
            person = self._people[self._number * 7 % len(self._people)]
            updates.append({"message": message(self._number, chat, person, text=text)})
            numbers.append(self._number)
        self._api.add_updates(updates)
        return numbers

    def answers(self) -> list[tuple[int, float]]:
        return [
            (said["reply_parameters"]["message_id"], at)
            for said, at in zip(list(self._sent), self._sent.times, strict=False)
            if "reply_parameters" in said
        ]

    def told(self) -> list[tuple[str, float]]:
        return [(one["text"], at) for one, at in self._sent.stamped()]


class _Stamped(list[Any]):
    """A list that knows when each of its items came."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []
        self.moments: list[float] = []
        """The same as Unix seconds."""

    def append(self, item: Any) -> None:
        self.times.append(time.perf_counter())
        self.moments.append(time.time())
        super().append(item)

    def stamped(self) -> list[tuple[Any, float]]:
        """Return the items and when they came, Unix seconds."""
        return list(zip(list(self), self.moments, strict=False))


class OneBot:
    """A gateway like NapCat."""

    def __init__(self, groups: list[int], heartbeat: float = 5.0, turn: int = 0) -> None:
        self._groups = groups
        self._peer = OneBotPeer("napcat", heartbeat=heartbeat)
        self._loop = asyncio.new_event_loop()
        self._said = 0
        self._peer.actions.sent = self._sent = _Stamped()
        for group in groups:
            self._peer.world.group(group).last_place += turn * _BETWEEN_TURNS
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def start(self, port: int) -> int:
        asyncio.run_coroutine_threadsafe(self._peer.start(port), self._loop).result(10)
        return int(self._peer.port)

    def say(self, texts: list[str]) -> list[int]:
        async def tell() -> list[int]:
            return [self._one(text) for text in texts]

        return asyncio.run_coroutine_threadsafe(tell(), self._loop).result(60)

    def _one(self, text: str, **how: Any) -> int:
        self._said += 1
        group = self._groups[self._said % len(self._groups)]
        event = self._peer.say(group, 20001 + self._said % 3, text, **how)
        log = self._peer.world.groups[group].log
        if len(log) > 2 * _REMEMBERED:
            del log[:_REMEMBERED]
        return int(event["message_id"])

    def miss(self, texts: list[str]) -> int:
        """Let texts have been said that nobody heard, by a clock that is some minutes ahead: the
        archive looks for nothing older than its own beginning."""
        begin = time.time()
        for number, text in enumerate(texts):
            self._one(text, at=int(begin + _AHEAD * number / len(texts)), told=False)
        return len(texts)

    def answers(self) -> list[tuple[int, float]]:
        return []

    def told(self) -> list[tuple[str, float]]:
        return [
            ("".join(part["data"].get("text", "") for part in given["message"]), at)
            for (_, given), at in self._sent.stamped()
        ]


class WeChat:
    """The real Wechaty gateway over a mock account, where Node and its packages are."""

    def __init__(self, groups: list[int], turn: int = 0) -> None:
        from gateway import Gateway, available  # type: ignore[import-not-found]

        self._gateway = None if available() else Gateway()

    def start(self, port: int) -> int:
        if self._gateway is None:
            return 0
        if port:
            self._gateway.port = self._gateway._setting["port"] = port
        self._gateway.start()
        return int(self._gateway.port)

    def say(self, texts: list[str]) -> list[int]:
        assert self._gateway is not None
        for text in texts:
            self._gateway.say(text)
        return []

    def answers(self) -> list[tuple[int, float]]:
        return []

    def told(self) -> list[tuple[str, float]]:
        assert self._gateway is not None
        return [(one["text"], one["at"] / 1000) for one in self._gateway.do("stamped")]
