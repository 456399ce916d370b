"""Backups by the clock: when they are due, made in a child process, told when they fail."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from scene import TG

from archive import backup as backups
from archive.backup import back_up, newest_at
from archive.database import Archive
from archive.errors import Damaged
from archive.keep import keep
from archive.records import Group, Message
from bot.config import BackupConfig
from bot.jobs.backups import Backups

DAY = 86_400


@pytest.fixture
def talk(archive: Archive) -> Archive:
    with archive.writing() as db:
        keep(db, [Group(TG, "技术群"), Message(TG, "1", 1_790_000_000, "telegram:1", "张三")])
    return archive


class Clockwork:
    """Backups with a clock that is set by hand."""

    def __init__(self, archive: Archive, **config: object) -> None:
        self.now = time.time()
        self.alarms: list[tuple[str, str, str]] = []
        options = BackupConfig(**({"every": "1d", "keep": 2} | config))  # type: ignore[arg-type]
        self.backups = Backups(
            archive, options, lambda *told: self.alarms.append(told), clock=lambda: self.now
        )

    def look(self, later: float = 0) -> bool:
        self.now += later
        return asyncio.run(self.backups.look())


def made(place: Path) -> int:
    return len(list(place.glob("backup-*")))


def test_one_is_made_when_the_newest_is_too_old(talk: Archive) -> None:
    clock = Clockwork(talk)
    assert clock.look()
    assert not clock.look(60) and not clock.look(DAY - 120)
    assert clock.look(120)
    assert made(talk.folder / "backups") == 2 and clock.alarms == []


def test_restart_makes_none_before_its_time(talk: Archive) -> None:
    back_up(talk)
    clock = Clockwork(talk)
    assert not clock.look(60) and not Clockwork(talk, every="1w").look(6 * DAY)
    assert clock.look(DAY)


def test_other_folder_is_another_matter(talk: Archive, tmp_path: Path) -> None:
    back_up(talk)
    clock = Clockwork(talk, folder=str(tmp_path / "disk"))
    assert clock.look() and made(tmp_path / "disk") == 1


def test_failure_is_an_alarm_takes_nothing_away_and_is_tried_again(
    talk: Archive, tmp_path: Path
) -> None:
    place = tmp_path / "disk"
    place.write_text("no folder")
    clock = Clockwork(talk, folder=str(place))
    assert not clock.look() and not clock.look(600)
    ((of, what, hint),) = clock.alarms
    assert of == "backup" and what.startswith("no backup was made: ") and "chendian backup" in hint
    place.unlink()
    assert clock.look(3_600) and len(clock.alarms) == 1


def test_older_ones_stay_until_the_new_one_is_checked(
    talk: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = back_up(talk, keep=1)
    digest_of = backups.digest_of
    monkeypatch.setattr(
        backups, "digest_of",
        lambda path: digest_of(path) + ("x" if path.name == "archive.db" and
                                        (path.parent / "manifest.json").exists() else ""),
    )  # fmt: skip
    with pytest.raises(Damaged, match="not what is there"):
        back_up(talk, keep=1)
    assert first.path.exists() and made(first.path.parent) == 1


def test_clock_that_was_ahead_makes_no_backup_after_the_other(talk: Archive) -> None:
    """TRUST 39."""
    ahead = back_up(talk)
    name = ahead.path.name
    ahead.path.rename(ahead.path.with_name("backup-20990101-000000Z" + name[name.rindex("-") :]))
    assert newest_at(talk, ahead.path.parent, int(time.time())) is None
    clock = Clockwork(talk, keep=1)
    assert clock.look() and not clock.look(60) and not clock.look(60)
