"""Backups by the clock: one whenever the newest is too old, in a process that gives way.

python -m bot.jobs.backups FOLDER PLACE KEEP
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from archive.backup import back_up, newest_at
from archive.database import Archive
from archive.errors import ArchiveError
from bot.config import BackupConfig
from bot.live.leases import lease
from bot.live.logs import said

log = logging.getLogger(__name__)

_LOOK = 60.0
"""Seconds between two looks whether one is due."""
_AGAIN = 3_600
"""Seconds after which one that failed is tried again."""
_NICE = 15
_SECONDS = {"h": 3_600, "d": 86_400, "w": 604_800}

Alarm = Callable[[str, str, str], None]
"""Tells the operator: (of what, what happened, what to do)."""


class Backups:
    """The backups of one archive; of several processes one makes them."""

    def __init__(
        self,
        archive: Archive,
        config: BackupConfig,
        alarm: Alarm,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._archive = archive
        self._config = config
        self._alarm = alarm
        self._clock = clock
        self._tried: float | None = None
        """When the last one was begun here; a clock that is set makes no two."""
        self._failed = False

    async def run(self) -> None:
        """Work until cancelled; at once over where backups are off."""
        with ExitStack() as held:
            while self._config.every != "off":
                try:
                    held.enter_context(lease(self._archive.folder, "backups"))
                    break
                except ArchiveError:  # another process makes them
                    await asyncio.sleep(_LOOK)
            while self._config.every != "off":
                await self.look()
                await asyncio.sleep(_LOOK)

    async def look(self) -> bool:
        """Make a backup if one is due; tell whether one was made."""
        if not await asyncio.to_thread(self._is_due):
            return False
        self._tried = self._clock()
        why = await _in_child(self._archive.folder, self._place(), self._config.keep)
        self._failed = why is not None
        if why is None:
            log.info("backup made %s", said(folder=self._place()))
            return True
        self._alarm("backup", f"no backup was made: {why}", "run: chendian backup")
        return False

    def _place(self) -> Path:
        return (self._archive.folder / self._config.folder).absolute()

    def _is_due(self) -> bool:
        now = self._clock()
        every = int(self._config.every[:-1]) * _SECONDS[self._config.every[-1]]
        pause = min(_AGAIN, every) if self._failed else every
        if self._tried is not None and abs(now - self._tried) < pause:
            return False
        newest = newest_at(self._archive, self._place(), int(now))
        return newest is None or now - newest >= every


async def _in_child(folder: Path, place: Path, keep: int) -> str | None:
    """Make a backup in a child process; return why it could not be made, else None."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.jobs.backups", str(folder), str(place), str(keep),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        _, error = await child.communicate()
    except BaseException:
        if child.returncode is None:
            child.kill()
        await child.wait()
        raise
    if child.returncode == 0:
        return None
    told = error.decode(errors="replace").strip().rpartition("\n")[2]
    return told[:200] or f"it ended with {child.returncode}"


def main() -> int:
    """Make the backup that the command line asks for, behind everything else on the machine."""
    os.nice(_NICE)
    folder, place, keep = sys.argv[1:]
    try:
        back_up(Archive(Path(folder)), Path(place), int(keep))
    except (ArchiveError, OSError) as error:
        sys.stderr.write(f"{getattr(error, 'what', error)}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
