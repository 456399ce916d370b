"""One QQ account behind a OneBot 11 gateway: connections come and go, the account stays."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import suppress
from typing import Any

from starlette.routing import BaseRoute, WebSocketRoute

from adapters.contract import (
    Ability,
    AdapterError,
    Door,
    Envelope,
    Finding,
    LoginExpired,
    MenuLine,
    NotReachable,
    Outgoing,
    Sent,
)
from adapters.qq_onebot import CARRIES, PACE, checking, outbound
from adapters.qq_onebot.duties import Duties
from adapters.qq_onebot.envelope import envelope_of
from adapters.qq_onebot.fetching import fetch
from adapters.qq_onebot.intake import Intake
from adapters.qq_onebot.keys import PLATFORM, word
from adapters.qq_onebot.link import Closed, Link, Socket
from adapters.qq_onebot.memory import Memory
from adapters.qq_onebot.options import Options
from adapters.qq_onebot.progress import progress_of
from adapters.qq_onebot.raw import read
from adapters.qq_onebot.records import records_of
from adapters.qq_onebot.sockets import Accepted, open_socket, receptionist
from adapters.qq_onebot.watch import Watch
from archive.errors import ArchiveError
from archive.records import AnyRecord

log = logging.getLogger(__name__)

_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 2.0
_SHORT_LIFE = 5.0
_LOGIN_PAUSE = 30.0
_ALARM_SECONDS = 300.0
"""After this long without a gateway a person is told."""


class OneBot:
    """An Adapter (adapters/contract.py) for one QQ account."""

    platform = PLATFORM
    abilities: frozenset[Ability] = frozenset(
        ("history", "essence", "media", "files", "roles", "direct")
    )
    sign_in = None
    pace = PACE
    carries = CARRIES

    def __init__(self, options: Options, name: str) -> None:
        self._options = options
        self._name = name
        self._memory = Memory()
        self._link: Link | None = None
        self._arrivals: asyncio.Queue[Accepted] = asyncio.Queue()
        self._socket: Socket | None = None
        self._listening = self._expired = False
        self._self_id: str | None = None
        self._names: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """What the bot is called where people address it with @."""
        return self._names

    def envelope(self, raw: bytes) -> Envelope:
        """Read the envelope of a raw event. Raises AdapterError for what is no event at all."""
        return envelope_of(raw)

    def records(self, raw: bytes) -> list[AnyRecord]:
        """Project a raw event."""
        return records_of(raw)

    async def listen(self, door: Door) -> None:
        """Hand over events until cancelled; reconnects by itself."""
        intake = Intake(door, self._memory)
        progress = progress_of(await door.offset())
        duties = Duties(door, intake, self._memory, self._options, progress)
        watch = Watch(door, intake, self._options, duties.hurry)
        deliver = asyncio.create_task(intake.deliver())
        pause = _FIRST_PAUSE
        self._listening = True
        try:
            while True:
                socket = await self._next_socket(door)
                began = time.monotonic()
                serve = asyncio.create_task(self._serve(socket, door, intake, duties, watch))
                await _first(serve, deliver)
                # one that hangs up at once is not called again at once
                lived = time.monotonic() - began > _SHORT_LIFE
                pause = _FIRST_PAUSE if lived else min(pause * 2, _LONGEST_PAUSE)
                await asyncio.sleep(_LOGIN_PAUSE if self._expired else pause)
        finally:
            self._listening = False
            while not self._arrivals.empty():
                await self._arrivals.get_nowait().close("not listening any more")
            deliver.cancel()
            with suppress(asyncio.CancelledError):
                await deliver
            await intake.finish()

    async def _next_socket(self, door: Door) -> Socket:
        """Wait for a connection, however long it takes; a person is told after a while."""
        began, pause, told, said = time.monotonic(), _FIRST_PAUSE, False, ""
        while True:
            try:
                if self._options.url is not None:
                    return await open_socket(self._options.url, self._options.access_token)
                async with asyncio.timeout(_ALARM_SECONDS):
                    return await self._arrivals.get()
            except LoginExpired as error:
                log.error("onebot: account=%s %s", self._name, error.what)
                door.alarm(error.what, error.hint)
                await asyncio.sleep(_LOGIN_PAUSE)
                continue
            except NotReachable as error:
                what, hint = error.what, error.hint
                if what != said:
                    log.info("onebot: account=%s unreachable: %s", self._name, what)
                    said = what
            except TimeoutError:
                what, hint = "no gateway has connected.", "check its address and access_token"
            if not told and time.monotonic() - began >= _ALARM_SECONDS:
                told = True
                door.alarm(what, hint)
            if self._options.url is not None:
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)

    async def _serve(
        self, socket: Socket, door: Door, intake: Intake, duties: Duties, watch: Watch
    ) -> None:
        """Live through one connection; whatever ends it, another one follows."""
        link = Link(socket)
        why: str | None = "the connection was lost."
        intake.gate.clear()
        watch.begin()
        self._socket, self._expired = socket, False
        try:
            await _any(
                self._read(link, intake, watch),
                self._begin(link, door, intake, duties),
                watch.run(link),
            )
        except LoginExpired as error:
            self._expired, why = True, error.what
            log.error("onebot: account=%s %s", self._name, why)
            door.alarm(error.what, error.hint)
        except (AdapterError, ArchiveError) as error:
            why = error.what
            log.warning("onebot: account=%s %s", self._name, why)
        except asyncio.CancelledError:
            why = None  # whoever stops it knows
            raise
        except Closed as closed:
            log.info("onebot: account=%s connection closed: %s", self._name, closed)
        finally:
            if self._link is not None and not watch.is_down and why is not None:
                door.lost(why)
            self._link = self._socket = None
            await socket.close()

    async def _read(self, link: Link, intake: Intake, watch: Watch) -> None:
        async for frame, head in link.events():
            if head.post_type == "meta_event":
                watch.meta(read(frame).event)
                continue
            if b"bot_offline" in frame and _says_offline(frame):
                watch.fail("QQ logged the account out.")
            await intake.frame(link, frame, head)

    async def _begin(self, link: Link, door: Door, intake: Intake, duties: Duties) -> None:
        """Let events in once it is known what was there before them, then see to the rest."""
        await duties.look_before()
        intake.gate.set()
        me = await link.call("get_login_info")
        me = me if isinstance(me, dict) else {}
        link.self_id = word(me.get("user_id"))
        link.app, link.version = await checking.version_of(link)
        if self._self_id not in (None, link.self_id):
            door.alarm("another account is logged in at the gateway.", "is that meant?")
        self._self_id = link.self_id
        self._names = tuple(str(n) for n in (me.get("nickname"), link.self_id) if n)
        self._link = link
        door.connected()
        log.info("onebot: account=%s app=%s", self._name, link.app)
        await duties.run(link)

    def _connected(self) -> Link:
        if self._link is None:
            raise NotReachable("the gateway is not connected.", "is it running?")
        return self._link

    async def send(self, message: Outgoing) -> Sent:
        """Send one message. Raises AdapterError."""
        return await outbound.say(self._connected(), self._memory, message)

    async def mark_essence(self, group_key: str, message_id: str, marked: bool) -> None:
        """Set or take away 群精华. Raises AdapterError."""
        await outbound.mark(self._connected(), self._memory, group_key, message_id, marked)

    async def role_of(self, group_key: str, member_key: str) -> str | None:
        """Return what somebody is in a group now. Raises AdapterError."""
        return await outbound.role(self._connected(), group_key, member_key)

    def fetch(self, source: str) -> AsyncIterator[bytes]:
        """Stream the bytes of `Attachment.source`. Raises AdapterError."""
        link, options = self._link, self._options
        local = options.local_files
        if local is None:
            local = link is not None and link.socket.is_local
        return fetch(source, link, allow_private=options.allow_private, local_files=local)

    async def check(self) -> list[Finding]:
        """Look whether the account can do its work."""
        if self._link is not None:
            return await checking.check_link(self._link)
        if self._options.url is None:
            return [checking.WAITING, checking.RISK]
        try:
            socket = await open_socket(self._options.url, self._options.access_token)
        except AdapterError as error:
            return [Finding(False, error.what, error.hint), checking.RISK]
        return await checking.check_socket(socket)

    async def close(self) -> None:
        """Let go of the connection."""
        if self._link is not None:
            await self._link.socket.close("closing")

    def routes(self) -> list[BaseRoute]:
        """Return the route to which the gateway connects, when it is the one to."""
        if self._options.listen is None:
            return []
        endpoint = receptionist(self._options.access_token, self._arrived)
        return [WebSocketRoute(self._options.listen, endpoint, name=f"onebot-{self._name}")]

    async def offer_menu(self, lines: Sequence[MenuLine]) -> None:
        """QQ has no menu of commands for such accounts."""

    async def _arrived(self, socket: Accepted, self_id: str) -> str | None:
        """Take in a gateway; a second one of the same account takes the place of the first."""
        if not self._listening:
            return "not listening yet, try again"
        if self._socket is not None:
            if self._self_id not in (None, self_id):
                return "another account is connected"
            await self._socket.close("connected anew")
        while not self._arrivals.empty():
            await self._arrivals.get_nowait().close("connected anew")
        await self._arrivals.put(socket)
        return None


def _says_offline(frame: bytes) -> bool:
    try:
        return read(frame).event.get("notice_type") == "bot_offline"
    except AdapterError:
        return False


async def _any(*tasks: Coroutine[Any, Any, None]) -> None:
    """Run together until the first one ends; its error is raised, the others are stopped."""
    await _first(*(asyncio.create_task(task) for task in tasks), keep=0)


async def _first(*tasks: asyncio.Task[None], keep: int = 1) -> None:
    """Wait for the first to end and raise its error; the last `keep` of them go on."""
    mine = tasks[: len(tasks) - keep] if keep else tasks
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in mine:
            task.cancel()
        await asyncio.gather(*mine, return_exceptions=True)
    errors = [error for task in done if not task.cancelled() and (error := task.exception())]
    # a refused token also breaks the calls that were under way
    for error in sorted(errors, key=lambda error: not isinstance(error, LoginExpired)):
        raise error
