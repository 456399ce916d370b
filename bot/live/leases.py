"""One process for an account: a lock of the kernel's, which a killed process lets go by itself.

A lease is never taken from a process that lives: who stands by kills one that has given no sign of
life, and has the lock when the kernel has ended it. So nobody can go on who has lost it.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import re
import signal
import stat
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from archive.errors import ArchiveError
from bot.live.logs import said

log = logging.getLogger(__name__)

FOLDER = "run"
"""Below the archive's folder."""

_BEAT = 1.0
"""Seconds between two signs of life."""
_LOOK = 0.25
"""Seconds between two looks whether a lease is free."""


class Lease:
    """An account that is held: by a file, and by the archive's folder where it may be locked."""

    def __init__(self, folder: Path, file: int, whole: int | None) -> None:
        self._folder = folder
        self._file = file
        self._whole = whole

    def check(self) -> None:
        """Raise ArchiveError where another folder has taken the archive's place meanwhile: another
        process may run on that, and only who is told to stop can know."""
        if self._whole is None:
            return
        with suppress(OSError):
            if os.path.samestat(self._folder.stat(), os.fstat(self._whole)):
                return
        raise ArchiveError(
            f"{self._folder} is not the folder any more that this process began with.",
            "stop it, and start it anew",
        )

    async def beat(self) -> None:
        """Give signs of life to who stands by, until cancelled. Raises ArchiveError as `check`."""
        while True:
            self.check()
            with suppress(OSError):
                os.utime(self._file)
            await asyncio.sleep(_BEAT)


@contextmanager
def lease(folder: Path, name: str, whole: bool = False) -> Iterator[Lease]:
    """Hold an account while a block runs. Raises ArchiveError while another process holds it.

    `whole` locks the folder, too: its files in `run/` may be deleted by hand. A process that is
    stopped but not dead keeps its lease: two must never speak at once.
    """
    path = _path(folder, name)
    with ExitStack() as held:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        held.callback(os.close, file)
        directory: int | None = None
        if whole:
            directory = os.open(folder, os.O_RDONLY)
            held.callback(os.close, directory)
        if not (_locked(file) and (directory is None or _locked(directory))):
            raise ArchiveError(
                f"another chendian{_by(file)} already runs {name} on this archive.",
                "stop that one first, or leave it running",
            )
        os.ftruncate(file, 0)
        os.pwrite(file, str(os.getpid()).encode(), 0)
        yield Lease(folder, file, directory)


def _path(folder: Path, name: str) -> Path:
    place = folder / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    return place / f"{re.sub(r'[^A-Za-z0-9._-]', '_', name)}.lock"


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # of a folder some file systems lock none: then the file alone has to do
        if not stat.S_ISDIR(os.fstat(handle).st_mode):
            raise
    return True


def _by(file: int) -> str:
    holder = _holder(file)
    return f" (process {holder})" if holder else ""


def _holder(file: int) -> int | None:
    number = os.pread(file, 32, 0).decode("ascii", "replace").strip()
    return int(number) if number.isascii() and number.isdecimal() else None


def stand_by(held: ExitStack, folder: Path, name: str, silence: float) -> Lease:
    """Wait until nobody holds an account, and hold it then.

    Who holds it and gives no sign of life for `silence` seconds is killed. Looks are counted, not
    time: who stands by may have been stopped itself, and has seen nothing meanwhile.
    """
    path = _path(folder, name)
    seen, looks = (0, 0), 0
    while True:
        try:
            found = held.enter_context(lease(folder, name, whole=True))
        except ArchiveError:
            if looks == 0 and seen == (0, 0):
                log.info("standing by %s", said(why="another process runs", what=name))
        else:
            log.info("takes over %s", said(what=name, stood_by=seen != (0, 0)))
            return found
        sign = _sign(path)
        seen, looks = sign, (looks + 1 if sign == seen else 0)
        if looks * _LOOK >= silence:
            looks = 0
            _end(path, sign)
        time.sleep(_LOOK)


def _sign(path: Path) -> tuple[int, int]:
    with suppress(FileNotFoundError):
        found = path.stat()
        return found.st_mtime_ns, found.st_ino
    return 0, 1


def _end(path: Path, sign: tuple[int, int]) -> None:
    """Kill who holds a lease and is silent, if it is certain which process that is."""
    with ExitStack() as held:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        held.callback(os.close, file)
        holder = _holder(file)
        with suppress(OSError, AttributeError):  # gone by now, another's, or not on Linux
            process = os.pidfd_open(holder or -1)
            held.callback(os.close, process)
            # the number may be another's by now, or mean nothing outside its container
            if holder is not None and _has_open(holder, file) and _sign(path) == sign:
                signal.pidfd_send_signal(process, signal.SIGKILL)
                log.error("killed who was silent %s", said(process=holder))
                return
    log.error("silent %s", said(process=holder or "unknown", do="end it: it cannot be from here"))


def _has_open(process: int, file: int) -> bool:
    here = os.fstat(file)
    for handle in Path(f"/proc/{process}/fd").iterdir():
        with suppress(OSError):
            if os.path.samestat(handle.stat(), here):
                return True
    return False
