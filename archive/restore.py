"""Restores a backup into a new folder, and forgets again what was forgotten since."""

from __future__ import annotations

import os
import shlex
import shutil
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import msgspec

from archive import erasure_ledger
from archive.backup import FOLDER, FORMAT, MANIFEST, Manifest, Step, backups_in
from archive.database import open_archive, transaction
from archive.erasure_ledger import Line
from archive.errors import ArchiveError, Damaged, SchemaTooNew
from archive.inbox.connection import FILE as INBOX
from archive.migrate import SCHEMA
from archive.replay import Replayed, replay
from archive.store import MediaStore
from archive.told_before import not_again
from archive.turns import Turns

DATABASE = "archive.db"
_STAGE = ".restoring"
_MAY_BE_THERE = (FOLDER, "run", _STAGE, "config.toml", "lost+found")
_CHUNK = 1 << 20


class Restored(msgspec.Struct, frozen=True):
    """What was restored, and what of it was forgotten again."""

    messages: int
    """As many as the backup has."""
    media: int
    replayed: Replayed
    ledgers: tuple[Path, ...]
    unreadable: int
    """Lines of the ledgers that cannot be read."""
    put_away: int
    """Digests that were drafted or approved: whether they were sent since is not known."""


def restore(
    backup: Path,
    folder: Path,
    ledgers: Sequence[Path] = (),
    *,
    without_ledger: bool = False,
    step: Step | None = None,
) -> Restored:
    """Make an archive of a backup in a folder that has none; all or nothing of it.

    Raises ArchiveError, SchemaTooNew, Damaged, each with the next command; OSError.
    """
    backup = backup.absolute()
    manifest = read_manifest(backup, folder)
    _refuse_if_used(backup, folder)
    found = _ledgers(backup, folder, manifest.archive, ledgers)
    if not found and not without_ledger:
        raise ArchiveError(
            f"there is no erasures-{manifest.archive}.jsonl beside {backup}: what people had"
            " forgotten since would come back.",
            f"name it: chendian restore {shlex.quote(str(backup))} --data"
            f" {shlex.quote(str(folder))} --erasures FILE",
        )
    lines, unreadable = _read_all(found)
    stage = folder / _STAGE
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(parents=True, mode=0o700)
    try:
        _copy(backup, manifest, stage, folder, step)
        archive = open_archive(stage)
        replayed = replay(archive, lines, manifest.begun)
        with closing(archive.connect_for_writing()) as db:
            with transaction(db):
                away = not_again(db, int(time.time()))
            name = erasure_ledger.name_of(db)
            own = erasure_ledger.lines_of(db)
        # before the archive is there, so that a kill leaves no archive without it
        erasure_ledger.add(folder / name, [*lines, *own])
        _move(stage, folder)
    except BaseException:
        shutil.rmtree(stage, ignore_errors=True)
        raise
    shutil.rmtree(stage)
    return Restored(
        manifest.messages, len(manifest.media), replayed, tuple(found), unreadable, away
    )  # fmt: skip


def read_manifest(backup: Path, folder: Path) -> Manifest:
    """Return what a backup says it consists of, which is checked against itself."""
    try:
        said = (backup / MANIFEST).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise ArchiveError(
            f"{backup} is no backup.", "name one of the folders called backup-DATE"
        ) from None
    try:
        form = msgspec.json.decode(said, type=_Form)
        if form.format <= FORMAT:
            manifest = msgspec.json.decode(said, type=Manifest)
    except msgspec.DecodeError:
        raise _damaged(backup, MANIFEST, folder) from None
    if form.format > FORMAT or manifest.schema > SCHEMA:
        raise SchemaTooNew(
            f"{backup} was made by a newer chendian (schema {form.schema}, this one knows"
            f" {SCHEMA}).",
            "update the program (docs/install.md says how), then run the same command again",
        )
    names = set(manifest.files)
    if manifest.sealed() != manifest or not {DATABASE} <= names <= {DATABASE, INBOX}:
        raise _damaged(backup, MANIFEST, folder)
    return manifest


class _Form(msgspec.Struct):
    format: int
    schema: str


def _damaged(backup: Path, name: str, folder: Path) -> Damaged:
    """Say which file is not what was written, and which backup to take instead."""
    mark = backup.name.rpartition("-")[2]
    others = [other for other in backups_in(backup.parent, mark) if other.name != backup.name]
    earlier = [other for other in others if other.name < backup.name] or others
    hint = "take another backup"
    if earlier:
        other, data = shlex.quote(str(earlier[0])), shlex.quote(str(folder))
        hint = f"take another one: chendian restore {other} --data {data}"
    return Damaged(f"{backup} is damaged: {name} is not what was written.", hint)


def _refuse_if_used(backup: Path, folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ArchiveError(f"{folder} is a file.", "choose another --data")
    there = [
        path.name
        for path in folder.iterdir()
        if path.name not in _MAY_BE_THERE and not path.match("erasures-*.jsonl")
    ]
    if there or ((folder / "run").exists() and Turns(folder).is_live()):
        new = shlex.quote(f"{folder}-restored")
        raise ArchiveError(
            f"{folder} is in use; nothing is restored over what is there.",
            f"restore beside it: chendian restore {shlex.quote(str(backup))} --data {new}",
        )


def _ledgers(backup: Path, folder: Path, mark: str, named: Sequence[Path]) -> list[Path]:
    """Return the ledgers there are: those named, and where an archive keeps its own."""
    name = f"erasures-{mark}.jsonl"
    near = (backup.parent, backup.parent.parent, folder, folder / FOLDER)
    found = [place / name for place in near if (place / name).is_file()]
    return list(dict.fromkeys(path.resolve() for path in (*found, *named)))


def _read_all(paths: Iterable[Path]) -> tuple[list[Line], int]:
    lines: dict[Line, None] = {}
    unreadable = 0
    for path in paths:
        found, lost = erasure_ledger.read(path)
        lines |= dict.fromkeys(found)
        unreadable += lost
    return list(lines), unreadable


def _copy(backup: Path, manifest: Manifest, stage: Path, folder: Path, step: Step | None) -> None:
    """Copy a backup's files; each must be what the manifest says."""
    wanted = [(name, fact.sha256) for name, fact in manifest.files.items()]
    store = MediaStore(Path("media"))
    wanted += [(str(store.path(digest)), digest) for digest in manifest.media]
    for number, (name, digest) in enumerate(wanted, 1):
        try:
            actual = _copy_one(backup / name, stage / name)
        except FileNotFoundError:
            actual = ""
        if actual != digest:
            raise _damaged(backup, name, folder)
        if step is not None:
            step(number, len(wanted))


def _copy_one(source: Path, target: Path) -> str:
    digest = sha256()
    target.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as copy, source.open("rb") as there:
        while chunk := there.read(_CHUNK):
            digest.update(chunk)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    return digest.hexdigest()


def _move(stage: Path, folder: Path) -> None:
    """Put everything in its place, the archive last: it is there when all else is."""
    for name in ("media", INBOX, DATABASE):
        if (stage / f"{name}-wal").exists():
            raise ArchiveError(f"{stage / name} is still in use.", "run the same command again")
        if (stage / name).exists():
            (stage / name).rename(folder / name)
