"""Writers of one archive take turns: what is live goes before imports and other long jobs.

SQLite lets one process write at a time, and one that writes without a pause keeps the others out
for seconds. Two locks of the kernel's decide instead, which a killed process lets go by itself:
`writing` is held around every write transaction, `wanted` by whoever waits with live messages.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.errors import ArchiveError

BATCH_SECONDS = 0.02
"""How long a job's transaction may take beside live capture."""

_PATIENCE = 1.0
"""Seconds after which a job takes its turn though there is live work without end."""
_LOOKING = 0.001
"""Seconds between two looks of a job whether live work is done."""


class Turns:
    """The locks of one archive's folder. A turn is not taken within another one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "run"

    @contextmanager
    def live(self) -> Iterator[None]:
        """Hold the turn for a live transaction; waits for one batch of a job at most."""
        wanted, writing = self._open("wanted"), self._open("writing")
        try:
            fcntl.flock(wanted, fcntl.LOCK_SH)
            fcntl.flock(writing, fcntl.LOCK_EX)
            yield
        finally:
            # the turn first: a job that sees nobody wanting it finds it free
            os.close(writing)
            os.close(wanted)

    @contextmanager
    def job(self) -> Iterator[None]:
        """Hold the turn for one batch of a job, `BATCH_SECONDS` at most; live work goes first."""
        wanted, writing = self._open("wanted"), self._open("writing")
        give_way_until = time.monotonic() + _PATIENCE
        try:
            while True:
                fcntl.flock(writing, fcntl.LOCK_EX)
                if _free(wanted) or time.monotonic() > give_way_until:
                    break
                fcntl.flock(writing, fcntl.LOCK_UN)
                while not _free(wanted) and time.monotonic() <= give_way_until:
                    time.sleep(_LOOKING)
            yield
        finally:
            os.close(writing)
            os.close(wanted)

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Say, while a block runs, that live capture goes on here."""
        live = self._open("live")
        try:
            fcntl.flock(live, fcntl.LOCK_SH)
            yield
        finally:
            os.close(live)

    def is_live(self) -> bool:
        """Tell whether live capture goes on here, so that jobs must be short."""
        live = self._open("live")
        try:
            return not _free(live)
        finally:
            os.close(live)

    def _open(self, name: str) -> int:
        # each turn opens the files anew: a lock belongs to the opening, so that threads differ
        path = self._folder / f"{name}.lock"
        try:
            return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except FileNotFoundError:
            self._folder.mkdir(parents=True, exist_ok=True)
            return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise ArchiveError(
                f"cannot open {path} ({error.strerror}).",
                "check the folder: may it be written? are too many files open?",
            ) from error


def _free(wanted: int) -> bool:
    """Tell whether nobody waits with live messages."""
    try:
        fcntl.flock(wanted, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(wanted, fcntl.LOCK_UN)
    return True
