"""One process for an account: a lock of the kernel's, which a killed process lets go by itself."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.errors import ArchiveError

FOLDER = "run"
"""Below the archive's folder."""


@contextmanager
def lease(folder: Path, name: str) -> Iterator[None]:
    """Hold an account while a block runs. Raises ArchiveError while another process holds it.

    A process that is stopped but not dead keeps its lease: two must never speak at once.
    """
    place = folder / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    path = place / f"{re.sub(r'[^A-Za-z0-9._-]', '_', name)}.lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip()
            by = f" (process {holder})" if holder else ""
            raise ArchiveError(
                f"another chendian{by} already runs {name} on this archive.",
                "stop that one first, or leave it running",
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)
