"""Notices when an account no longer works though its gateway says that it does."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from adapters.contract import AdapterError, Door
from adapters.qq_onebot import keys
from adapters.qq_onebot.intake import Intake
from adapters.qq_onebot.link import Link
from adapters.qq_onebot.options import Options

log = logging.getLogger(__name__)

_PROBE_SECONDS = 10.0
_MEND = "log the account in again at the gateway; what was said meanwhile is fetched afterwards"


class Watch:
    """Watches the traffic; when there is none it asks what only a working account can answer."""

    def __init__(
        self, door: Door, intake: Intake, options: Options, back: Callable[[], None]
    ) -> None:
        self._door = door
        self._back = back
        """Called when the account works again."""
        self._intake = intake
        self._quiet = options.quiet_minutes * 60
        self._answer = min(_PROBE_SECONDS, max(self._quiet, 0.5))
        """Seconds an answer may take."""
        self._down: str | None = None
        self._down_since = 0.0
        self._said_so = False
        """Whether the gateway itself said that the account is offline."""
        self._last_probe = time.monotonic()
        self._moved = asyncio.Event()

    @property
    def is_down(self) -> bool:
        """Whether the account is known not to work."""
        return self._down is not None

    def begin(self) -> None:
        """Forget what was known of an earlier connection."""
        self._down, self._said_so = None, False
        self._last_probe = time.monotonic()

    def meta(self, event: dict[str, Any]) -> None:
        """Read a heartbeat: the gateway lives, and may say itself that the account is offline."""
        self._door.heard()
        found = event.get("status")
        status: dict[str, Any] = found if isinstance(found, dict) else {}
        if status.get("online") is False:
            self.fail("the gateway says that the account is offline.")
            self._said_so = True
        elif self._said_so and status.get("online") is True:
            self._said_so = False
            self._last_probe = 0.0  # ask at once whether that is true
            self._moved.set()

    def fail(self, why: str) -> None:
        """Say, once, that the account does not work."""
        if self._down is None:
            self._down, self._down_since = why, time.monotonic()
            log.error("onebot: account down: %s", why)
            self._door.lost(why)
            self._door.alarm(why, _MEND)

    def works(self) -> None:
        """Say that events flow again."""
        if self._down is not None:
            self._down = None
            log.info("onebot: account works again")
            self._door.connected()
            self._back()

    async def run(self, link: Link) -> None:
        """Probe after silence, and more often while the account is down, for ever."""
        tick = min(5.0, self._quiet / 4)
        while True:
            self._moved.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(tick):
                    await self._moved.wait()
            now = time.monotonic()
            silent = now - self._intake.last_message
            if self.is_down and self._intake.last_message > self._down_since:
                self.works()
                continue
            wait = min(self._quiet, 30.0) if self.is_down else self._quiet
            if (self.is_down or silent >= self._quiet) and now - self._last_probe >= wait:
                await self._probe(link)
                self._last_probe = time.monotonic()

    async def _probe(self, link: Link) -> None:
        why = await self._fault(link)
        if why is not None and not self.is_down:
            await asyncio.sleep(min(2.0, self._quiet / 4))
            why = await self._fault(link)  # one slow answer is no fault
        if why is not None:
            self.fail(why)
        else:
            self._door.heard()
            self.works()

    async def _fault(self, link: Link) -> str | None:
        """Return what is wrong with the account; None when it could be asked something real."""
        try:
            status = await link.call("get_status", seconds=self._answer)
            if isinstance(status, dict) and status.get("online") is False:
                return "the gateway says that the account is offline."
            me = await link.call("get_login_info", seconds=self._answer)
            self_id = keys.word(me.get("user_id")) if isinstance(me, dict) else None
            if self_id is None:
                return "no account is logged in at the gateway."
            return await self._fault_in_groups(link, self_id)
        except AdapterError as error:
            log.warning("onebot: probe failed: %s", error.what)
            return f"the account does not answer: {error.what}"

    async def _fault_in_groups(self, link: Link, self_id: str) -> str | None:
        archived = await self._intake.archived()
        listed = await link.call("get_group_list", no_cache=True, seconds=self._answer)
        entries = listed if isinstance(listed, list) else []
        there = {keys.group_key(entry) for entry in entries if isinstance(entry, dict)}
        ours = sorted(archived & there)
        if archived and not ours:
            return "the account is in none of the archived groups any more."
        if not ours:
            return None
        # status and lists come from memory, one's own entry in a group does not
        number = keys.number(self_id)
        await link.call(
            "get_group_member_info",
            group_id=keys.api_id(ours[0]),
            user_id=self_id if number is None else number,
            no_cache=True,
            seconds=self._answer,
        )
        return None
