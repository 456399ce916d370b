"""Looks up what archived groups are called, and whether they let the bot hear everything.

QQ opens both to some bots only; who may not ask does without.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

import msgspec

from adapters.contract import AdapterError, Door
from adapters.qq_official import keys
from adapters.qq_official.api import Api, Refused
from adapters.qq_official.event import OURS, dictionary, words
from archive.errors import ArchiveError

_LOOK = 60.0
"""Seconds between two looks for groups not asked about yet."""
_AGAIN = 24 * 3600.0
_PAUSE = 2.5
"""Seconds between two questions: QQ allows 30 a minute."""

_MAY_NOT = (11253, 11254, 11263)
"""QQ lets this bot ask it of no group."""

log = logging.getLogger("chendian.qq_official")


class Groups:
    """What QQ tells of the groups of one bot."""

    def __init__(self, api: Api, door: Door) -> None:
        self._api = api
        self._door = door
        self._asked: dict[str, float] = {}
        self._closed: set[str] = set()
        """What this bot may not ask."""

    async def run(self) -> None:
        """Ask about each archived group once a day, until cancelled."""
        while True:
            for key in await self._archived():
                if time.monotonic() - self._asked.get(key, -_AGAIN) >= _AGAIN:
                    await self._look(key)
            await asyncio.sleep(_LOOK)

    async def _archived(self) -> list[str]:
        try:
            return await self._door.groups()
        except (ArchiveError, OSError):
            return []

    async def _look(self, key: str) -> None:
        self._asked[key] = time.monotonic()
        try:
            info = await self._ask(key, "info")
            title = words(info.get("group_name")).strip()
            if title:
                await self._door.take([_titled(key, title)])
            state = await self._ask(key, "bot_state")
        except (AdapterError, ArchiveError):
            del self._asked[key]  # another time
            return
        setting = words(state.get("recv_msg_setting"))
        if setting and setting != "all":
            self._door.alarm(
                f"a group lets the bot hear only what mentions it ({key}).",
                "its owner opens the bot's page in QQ and lets it receive all messages",
            )

    async def _ask(self, key: str, what: str) -> dict[str, Any]:
        """Ask one thing; nothing is known where QQ does not let this bot ask."""
        if what in self._closed:
            return {}
        await asyncio.sleep(_PAUSE)
        try:
            return dictionary(await self._api.ask("GET", f"/v2/groups/{keys.bare(key)}/{what}"))
        except Refused as error:
            log.info("groups: %s is not told (%d)", what, error.code)
            if error.code in _MAY_NOT:
                self._closed.add(what)
            return {}  # of this group, which the bot may have left


def _titled(key: str, title: str) -> bytes:
    """Make the event that a group is called so; QQ sends none."""
    now = int(time.time())
    body = {"group_openid": keys.bare(key), "title": title, "timestamp": now}
    told = {"op": 0, "t": OURS, "id": f"{keys.fingerprint(title)}-{now // 86_400}", "d": body}
    return msgspec.json.encode(told)
