"""Files that people want imported, one at a time in a process that gives way; a kill ends none."""

from __future__ import annotations

import asyncio
import logging
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from adapters.contract import AdapterError, NotReachable, TooFast, Unavailable
from archive.errors import ArchiveError
from archive.intakes import begin_intake, waiting_intakes
from bot.commands.command import Intake
from bot.commands.intake import LARGEST
from bot.commands.intake_work import Work, intake_failed, not_fetched, tell
from bot.live.capture import Capture
from bot.live.logs import said

log = logging.getLogger(__name__)

FOLDER = "intake"
"""Below the archive's folder: what was fetched for an import, no longer than that takes."""
_LONGEST = 3_600.0
_FETCHED_WITHIN = 600.0
"""Seconds."""
_PAUSES = (2.0, 5.0, 15.0, 60.0)
"""Seconds between tries to fetch, where the platform does not answer."""
_TRIES = 5
"""Starts of this program after which a file is given up that never came to an end."""


class Intakes:
    """Begins imports; each says itself how it went, through the outbox."""

    def __init__(self, capture: Capture, wake: Callable[[str], None]) -> None:
        self._capture = capture
        self._wake = wake
        self._folder = capture.archive.folder
        self._one = asyncio.Lock()
        self._under_way: dict[str, asyncio.Task[None]] = {}

    async def resume(self) -> None:
        """Begin again what a former process was told to import and did not finish."""
        archive = self._capture.archive
        await asyncio.to_thread(shutil.rmtree, self._folder / FOLDER, ignore_errors=True)
        with archive.reading() as db:
            waiting = waiting_intakes(db)
        for row in waiting:
            self.begin(msgspec.json.decode(row.body, type=Intake))

    def begin(self, intake: Intake) -> None:
        """Import a file once those before it are done."""
        if intake.key not in self._under_way:
            task = asyncio.get_running_loop().create_task(self._import(intake))
            self._under_way[intake.key] = task
            task.add_done_callback(lambda _: self._under_way.pop(intake.key, None))

    async def _import(self, intake: Intake) -> None:
        fetched = self._folder / FOLDER / "export"
        async with self._one:
            try:
                wrong = await self._try(intake, fetched)
            except (ArchiveError, OSError) as error:
                # our own disk; the intake is still noted, the next start tries again
                log.error("not imported %s", said(account=intake.account, why=type(error).__name__))
                return
            finally:
                fetched.unlink(missing_ok=True)
            # where the child could say nothing, this does
            text = wrong or intake_failed(intake)
            await self._capture.writer.run(lambda db: tell(db, intake, text))
        self._wake(intake.account)

    async def _try(self, intake: Intake, fetched: Path) -> str | None:
        """Import a file; return why that was not even begun."""
        row = await self._capture.writer.run(lambda db: begin_intake(db, intake.key))
        if row is None:
            return None
        if row.tries > _TRIES:
            return intake_failed(intake)
        if intake.sha256 is None and (wrong := await self._fetch(intake, fetched)):
            return wrong
        work = Work(intake, str(fetched) if intake.sha256 is None else None, row.asked_at)
        ended = await self._in_child(work)
        log.info("file imported %s", said(account=intake.account, ended=ended))
        return None

    async def _in_child(self, work: Work) -> int | None:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.intake", str(self._folder),
            self._capture.config.timezone, stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        assert child.stdin is not None
        try:
            # it stays open: by its end the child sees that this process is gone
            with suppress(ConnectionError):
                child.stdin.write(msgspec.json.encode(work) + b"\n")
                await child.stdin.drain()
            with suppress(TimeoutError):
                await asyncio.wait_for(child.wait(), _LONGEST)
            return child.returncode
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()

    async def _fetch(self, intake: Intake, to: Path) -> str | None:
        """Fetch a file that was sent to the bot alone; return why it is not there."""
        adapter = self._capture.adapters.get(intake.account)
        if adapter is None or intake.source is None or "media" not in adapter.abilities:
            return not_fetched(intake)
        to.parent.mkdir(mode=0o700, exist_ok=True)
        for pause in (*_PAUSES, None):
            try:
                async with asyncio.timeout(_FETCHED_WITHIN):
                    with to.open("wb") as file:
                        async for chunk in adapter.fetch(intake.source):
                            file.write(chunk)
                            if file.tell() > LARGEST:
                                return not_fetched(intake)
                return None
            except (NotReachable, TooFast) as error:
                if pause is None:
                    return not_fetched(intake)
                await asyncio.sleep(error.seconds if isinstance(error, TooFast) else pause)
            except (AdapterError, TimeoutError) as error:
                why = error.what if isinstance(error, Unavailable) else type(error).__name__
                log.warning("file not fetched %s", said(account=intake.account, why=why))
                return not_fetched(intake)
        return None
