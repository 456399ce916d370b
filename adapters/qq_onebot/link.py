"""One WebSocket to a gateway: events come in, API calls go out and are answered by their echo."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from itertools import count
from typing import Any, Protocol

import msgspec

from adapters.contract import AdapterError, Forbidden, LoginExpired, NotReachable, TooFast

CALL_SECONDS = 15.0
_NO_TOKEN = (1401, 1403)
_NOT_KNOWN = 1404
_FORBIDDEN = (
    "禁言", "移出", "不在群", "不在该群", "被踢", "拉黑", "不是好友", "非好友", "权限",
    "permission", "muted", "not in group", "not friend", "shut up", "been kicked",
)  # fmt: skip
_FORBIDDEN_RESULTS = ('"result": 110', '"result": 120', '"result":110', '"result":120')
"""NTQQ's own numbers for having been removed and for being muted."""
_TOO_FAST = ("频繁", "频率", "too fast", "rate limit", "too many")
_PAUSE = 60.0


class Closed(Exception):
    """The connection is gone."""


class Socket(Protocol):
    """What a link needs of a WebSocket, whoever opened it."""

    async def send(self, text: str) -> None:
        """Send one text frame. Raises Closed."""

    async def receive(self) -> bytes:
        """Return the next frame as it came. Raises Closed."""

    async def close(self, why: str = "") -> None:
        """End the connection; more than once is no error."""

    @property
    def is_local(self) -> bool:
        """Whether the other end is on this machine."""


class Refused(AdapterError):
    """The gateway answered that it could not; `said` are its words, which may quote anything."""

    def __init__(self, action: str, retcode: int, said: str) -> None:
        super().__init__(f"{action} was refused ({retcode}).")
        self.retcode = retcode
        self.said = said


class Head(msgspec.Struct):
    """The part of a frame that tells an answer from an event."""

    echo: Any = None
    retcode: int | None = None
    status: Any = None
    data: msgspec.Raw = msgspec.Raw(b"null")
    message: Any = None
    wording: Any = None
    msg: Any = None
    post_type: str | None = None
    meta_event_type: str | None = None

    @property
    def is_answer(self) -> bool:
        """Whether the frame answers a call (or refuses the connection)."""
        return self.post_type is None and self.retcode is not None


_head = msgspec.json.Decoder(Head).decode


def head_of(frame: bytes) -> Head:
    """Read the head of a frame; an empty one where there is none to read."""
    try:
        return _head(frame)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        pass
    try:
        value = json.loads(frame)
        if not isinstance(value, dict) or value.get("post_type") is not None:
            return Head()
        data = msgspec.Raw(json.dumps(value.get("data")).encode())
        retcode = value.get("retcode")
        return Head(value.get("echo"), retcode if isinstance(retcode, int) else None, data=data)
    except (ValueError, RecursionError):
        return Head()


class Link:
    """Calls the API of one connected gateway."""

    def __init__(self, socket: Socket) -> None:
        self.socket = socket
        self.app = ""
        """`app_name` of get_version_info."""
        self.version = ""
        self.self_id: str | None = None
        self.is_closed = False
        self._numbers = count(1)
        self._waiting: dict[str, tuple[str, asyncio.Future[Head]]] = {}

    async def events(self) -> AsyncIterator[tuple[bytes, Head]]:
        """Yield every frame that is no answer, with its head. Raises Closed, LoginExpired."""
        try:
            while True:
                frame = await self.socket.receive()
                head = head_of(frame)
                if not head.is_answer:
                    yield frame, head
                else:
                    self._answered(head)
        finally:
            self.is_closed = True
            for _, answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(NotReachable("the connection was lost."))
            self._waiting.clear()

    def _answered(self, head: Head) -> None:
        waiting = self._waiting.pop(str(head.echo), None)
        if waiting is not None:
            if not waiting[1].done():
                waiting[1].set_result(head)
        elif head.retcode in _NO_TOKEN:
            # NapCat lets everyone in and says so before it hangs up
            raise LoginExpired("the gateway refuses the access_token.", "set the one it was given")

    async def ask(
        self, action: str, parameters: dict[str, Any], seconds: float = CALL_SECONDS
    ) -> msgspec.Raw:
        """Call an API, return its `data` undecoded. Raises Refused, LoginExpired, NotReachable."""
        echo = f"chendian-{next(self._numbers)}"
        answer: asyncio.Future[Head] = asyncio.get_running_loop().create_future()
        self._waiting[echo] = action, answer
        try:
            frame = {"action": action, "params": parameters, "echo": echo}
            await self.socket.send(msgspec.json.encode(frame).decode())
            # not wait_for: where an answer and a cancellation meet, 3.11 forgets the second
            async with asyncio.timeout(seconds):
                head = await answer
        except TimeoutError:
            raise NotReachable(f"{action} was not answered in {seconds:g} s.") from None
        except Closed:
            raise NotReachable("the connection was lost.") from None
        finally:
            self._waiting.pop(echo, None)
            if answer.done() and not answer.cancelled():
                answer.exception()
        if head.retcode in _NO_TOKEN and head.echo is None:
            raise LoginExpired("the gateway refuses the access_token.")
        if head.retcode not in (0, 1) or head.status == "failed":
            said = next(
                (s for s in (head.wording, head.message, head.msg) if isinstance(s, str) and s), ""
            )
            raise Refused(action, head.retcode or 0, said)
        return head.data

    async def call(self, action: str, seconds: float = CALL_SECONDS, **parameters: Any) -> Any:
        """Call an API and return its `data`. Raises as `ask` does."""
        data = await self.ask(action, parameters, seconds)
        try:
            return msgspec.json.decode(data)
        except (msgspec.MsgspecError, RecursionError):
            try:
                return json.loads(bytes(data))
            except (ValueError, RecursionError):
                raise NotReachable(f"{action} was answered unreadably.") from None


def meant(refused: Refused) -> AdapterError:
    """Return what a refusal means for whoever wanted to send; its words are not repeated."""
    said = refused.said.lower()
    if refused.retcode in _NO_TOKEN:
        return LoginExpired("the gateway refuses the access_token.", "set the one it was given")
    if any(word in said for word in _TOO_FAST):
        return TooFast("QQ says that the account speaks too fast.", _PAUSE)
    if any(word in said for word in (*_FORBIDDEN, *_FORBIDDEN_RESULTS)):
        return Forbidden("the account is muted, or not in that group.", "ask an admin of the group")
    if refused.retcode == _NOT_KNOWN:
        return Forbidden(f"the gateway cannot do that ({refused.what})", "use a newer one")
    return NotReachable(f"{refused.what}", "see the gateway's own log")
