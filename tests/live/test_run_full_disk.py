"""A disk that fills while people talk: nothing is acknowledged until there is room."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from accounts import TECH_KEY, all_acknowledged, approved, telegram, telegram_group
from bot_api import FakeBotApi
from bot_api_updates import ALICE, BOB
from operated import PROGRAM, Operated, until


@pytest.fixture
def on_small_disk(tmp_path: Path) -> Iterator[tuple[FakeBotApi, Operated, Path]]:
    """A run whose data folder is a file system of 8 MiB, and where that is seen from here."""
    disk = tmp_path / "data"
    disk.mkdir()
    tried = subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", str(disk)])
    if tried.returncode != 0:
        pytest.skip("no file system can be mounted here")
    mount = f'mount -t tmpfs -o size=8m tmpfs {disk} && exec "$@"'
    with (
        telegram_group() as api,
        Operated(tmp_path, telegram(api), approved(TECH_KEY)) as operated,
    ):
        operated.program = ["unshare", "-rm", "sh", "-c", mount, "sh", PROGRAM]
        operated.start()
        yield api, operated, Path(f"/proc/{operated.pid}/root{disk}")


def fill(disk: Path) -> Path:
    """Leave no byte free; return the file to remove."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (65_536, 512):
            with suppress(OSError):
                while file.write(bytes(size)):
                    pass
    return ballast


def test_a_full_disk_acknowledges_nothing_and_loses_nothing(
    on_small_disk: tuple[FakeBotApi, Operated, Path],
) -> None:
    """Fault 39, with an answer waiting to be said and a photo waiting to be fetched."""
    api, operated, disk = on_small_disk
    first = api.say("还有地方", sender=BOB)
    operated.finds("还有地方")
    pause = {"status": 429, "description": "Too Many Requests: retry after 1", "retry_after": 1}
    api.fail("sendMessage", **pause)
    api.fail("getFile", **pause)
    photo = api.add_file(os.urandom(50_000), "photos/file_1.jpg")
    pictured = api.say(sender=BOB, photo=[photo | {"width": 9, "height": 9}], caption="照片")
    api.say("/帮助", sender=BOB)
    operated.finds("照片")
    all_acknowledged(api)
    ballast = fill(disk)
    acknowledged = api.queue.confirmed
    for number in range(40):
        api.say(f"满了以后 {number} " + "字" * 400, sender=BOB)
    api.say("/精华", sender=ALICE, reply_to=first)
    until(lambda: "alarm account=tg" in operated.said())
    time.sleep(2)
    assert api.queue.confirmed == acknowledged
    assert operated.ended() is None
    assert operated.finds("还有地方") and not operated.search("满了以后")
    ballast.unlink()
    operated.finds('"满了以后 39"')
    until(lambda: len(api.sent) == 2)
    until(lambda: any(path.is_file() for path in (disk / "media").rglob("*")))
    assert operated.search("is:精华")
    assert len(operated.search("满了以后")) == 40
    assert "not fetched" not in str(operated.ask(f"/m/{TECH_KEY}:{pictured}"))
    assert operated.said().count("alarm account=tg") == 1
    assert "Traceback" not in operated.said() and "满了" not in operated.said()
    assert operated.stop() == 0
