"""What every room's tests may ask for: empty archives, made once and copied."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

from archive.database import Archive, open_archive

# what lands is judged by the same examples each time; at a desk every run tries others
settings.register_profile("steady", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("steady")

MEMORY = Path("/dev/shm")
ROOM = 2 << 30
"""Bytes that must be free before tests write into memory; they need a tenth of them."""


def pytest_configure() -> None:
    """Let tests write into memory where there is room: it is gigabytes, and a disk makes them wait.

    No test cuts the power, and a kill takes nothing from either.
    """
    if "TMPDIR" not in os.environ and _has_room():
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def _has_room() -> bool:
    try:
        disk = os.statvfs(MEMORY)
        told = Path("/proc/meminfo").read_text().split()
    except OSError:
        return False
    free = min(disk.f_bavail * disk.f_frsize, int(told[told.index("MemAvailable:") + 1]) * 1024)
    return free > ROOM and not disk.f_flag & os.ST_NOEXEC and os.access(MEMORY, os.W_OK)


@pytest.fixture(scope="session")
def empty_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an archive just made; never write to it, see `new_archive`."""
    folder = tmp_path_factory.mktemp("empty")
    open_archive(folder, create=True)
    return folder


@pytest.fixture
def new_archive(empty_archive: Path, tmp_path: Path) -> Callable[[], Archive]:
    """Make one more empty archive at every call."""
    numbers = count()

    def make() -> Archive:
        folder = tmp_path / f"archive-{next(numbers)}"
        shutil.copytree(empty_archive, folder)
        return open_archive(folder)

    return make


@pytest.fixture
def archive(new_archive: Callable[[], Archive]) -> Archive:
    """An empty archive."""
    return new_archive()


@pytest.fixture
def slack() -> float:
    """How many times longer something may take while other work shares the cores."""
    # at its beginning the load does not know yet of the tests that run beside this one
    beside = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    shared = 2 * max(os.getloadavg()[0], beside) / (os.cpu_count() or 1)
    return min(max(1.0, shared), 8.0)
