"""People who never stop talking, each platform in its way, while the program comes and goes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from random import Random

from bot_api import FakeBotApi
from bot_api_updates import ALICE, BOB, CAROL, TECH
from gateway import Gateway
from onebot_world import Event
from qq_gateway import GROUP, QqGateway

RATE = 100
"""Things said a second."""
_EVERY_THIRD = 3
"""Is no new message but an edit, or on QQ a recall."""
_LATEST = 40
"""Messages of which one is edited or taken back."""


class Talking:
    """Says things, `rate` a second, in a thread of its own, as long as the block lasts."""

    def __init__(self, one: Callable[[], object], rate: int = RATE) -> None:
        self._one = one
        self._rate = rate
        self._ended = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Talking:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        began, number = time.monotonic(), 0
        try:
            while not self._ended.wait(max(0.0, began + number / self._rate - time.monotonic())):
                self._one()
                number += 1
        except BaseException as error:
            self._error = error


class TelegramTalk:
    """Messages and edits; what was said is known by message id, its last text last."""

    def __init__(self, api: FakeBotApi, seed: int) -> None:
        self.said: dict[int, list[str]] = {}
        self._api = api
        self._chance = Random(seed)
        self._number = 0

    def one(self) -> None:
        """Say something, or edit one of the latest messages."""
        self._number += 1
        sender = (ALICE, BOB, CAROL)[self._number % 3]
        if self._number % _EVERY_THIRD or not self.said:
            text = f"第 {self._number} 句"
            self.said[self._api.say(text, TECH, sender)] = [text]
            return
        number = self._chance.choice(list(self.said)[-_LATEST:])
        text = f"第 {self._number} 句，改过"
        sender = self._api.world.messages[TECH["id"]][number]["from"]
        self._api.say(text, TECH, sender, edit=number)
        self.said[number].append(text)


class QqTalk:
    """Messages and recalls; what is still in the group's history must be archived."""

    def __init__(self, qq: QqGateway, seed: int) -> None:
        self._qq = qq
        self._chance = Random(seed)
        self._number = 0
        self._latest: list[Event] = []

    def one(self) -> None:
        """Say something, or take back one of the latest messages."""
        self._number += 1
        user, text = 20_001 + self._number % 3, f"第 {self._number} 句"
        if self._number % _EVERY_THIRD or not self._latest:
            self._latest.append(self._qq.do(lambda peer: peer.say(GROUP, user, text)))
            del self._latest[:-_LATEST]
        else:
            gone = self._latest.pop(self._chance.randrange(len(self._latest)))
            self._qq.do(lambda peer: peer.recall(gone))


class WechatTalk:
    """Messages; what was said is known by its id, with the time at which it was."""

    def __init__(self, gateway: Gateway) -> None:
        self.said: dict[str, tuple[int, str]] = {}
        """Id → (Unix milliseconds, text)."""
        self._gateway = gateway
        self._number = 0

    def one(self) -> None:
        """Say something."""
        self._number += 1
        at, text = time.time_ns() // 1_000_000, f"第 {self._number} 句"
        key = f"m{self._number}"
        self._gateway.say(text, sender="wxid_lin", key=key, at=at)
        self.said[key] = (at, text)
