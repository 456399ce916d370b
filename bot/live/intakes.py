"""Export files that people sent, imported one at a time in a process that gives way."""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path

import msgspec

from bot.commands.command import Intake
from bot.live.logs import said

log = logging.getLogger(__name__)

_LONGEST = 3_600.0
"""Seconds."""


class Intakes:
    """Begins imports; each says itself how it went, through the outbox."""

    def __init__(self, folder: Path, time_zone: str) -> None:
        self._folder = folder
        self._time_zone = time_zone
        self._one = asyncio.Lock()
        self._under_way: set[asyncio.Task[None]] = set()

    def begin(self, intake: Intake) -> None:
        """Import a file once those before it are done."""
        task = asyncio.get_running_loop().create_task(self._import(intake))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _import(self, intake: Intake) -> None:
        async with self._one:
            child = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot.intake", str(self._folder), self._time_zone,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
            try:
                asked = msgspec.json.encode(intake)
                await asyncio.wait_for(child.communicate(asked), _LONGEST)
            finally:
                if child.returncode is None:
                    child.kill()
                    await child.wait()
        log.info("file imported %s", said(account=intake.account, ended=child.returncode))
