"""Backups: a folder with a copy of both databases, the media and a manifest, made beside all else.

The inbox is copied first and the archive after: what the inbox says to be done is in the archive,
and what it says to be waiting is projected again, which changes nothing.
"""

from __future__ import annotations

import calendar
import fcntl
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from hashlib import sha256
from pathlib import Path

import msgspec

from archive import erasure_ledger
from archive.database import Archive
from archive.errors import ArchiveError, Damaged
from archive.inbox.connection import FILE as INBOX
from archive.migrate import schema_of
from archive.soundness import page_faults
from archive.turns import Turns

FOLDER = "backups"
"""Below the archive's folder, where nothing else is said."""
KEEP = 7
"""Backups kept where nothing else is said."""
FORMAT = 1
MANIFEST = "manifest.json"

_NAME = "backup-%Y%m%d-%H%M%SZ"
_PAGES = 64
"""Pages copied in one step."""
_CHUNK = 1 << 20
Step = Callable[[int, int], None]
"""Called with what is done and the whole, both in pages or files."""


class FileFact(msgspec.Struct, frozen=True):
    """A file of a backup."""

    sha256: str
    size: int
    """Bytes."""


class Manifest(msgspec.Struct, frozen=True):
    """What a backup consists of."""

    format: int
    archive: str
    """`erasure_ledger.archive_mark` of the archive it is of."""
    schema: str
    begun: int
    """Unix seconds."""
    messages: int
    files: dict[str, FileFact]
    """Name → the databases."""
    media: dict[str, int]
    """SHA-256 → bytes of the stored files that are in it."""
    missing: tuple[str, ...] = ()
    """SHA-256 of stored files that were not there to be copied."""
    digest: str = ""
    """SHA-256 of the manifest without this."""

    def sealed(self) -> Manifest:
        """Return it with its digest."""
        bare = msgspec.structs.replace(self, digest="")
        digest = sha256(msgspec.json.encode(bare, order="sorted")).hexdigest()
        return msgspec.structs.replace(self, digest=digest)


class Backup(msgspec.Struct, frozen=True):
    """A backup that was made."""

    path: Path
    manifest: Manifest
    removed: tuple[Path, ...] = ()
    """Older ones that went."""
    away: tuple[Path, ...] = ()
    """Folders of other backups whose ledger could not be reached."""


def back_up(
    archive: Archive, to: Path | None = None, keep: int = KEEP, step: Step | None = None
) -> Backup:
    """Make a backup in a folder, also while everything runs; the newest `keep` stay there.

    Raises ArchiveError, Damaged where the archive is not whole, OSError.
    """
    place = (archive.folder / FOLDER if to is None else to).absolute()
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(archive.folder):
        with archive.reading() as db:
            mark = erasure_ledger.archive_mark(db)
        for left in place.glob(f".unfinished-{mark}-*"):
            shutil.rmtree(left)
        path = _free_name(place, mark)
        draft = place / f".unfinished-{mark}-{path.name}"
        draft.mkdir(mode=0o700)
        try:
            manifest = _fill(archive, draft, mark, place, step)
            _check(draft, manifest)
            draft.rename(path)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        _sync(place)
        with closing(archive.connect_for_writing()) as db:
            with Turns(archive.folder).job():
                erasure_ledger.remember_place(db, place)
            # the ledger is there from the first backup on: without one, none is restored
            erasure_ledger.add(place / erasure_ledger.name_of(db), ())
            away = erasure_ledger.write(db, archive.folder)
        return Backup(path, manifest, _prune(place, mark, keep), tuple(away))


def backups_in(place: Path, mark: str) -> list[Path]:
    """Return an archive's backups in a folder, the newest first."""
    return sorted(place.glob(f"backup-*Z-{mark}"), reverse=True)


def newest_at(archive: Archive, place: Path, now: int) -> int | None:
    """Return when the newest backup of an archive in a folder was made, until a Unix time; None:
    there is none."""
    with archive.reading() as db:
        mark = erasure_ledger.archive_mark(db)
    for path in backups_in(place, mark):
        with suppress(ValueError):
            made = calendar.timegm(time.strptime(path.name, f"{_NAME}-{mark}"))
            if made <= now:
                return made
    return None


