"""Who holds an account, and who may end them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Event, Thread

import pytest

from archive.errors import ArchiveError
from bot.live.leases import lease, stand_by

HOLDS = """
import asyncio, sys
from pathlib import Path
from bot.live.leases import lease

with lease(Path(sys.argv[1]), "capture", whole=True) as held:
    print("holds", flush=True)
    asyncio.run(held.beat())
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(tmp_path)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stdout.readline() == b"holds\n"
        yield process
        process.kill()


def waiting(folder: Path, silence: float, over: Event) -> Thread:
    def wait() -> None:
        with ExitStack() as held:
            stand_by(held, folder, "capture", silence)
            over.set()

    thread = Thread(target=wait, daemon=True)
    thread.start()
    return thread


def test_who_gives_signs_of_life_is_left_alone_and_who_gives_none_is_ended(
    tmp_path: Path, holder: subprocess.Popen[bytes]
) -> None:
    over = Event()
    thread = waiting(tmp_path, 2, over)
    assert not over.wait(3) and holder.poll() is None
    os.kill(holder.pid, signal.SIGSTOP)
    assert over.wait(10)
    assert holder.wait() == -signal.SIGKILL
    thread.join()


def test_a_process_that_cannot_be_proved_to_hold_it_is_not_ended(tmp_path: Path) -> None:
    """Its number may mean another process here: it was written in another container."""
    over = Event()
    with subprocess.Popen(["sleep", "60"]) as stranger:
        with lease(tmp_path, "capture", whole=True):
            number = tmp_path / "run" / "capture.lock"
            number.write_text(str(stranger.pid))
            thread = waiting(tmp_path, 0.5, over)
            assert not over.wait(1.5) and stranger.poll() is None
        thread.join()
        assert over.is_set()
        stranger.kill()


def test_a_lease_knows_when_another_folder_has_taken_its_place(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    with lease(folder, "capture", whole=True) as held:
        held.check()
        folder.rename(tmp_path / "aside")
        with pytest.raises(ArchiveError, match="not the folder any more"):
            held.check()
        folder.mkdir()
        with pytest.raises(ArchiveError, match="not the folder any more"):
            held.check()


def test_a_killed_process_is_followed_at_once(
    tmp_path: Path, holder: subprocess.Popen[bytes]
) -> None:
    over = Event()
    waiting(tmp_path, 60, over)
    time.sleep(0.3)
    holder.kill()
    assert over.wait(2)
