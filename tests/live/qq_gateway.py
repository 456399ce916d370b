"""A OneBot gateway in a thread of its own, for tests that do not live in an event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from onebot import OneBotPeer

T = TypeVar("T")

GROUP = 700
KEY = f"qq:{GROUP}"


class QqGateway:
    """Plays a gateway that chendian connects to."""

    def __init__(self, app: str = "napcat") -> None:
        self.peer = OneBotPeer(app, token="geheim-700")
        self.peer.world.group(GROUP)
        self.url = ""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> QqGateway:
        self._thread.start()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def start(self) -> None:
        """Listen; after a `stop` on the same port again."""
        self.url = self._wait(self.peer.start())

    def stop(self) -> None:
        """Go away as a process that ends; groups, history and what is said meanwhile stay."""
        self._wait(self.peer.stop())

    def do(self, does: Callable[[OneBotPeer], T]) -> T:
        """Let something happen in the gateway's own thread; return what `does` returns."""

        async def run() -> T:
            return does(self.peer)

        return self._wait(run())

    def account(self, **more: object) -> str:
        """Return the account's lines in the configuration."""
        lines = {"url": f'"{self.url}"', "access_token": f'"{self.peer.token}"', **more}
        return '[accounts.old-qq]\nplatform = "qq-onebot"\n' + "\n".join(
            f"{name} = {value}" for name, value in lines.items()
        )

    def answers(self) -> list[str]:
        """Return what the bot said, oldest first."""
        return [_words(told["message"]) for _, told in self.peer.sent]

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)


def _words(message: str | list[dict[str, Any]]) -> str:
    if isinstance(message, str):
        return message
    return "".join(part["data"].get("text", "") for part in message)