def _check(draft: Path, manifest: Manifest) -> None:
    """Read back what was written, before older backups go: databases whole, files by length."""
    wrong = [
        name for name, fact in manifest.files.items() if digest_of(draft / name) != fact.sha256
    ]
    for digest, size in manifest.media.items():
        path = draft / "media" / digest[:2] / digest
        if not path.is_file() or path.stat().st_size != size:
            wrong.append(digest)
    if wrong:
        raise Damaged(
            f"{draft.parent}: what was written is not what is there ({wrong[0]}).",
            "check the disk; older backups stay",
        )


def _fill(archive: Archive, draft: Path, mark: str, place: Path, step: Step | None) -> Manifest:
    begun = int(time.time())
    files = {}
    for name in (INBOX, archive.path.name):
        if (archive.folder / name).exists():
            files[name] = _copy_database(archive.folder / name, draft / name, step)
    with closing(_still(draft / archive.path.name)) as db:
        schema = schema_of(db)
        (messages,) = db.execute("SELECT count(*) FROM messages").fetchone()
        stored = db.execute("SELECT sha256, size FROM media ORDER BY 1").fetchall()
    former = next(iter(backups_in(place, mark)), None)
    media: dict[str, int] = {}
    missing = []
    for number, (digest, size) in enumerate(stored, 1):
        if _take_file(archive, draft, former, digest, size):
            media[digest] = size
        else:
            missing.append(digest)
        if step is not None:
            step(number, len(stored))
    manifest = Manifest(
        FORMAT, mark, schema or "", begun, messages, files, media, tuple(missing)
    ).sealed()
    (draft / MANIFEST).write_bytes(msgspec.json.encode(manifest))
    for name in (MANIFEST, *files):
        _sync(draft / name)
    _sync(draft)
    return manifest


def _copy_database(source: Path, target: Path, step: Step | None) -> FileFact:
    """Copy one moment of a database that others write to; nobody waits for it."""
    target.touch(mode=0o600)
    uri = f"{source.absolute().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as there,
        closing(sqlite3.connect(target, isolation_level=None)) as copy,
    ):
        copy.execute("PRAGMA synchronous=OFF")
        # without a transaction of its own the copy would begin anew at every write of others
        there.execute("BEGIN")
        there.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        try:
            there.backup(
                copy,
                pages=_PAGES,
                progress=None if step is None else lambda _, left, all: step(all - left, all),
            )
        except sqlite3.DatabaseError as error:
            raise Damaged(f"{source} cannot be read ({error}).", "run: chendian verify") from error
    with closing(_still(target)) as db:
        faults = page_faults(db)
    if faults:
        raise Damaged(
            f"{source} is not whole ({faults[0]}), so that no backup of it was made.",
            "run: chendian verify",
        )
    return FileFact(digest_of(target), target.stat().st_size)


def _still(path: Path) -> sqlite3.Connection:
    """Open a database that nobody writes to, without leaving anything beside it."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)


def digest_of(path: Path) -> str:
    """Return a file's SHA-256."""
    found = sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()


def _take_file(archive: Archive, draft: Path, former: Path | None, digest: str, size: int) -> bool:
    """Link or copy a stored file; False where it is not there, or is another size."""
    target = draft / "media" / digest[:2] / digest
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    source = archive.media.path(digest)
    try:
        if source.stat().st_size != size:
            return False
    except FileNotFoundError:
        return False
    for one in (source, former / "media" / digest[:2] / digest if former else None):
        if one is not None:
            # another disk, or one without links
            with suppress(OSError):
                os.link(one, target)
                return True
    shutil.copyfile(source, target)
    _sync(target)
    return True


def _free_name(place: Path, mark: str) -> Path:
    at = time.time()
    while True:
        path = place / f"{time.strftime(_NAME, time.gmtime(at))}-{mark}"
        if not path.exists():
            return path
        at += 1


def _prune(place: Path, mark: str, keep: int) -> tuple[Path, ...]:
    """Remove the oldest backups of this archive in a folder."""
    old = backups_in(place, mark)[max(1, keep) :]
    for path in old:
        # one that is half removed is no backup
        gone = path.rename(place / f".unfinished-{mark}-{path.name}")
        shutil.rmtree(gone)
    return tuple(old)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one backup be made at a time."""
    (folder / "run").mkdir(exist_ok=True)
    handle = os.open(folder / "run" / "backup.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise ArchiveError("another backup is being made.", "wait until it is done") from None
    finally:
        os.close(handle)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
