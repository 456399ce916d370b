"""A backup is one moment of everything, made beside all else, and is restored whole or not."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from live_told import event
from told import T0, TG, damage, full_group, rows, said, texts, told

from archive import backup as backups
from archive import consent
from archive.backup import MANIFEST, back_up
from archive.database import Archive, open_archive
from archive.errors import ArchiveError, Damaged, SchemaTooNew
from archive.inbox import Inbox
from archive.outbox import Draft, due, put
from archive.records import Attachment
from archive.restore import restore
from archive.turns import Turns
from archive.verify import verify


@pytest.fixture
def talk(archive: Archive) -> Archive:
    stored = archive.media.take(io.BytesIO(b"a picture"))
    photo = Attachment("photo", "p.jpg", sha256=stored.sha256, size=stored.size)
    told(
        archive,
        full_group(),
        said("1", "部署指南", attachments=(photo,)),
        said("2", "别的", who="43"),
    )
    with closing(Inbox(archive.folder)) as inbox:
        inbox.store("bot", [event("1"), event("2", sender_key="telegram:43")], "7")
        inbox.done([1])
    return archive


def everything(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_backup_restored_is_the_same_archive(talk: Archive, tmp_path: Path) -> None:
    made = back_up(talk)
    assert made.path.parent == talk.folder / "backups" and made.manifest.messages == 2
    assert (made.path.stat().st_mode & 0o777, len(made.manifest.media)) == (0o700, 1)
    restored = restore(made.path, tmp_path / "new")
    assert (restored.messages, restored.media, restored.replayed.messages) == (2, 1, 0)
    again = open_archive(tmp_path / "new")
    assert verify(again) == [] and texts(again, "部署") == ["部署指南"]
    with closing(Inbox(again.folder)) as inbox:
        assert inbox.offset("bot") == "7" and [e.key for e in inbox.pending()] == ["2"]
    names = {path.name for path in again.folder.iterdir()} - {"run"}
    assert {name[:9] for name in names} == {"archive.d", "inbox.db", "media", "erasures-"}
    assert again.path.stat().st_mode & 0o777 == 0o600


def test_files_are_linked_and_a_forgotten_one_leaves_the_archive(talk: Archive) -> None:
    made = back_up(talk)
    (digest,) = made.manifest.media
    there = made.path / "media" / digest[:2] / digest
    assert there.stat().st_ino == talk.media.path(digest).stat().st_ino
    talk.media.path(digest).unlink()
    second = back_up(talk)
    assert second.manifest.missing == (digest,) and there.read_bytes() == b"a picture"


def test_backup_is_one_moment_while_others_write(talk: Archive, tmp_path: Path) -> None:
    """TRUST 40: rows, counters and index of the copy agree whatever is written meanwhile."""
    told(talk, (said(str(n), f"第 {n} 句 部署", at=T0 + n) for n in range(100, 1500)))
    stop = threading.Event()

    def write() -> None:
        number = 5000
        while not stop.is_set():
            told(talk, said(str(number), f"新的 {number} 部署", at=T0 + number))
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = back_up(talk)
    finally:
        stop.set()
        writer.join()
    restore(made.path, tmp_path / "new")
    again = open_archive(tmp_path / "new")
    assert verify(again) == []
    assert rows(again, "SELECT count(*) FROM messages") == [(made.manifest.messages,)]


def test_newest_are_kept_and_those_of_another_archive_left_alone(
    talk: Archive, new_archive: Callable[[], Archive], tmp_path: Path
) -> None:
    place = tmp_path / "away"
    other = back_up(new_archive_with_its_own_secret(new_archive), place)
    made = [back_up(talk, place, keep=2).path for _ in range(3)]
    assert [path.exists() for path in made] == [False, True, True]
    assert other.path.exists()
    assert sorted(p.name for p in place.glob(".unfinished*")) == []


def new_archive_with_its_own_secret(new_archive: Callable[[], Archive]) -> Archive:
    other = new_archive()
    damage(other, "UPDATE meta SET value = ? WHERE name = 'secret'", "ab" * 32)
    return other


def test_half_a_backup_is_none_and_goes_with_the_next(talk: Archive) -> None:
    def stops(done: int, whole: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up(talk, step=stops)
    place = talk.folder / "backups"
    assert list(place.iterdir()) == []
    made = back_up(talk)
    killed = place / f".unfinished-{made.manifest.archive}-x"
    killed.mkdir()
    back_up(talk)
    assert not killed.exists()


def test_two_backups_at_once_are_refused(talk: Archive) -> None:
    with backups._alone(talk.folder), pytest.raises(ArchiveError, match="wait"):
        back_up(talk)


def test_damaged_archive_pushes_no_good_backup_out(talk: Archive) -> None:
    """TRUST 40."""
    told(talk, (said(str(n), f"第 {n} 句", at=T0 + n) for n in range(100, 900)))
    back_up(talk)
    with closing(sqlite3.connect(talk.path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with talk.path.open("r+b") as file:
        file.seek(talk.path.stat().st_size // 2)
        file.write(os.urandom(40_000))
    with pytest.raises(Damaged, match="chendian verify"):
        back_up(talk, keep=1)
    assert len(list((talk.folder / "backups").glob("backup-*"))) == 1


@pytest.mark.parametrize("name", ["archive.db", "inbox.db", MANIFEST, "media"])
@pytest.mark.parametrize("how", ["cut", "changed", "gone"])
def test_corrupt_backup_is_refused_with_the_next_command(
    talk: Archive, tmp_path: Path, name: str, how: str
) -> None:
    """TRUST 40."""
    good, bad = back_up(talk), back_up(talk)
    path = next((bad.path / name).rglob("*/*")) if name == "media" else bad.path / name
    content = path.read_bytes()
    path.unlink()  # it may be one file with the good one's
    if how != "gone":
        path.write_bytes(content[:-9] if how == "cut" else content[:-9] + b"?" + content[-8:])
    with pytest.raises(ArchiveError) as refused:
        restore(bad.path, tmp_path / "new")
    if (name, how) != (MANIFEST, "gone"):
        assert f"chendian restore {good.path} --data" in refused.value.hint
    assert not (tmp_path / "new").exists() or everything(tmp_path / "new") == {}
    restore(good.path, tmp_path / "new")


def test_backup_of_a_newer_program_is_refused(talk: Archive, tmp_path: Path) -> None:
    """TRUST 40."""
    made = back_up(talk)
    told_so = json.loads((made.path / MANIFEST).read_bytes())
    (made.path / MANIFEST).write_text(json.dumps({**told_so, "schema": "9999"}))
    with pytest.raises(SchemaTooNew, match="docs/install"):
        restore(made.path, tmp_path / "new")
    (made.path / MANIFEST).write_text(json.dumps({"format": 2, "schema": "0006", "new": 1}))
    with pytest.raises(SchemaTooNew, match="docs/install"):
        restore(made.path, tmp_path / "new")


def test_nothing_is_restored_over_an_archive(talk: Archive, tmp_path: Path) -> None:
    made = back_up(talk)
    before = everything(talk.folder)
    with pytest.raises(ArchiveError, match=f"--data {talk.folder}-restored"):
        restore(made.path, talk.folder)
    assert everything(talk.folder) == before
    with pytest.raises(ArchiveError, match="no backup"):
        restore(tmp_path, tmp_path / "new")


def test_restore_that_is_stopped_leaves_no_archive_and_can_be_begun_again(
    talk: Archive, tmp_path: Path
) -> None:
    """TRUST 40."""
    made, new = back_up(talk), tmp_path / "new"

    def stops(done: int, whole: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore(made.path, new, step=stops)
    assert list(new.iterdir()) == []
    (new / ".restoring").mkdir()
    (new / ".restoring" / "archive.db").write_bytes(b"left by a kill")
    restore(made.path, new)
    assert verify(open_archive(new)) == [] and not (new / ".restoring").exists()


def test_folder_whose_archive_was_lost_takes_it_back(talk: Archive) -> None:
    """The backups and the ledger are still in it; nothing else may be, nor anybody at work."""
    made = back_up(talk)
    for path in (talk.path, talk.folder / "inbox.db", talk.media.path(*made.manifest.media)):
        path.unlink()
    for part in ("-wal", "-shm"):
        for name in ("archive.db", "inbox.db"):
            (talk.folder / (name + part)).unlink(missing_ok=True)
    for folder in (*talk.media.folder.iterdir(), talk.media.folder):
        folder.rmdir()
    with Turns(talk.folder).serving(), pytest.raises(ArchiveError, match="in use"):
        restore(made.path, talk.folder)
    restore(made.path, talk.folder)
    assert verify(open_archive(talk.folder)) == []


def test_what_waited_to_be_said_is_not_said_after_a_restore(talk: Archive, tmp_path: Path) -> None:
    with talk.writing() as db:
        put(db, Draft("bot", "旧的回答", TG))
        consent.start(db, TG, by="telegram:42")
    restore(back_up(talk).path, tmp_path / "new")
    with open_archive(tmp_path / "new").reading() as db:
        assert due(db, "bot", 1 << 40) == []
        assert consent.standing(db).keeps(TG)
