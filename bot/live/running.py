"""`chendian run`: everything that lives in one process, begun together and ended in order."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sqlite3
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Literal, Protocol

from adapters.contract import Adapter, AdapterError
from archive import consent
from archive.access import operator
from archive.database import Archive
from archive.errors import ArchiveError, NotFound
from archive.group_settings import may_configure, setting_of
from archive.groups import get_group, set_visibility
from archive.inbox import Inbox
from archive.questions import set_offers, wants_offers
from archive.turns import Turns
from bot.accounts import make_adapters
from bot.bridge.bridging import Bridging
from bot.config import Config, ConfigError
from bot.jobs.backups import Backups
from bot.jobs.compute import in_child
from bot.jobs.job import Place
from bot.jobs.running import Jobs
from bot.live.capture import Capture
from bot.live.connections import Connections
from bot.live.door import AccountDoor
from bot.live.fetching import Fetching
from bot.live.forgetting import Forgetting
from bot.live.housekeeping import Housekeeping
from bot.live.leases import Lease, lease, stand_by
from bot.live.logs import said
from bot.live.metrics import Metrics
from bot.live.obeying import Obeying
from bot.live.offering import Offering
from bot.live.sending import Sending
from bot.live.site import Site
from bot.live.writer import Writer

if TYPE_CHECKING:
    from bot.live.ingesting import Ingesting

log = logging.getLogger(__name__)

Part = Literal["capture", "jobs", "web"]
PARTS: tuple[Part, ...] = ("capture", "jobs", "web")

_AGAIN = 5.0
"""Seconds before an adapter or a part that broke is begun anew."""
_LAST_SECONDS = 4.0
"""For everything to end in order once the process is told to stop."""


def run(
    archive: Archive,
    config: Config,
    adapters: dict[str, Adapter],
    parts: set[Part],
    silence: float | None = None,
) -> None:
    """Run until told to stop. Raises ArchiveError while another process holds an account; with
    `silence` it stands by instead, until that one ends or gives no sign of life for so long."""
    if "capture" in parts and not adapters and "web" not in parts:
        raise ConfigError(
            "there is no account to capture from.", "add one: see config.example.toml"
        )
    # its threads hand over to each other many times an event; Python's 5 ms would add up
    sys.setswitchinterval(0.0005)
    with ExitStack() as held:
        holds: Lease | None = None
        if "capture" in parts:
            if silence is None:
                holds = held.enter_context(lease(archive.folder, "capture", whole=True))
            else:
                holds = stand_by(held, archive.folder, "capture", silence)
            held.enter_context(Turns(archive.folder).serving())
            for account in adapters:
                held.enter_context(lease(archive.folder, f"account {account}"))
        with asyncio.Runner(loop_factory=event_loop()) as runner:
            runner.run(_Running(archive, config, adapters, parts, holds).run())


def event_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return what makes the faster loop; None where there is none for the system."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


class _Part(Protocol):
    """What runs until it is cancelled."""

    async def run(self) -> None: ...


class _Running:
    """One process's parts."""

    def __init__(
        self,
        archive: Archive,
        config: Config,
        adapters: dict[str, Adapter],
        parts: set[Part],
        lease: Lease | None,
    ) -> None:
        self._lease = lease
        self._archive = archive
        self._config = config
        self._adapters = adapters if "capture" in parts else {}
        self._parts = parts

    async def run(self) -> None:
        archive, config, holds = self._archive, self._config, self._lease
        inbox, metrics = Inbox(archive.folder), Metrics()
        writer = Writer(archive, holds.check if holds else None)
        capture = Capture(archive, inbox, writer, config, metrics)
        connections = Connections(capture)
        sending, fetching = Sending(capture), Fetching(capture)
        forgetting = Forgetting(capture)
        obeying = Obeying(capture, sending, forgetting)
        housekeeping = Housekeeping(capture)
        await writer.run(self._settle_groups)
        await capture.begin(self._adapters, obeying.obey)
        ingesting = self._ingesting(inbox, metrics)
        tasks: list[Coroutine[Any, Any, None]] = [holds.beat()] if holds else []
        if "capture" in self._parts:
            offering = Offering(capture, sending)
            parts: list[_Part] = [capture, connections, sending, fetching, forgetting, offering]
            if config.bridge:
                parts.append(await self._bridging(capture, sending))
            for part in parts:
                tasks.append(_steady(part.run))
            tasks.append(_steady(writer.copy_log))
            tasks.append(_steady(obeying.resume_imports))
            for account, adapter in self._adapters.items():
                door = AccountDoor(account, adapter, capture, connections)
                tasks.append(self._listen(account, adapter, door, capture))
                tasks.append(obeying.offer_menu(account, adapter))
        if "jobs" in self._parts:
            tasks.append(_steady(housekeeping.run))
            tasks.append(_steady(self._jobs(writer, sending).run))
            tasks.append(_steady(Backups(archive, config.backup, capture.alarm).run))
        if "web" in self._parts:
            routes = [route for a in self._adapters.values() for route in a.routes()]
            routes += ingesting.routes() if ingesting else []
            follows = obeying.consent_changed if "capture" in self._parts else None
            site = Site(archive, config, metrics, routes, writer.run, self._adapters, follows)
            tasks.append(site.run())
        log.info("running %s", said(parts=",".join(sorted(self._parts)),
                                    accounts=",".join(self._adapters) or "none"))  # fmt: skip
        # what is there by now stays: to look through it again takes 50 ms each time
        gc.collect()
        gc.freeze()
        try:
            await _until_told(tasks)
        finally:
            if ingesting:
                await ingesting.close()
            await connections.close()
            await self._close(capture, writer, inbox)

    async def _close(self, capture: Capture, writer: Writer, inbox: Inbox) -> None:
        await capture.close()
        await writer.close()
        inbox.close()
        for adapter in self._adapters.values():
            await adapter.close()
        log.info("stopped")

    def _jobs(self, writer: Writer, sending: Sending) -> Jobs:
        def wake() -> None:
            for account in self._adapters:
                sending.wake(account)

        speaking = self._adapters or make_adapters(self._config.accounts)
        place = Place(self._archive, self._config, speaking, in_child)
        return Jobs(place, writer.run, wake)

    async def _bridging(self, capture: Capture, sending: Sending) -> Bridging:
        bridging = Bridging(capture, sending)
        # before anything is heard or said
        await bridging.look()
        return bridging

    def _ingesting(self, inbox: Inbox, metrics: Metrics) -> Ingesting | None:
        if not self._config.ingest:
            return None
        # with it come the readers of exports: 6 MB that others do without
        from bot.live.ingesting import Ingesting

        return Ingesting(self._archive, inbox, self._config, metrics)

    def _settle_groups(self, db: sqlite3.Connection) -> None:
        """Bring what the configuration says of groups into the archive."""
        for key, group in self._config.groups.items():
            if group.archive:
                consent.approve(db, [key])
            elif group.archive is False:
                consent.stop(db, key, by="configuration")
            at_desk = setting_of(db, key, "offers") is not None
            if group.offer not in (None, wants_offers(db, key)) and not at_desk:
                assert group.offer is not None
                set_offers(db, key, group.offer, "configuration")
            try:
                there = get_group(db, operator(), key)
            except NotFound:
                continue
            wanted = group.visibility
            if wanted and there.visibility != wanted and may_configure(db, key, wanted):
                set_visibility(db, key, wanted, "configuration")

    async def _listen(
        self, account: str, adapter: Adapter, door: AccountDoor, capture: Capture
    ) -> None:
        while True:
            try:
                await adapter.listen(door)
            except (AdapterError, ArchiveError) as error:
                door.lost(error.what)
                door.alarm(error.what, error.hint)
            except Exception as error:  # one account must not end the others
                log.exception("listening broke %s", said(account=account))
                door.lost(type(error).__name__)
                capture.alarm(account, f"its adapter broke ({type(error).__name__})", "see the log")
            await asyncio.sleep(_AGAIN)


async def _steady(part: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a part again and again where the archive refuses a step: the others go on."""
    while True:
        try:
            return await part()
        except* (ArchiveError, sqlite3.Error) as group:
            error = group.exceptions[0]
            log.error("interrupted %s", said(why=getattr(error, "what", type(error).__name__)))
        await asyncio.sleep(_AGAIN)


async def _until_told(tasks: list[Coroutine[Any, Any, None]]) -> None:
    """Run the tasks until one ends with an error or the process is told to stop."""
    told = asyncio.Event()
    with _signals(told):
        running = [asyncio.create_task(task) for task in tasks]
        stopping = asyncio.create_task(told.wait())
        waiting = {stopping, *running}
        try:
            while not told.is_set():
                done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in done - {stopping}:
                    task.result()
                    waiting.discard(task)
            asyncio.get_running_loop().call_later(_LAST_SECONDS, _leave)
        finally:
            for task in (*running, stopping):
                task.cancel()
            await asyncio.gather(*running, stopping, return_exceptions=True)


def _leave() -> None:
    """End at once. A kill is safe at any moment, so is this."""
    log.warning("stopped %s", said(why="something still waited; the next start does the rest"))
    logging.shutdown()
    os._exit(0)


@contextmanager
def _signals(told: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
