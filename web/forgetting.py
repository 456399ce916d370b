"""Erases who opted out on a site that runs by itself, where no other part of the program does."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Sequence

from archive.database import Archive
from archive.errors import ArchiveError
from archive.forget_now import forget_now, unfinished

log = logging.getLogger(__name__)


class Forgetting:
    """Works beside the requests; see `web.page.ConsentChanged`."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    async def __call__(self, leaving: str | None) -> None:
        """Begin to erase a person, and return."""
        if leaving is not None:
            # no task: a server that is told to stop waits for it
            asyncio.get_running_loop().run_in_executor(None, self._forget, [leaving])

    def finish(self) -> None:
        """Erase to the end of whom a kill left something."""
        with self._archive.reading() as db:
            left = unfinished(db)
        if left:
            self._forget(left)

    def _forget(self, members: Sequence[str]) -> None:
        try:
            forget_now(self._archive, [], members, "opt out")
        except (ArchiveError, OSError, sqlite3.Error) as error:
            log.error("not forgotten yet why=%s", type(error).__name__)
