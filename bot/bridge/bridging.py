"""The bridge as a part of `chendian run`: looks who agrees, follows what becomes of originals."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Mapping
from contextlib import suppress

from adapters.contract import Adapter
from archive import bridged
from archive.bridge_told import hand_over
from archive.consent import standing
from archive.database import piece
from archive.errors import ArchiveError
from archive.keep import keep
from bot.bridge.composing import Composer
from bot.bridge.crossing import Crossing
from bot.bridge.following import announce, change, take_back, take_essence
from bot.bridge.links import Links, links_of
from bot.bridge.speaking import Copies
from bot.live.capture import Capture
from bot.live.logs import said
from bot.live.sending import Sending

log = logging.getLogger(__name__)

_LOOK = 1.0
"""Seconds between two looks whether anything has changed."""


class Bridging:
    """Everything the configured bridges do."""

    def __init__(self, capture: Capture, sending: Sending) -> None:
        self._capture = capture
        self._sending = sending
        config = capture.config
        self._crossing = Crossing(capture.adapters)
        self._composer = Composer(capture.archive, config.web.base_url, capture.adapters)
        sending.copies = Copies(capture.archive, self._composer)
        capture.let_cross(self._crossing.cross)
        capture.crossed = self._wake
        self._loop = asyncio.get_running_loop()
        self._some = asyncio.Event()

    def _wake(self) -> None:
        """Called by the thread that keeps what was heard."""
        accounts, self._crossing.waiting = self._crossing.waiting, set()
        if accounts or self._crossing.changed:
            with suppress(RuntimeError):  # the loop may be gone when a process is told to stop
                self._loop.call_soon_threadsafe(self._tell, accounts)

    def _tell(self, accounts: set[str]) -> None:
        for account in accounts:
            self._sending.wake(account)
        if self._crossing.changed:
            self._some.set()

    async def look(self) -> None:
        """Read anew what may cross."""
        links = await asyncio.to_thread(self._links)
        self._crossing.links = self._composer.links = links

    def _links(self) -> Links:
        with self._capture.archive.reading() as db:
            return links_of(db, self._capture.config.bridge, self._capture.adapters)

    async def run(self) -> None:
        """Look and follow until cancelled."""
        adopted = False
        while True:
            self._some.clear()
            self._crossing.changed = False
            try:
                await self.look()
                if not adopted:
                    for account in await self._capture.writer.run(self._adopt):
                        self._sending.wake(account)
                    adopted = True
                for account in await self._capture.writer.run(self._follow):
                    self._sending.wake(account)
                while await self._capture.writer.soon(keep_copies):
                    pass
            except ArchiveError as error:
                log.warning("bridge waits %s", said(why=error.what))
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK):
                    await self._some.wait()

    def _adopt(self, db: sqlite3.Connection) -> set[str]:
        return adopt(db, self._composer.links, self._capture.adapters)

    def _follow(self, db: sqlite3.Connection) -> set[str]:
        adapters, now = self._capture.adapters, int(time.time())
        accounts = take_back(db, adapters, now) | change(db, adapters, now)
        links = self._composer.links
        accounts |= announce(db, links)
        return accounts | take_essence(db, links, adapters, now)


def adopt(db: sqlite3.Connection, links: Links, adapters: Mapping[str, Adapter]) -> set[str]:
    """Let what waits for an account that is not configured any more be said by the one that speaks
    there now; return the accounts that have more to say."""
    speaking = {link.target: link.account for link in links.all()}
    return {
        account for target, account in speaking.items() if hand_over(db, target, account, adapters)
    }


def keep_copies(db: sqlite3.Connection) -> bool:
    """Let copies stand in the archive of the groups they were said in; tell whether there may be
    more."""
    found = bridged.unkept(db)
    if not found:
        return False
    now = standing(db)
    rows = [
        row
        for _, row in found
        if row is not None and now.keeps(row.group_key)
        and not now.paused_at(row.group_key, row.sent_at or 0)
    ]  # fmt: skip
    # they were said, whatever becomes of the archive: during a reindex nothing is added
    with suppress(ArchiveError), piece(db):
        keep(db, rows)
    bridged.kept(db, [number for number, _ in found])
    return True
