"""Two processes of one operator on the same data folder, and a group at each platform's peer."""

from __future__ import annotations

import os
import signal
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

from accounts import ROOM_KEY, TECH_KEY, approved, telegram, telegram_group, wechat
from bot_api import FakeBotApi
from bot_api_updates import ALICE, TECH
from gateway import Gateway, free_port, needed
from operated import Operated, until
from qq_gateway import GROUP, KEY, QqGateway
from qq_open import QQPlatform
from qq_open_events import openid

SILENCE = 2
"""Seconds after which who stands by ends the other."""


class Peer(ABC):
    """A group of one platform: what is said there, and what the bot answers."""

    key: str
    keeps = True
    """What is said while nobody listens is told afterwards."""
    in_order = True
    """So that it is also within a second, where the time tells no more."""

    @abstractmethod
    def account(self) -> str:
        """Return the account's lines in the configuration."""

    @abstractmethod
    def say(self, text: str) -> None:
        """Say something in the group."""

    @abstractmethod
    def answers(self) -> list[str]:
        """Return what the bot said, oldest first."""


class OnTelegram(Peer):
    key = TECH_KEY

    def __init__(self, api: FakeBotApi) -> None:
        self._api = api

    def account(self) -> str:
        return telegram(self._api)

    def say(self, text: str) -> None:
        self._api.say(text, TECH, ALICE)

    def answers(self) -> list[str]:
        return [sent["text"] for sent in list(self._api.sent)]


class OnQq(Peer):
    key = KEY
    in_order = False

    def __init__(self, gateway: QqGateway) -> None:
        self._gateway = gateway

    def account(self) -> str:
        return self._gateway.account()

    def say(self, text: str) -> None:
        self._gateway.do(lambda peer: peer.say(GROUP, 20_001, text))

    def answers(self) -> list[str]:
        return self._gateway.answers()


class OnQqOfficial(Peer):
    key = f"qqbot:{openid('dev')}"

    def __init__(self, qq: QQPlatform, webhook_port: int | None) -> None:
        self._qq = qq
        self._mode = "webhook" if webhook_port else "gateway"
        if webhook_port:
            qq.courier.url = f"http://127.0.0.1:{webhook_port}/hooks/qq"

    def account(self) -> str:
        qq = self._qq
        lines = {"platform": "qq-official", "app_id": qq.app_id, "secret": qq.secret,
                 "api_url": qq.url, "mode": self._mode}  # fmt: skip
        return "[accounts.qq]\n" + "\n".join(f'{k} = "{value}"' for k, value in lines.items())

    def say(self, text: str) -> None:
        self._qq.say("dev", "老板", text)

    def answers(self) -> list[str]:
        return [taken["text"] for taken in list(self._qq.taken)]


class OnWechat(Peer):
    key = ROOM_KEY
    keeps = False

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._one_at_a_time = threading.Lock()

    def account(self) -> str:
        return wechat(self._gateway)

    def say(self, text: str) -> None:
        with self._one_at_a_time:
            self._gateway.say(text, sender="wxid_lin")

    def answers(self) -> list[str]:
        with self._one_at_a_time:
            return [sent["text"] for sent in self._gateway.sent()]


@contextmanager
def met(platform: str, port: int) -> Iterator[Peer]:
    """Serve a platform; `port` is the site's, for those that come to it."""
    with ExitStack() as held:
        if platform == "telegram":
            yield OnTelegram(held.enter_context(telegram_group()))
        elif platform == "qq-onebot":
            yield OnQq(held.enter_context(QqGateway()))
        elif platform == "wechat":
            needed()
            yield OnWechat(held.enter_context(Gateway()))
        else:
            qq = held.enter_context(QQPlatform())
            yield OnQqOfficial(qq, port if platform == "qq-webhook" else None)
            # who is stopped lets no heart beat
            assert set(qq.gateway.complaints) <= {"no heartbeat"}


class Two:
    """Two processes of which one speaks; `say` numbers what is said."""

    def __init__(self, folder: Path, platform: str, held: ExitStack) -> None:
        port = free_port()
        self.peer = held.enter_context(met(platform, port))
        more = approved(self.peer.key)
        one, other = (
            held.enter_context(Operated(folder, self.peer.account(), more, port, f"{name}.txt"))
            for name in ("first", "second")
        )
        self.speaks, self.waits = one, other
        self.said: list[str] = []
        self._numbers = count(1)

    def begin(self) -> None:
        """Start one, and another that stands by."""
        self.speaks.start()
        self.listening(self.speaks)
        self.stand_by()

    def say(self) -> None:
        """Say something that nobody said before."""
        text = f"第 {next(self._numbers)} 句"
        self.peer.say(text)
        self.said.append(text)

    def stand_by(self) -> None:
        """Start the one that does not run."""
        before = len(self.waits.said().encode())
        self.waits.start("--standby", str(SILENCE), ready=False)
        until_said(self.waits, before, "standing by")

    def change(self, how: Callable[[Operated], None]) -> None:
        """Do something to the one that speaks, and wait until the other does."""
        before = len(self.waits.said().encode())
        how(self.speaks)
        until_said(self.waits, before, "connected account=")
        self.speaks, self.waits = self.waits, self.speaks

    @staticmethod
    def listening(one: Operated) -> None:
        """Wait until a process listens."""
        until_said(one, 0, "connected account=")


def until_said(one: Operated, after: int, words: str) -> None:
    """Wait until a process says something in its log."""
    until(lambda: words in one.said(after), 30)


def stop_in_its_tracks(one: Operated) -> None:
    """SIGSTOP: it lives, and does nothing."""
    os.kill(one.pid, signal.SIGSTOP)


def go_on(one: Operated) -> None:
    """SIGCONT."""
    os.kill(one.pid, signal.SIGCONT)
