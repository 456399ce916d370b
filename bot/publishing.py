"""Publishes a site: finds out whether anything is new, has it made, puts the folder in place."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from archive.changes import stamp as stamp_of
from archive.database import Archive
from archive.groups import count_unseen, published_reader
from archive.tombstones import secret_of
from web.publish.folder import Folder
from web.publish.media_files import is_small
from web.publish.program import made_with
from web.publish.state import Settings, State


class Outcome(msgspec.Struct, frozen=True):
    """What a publishing did."""

    pages: int
    written: int
    removed: int
    media: int
    left_out: int
    """Groups that this reader does not see."""


def publish(archive: Archive, out: Path, settings: Settings) -> Outcome:
    """Bring a folder up to date with the archive. Raises ArchiveError."""
    folder = Folder(out)
    old = folder.open()
    # before anything is read: what is committed meanwhile differs the next time
    stamp = stamp_of(archive)
    today = datetime.now(UTC).date().isoformat()
    with archive.reading() as db:
        secret = secret_of(db)
        left_out = count_unseen(db, published_reader(db, settings.members))
    seen = old.seen(secret)
    if seen.is_as_was(made_with(settings), stamp, today):
        return Outcome(old.pages(), 0, 0, _shown(old), left_out)
    # what makes pages takes longer to load than to find out that none is to be made
    from bot.making import make

    folder.begin()
    try:
        new = make(archive, settings, folder, old, (seen, stamp, today))
        written, removed = _put(archive, folder, old, new)
    except BaseException:
        folder.drop()
        raise
    return Outcome(new.pages(), written, removed, _shown(new), left_out)


def _shown(state: State) -> int:
    """Count the files that its pages show; thumbnails are no files of their own."""
    return sum(not is_small(file) for file in state.media())


def _put(archive: Archive, folder: Folder, old: State, new: State) -> tuple[int, int]:
    before, now = old.files(), new.files()
    for file, digest in new.media().items():
        if before.get(file) != now[file]:
            store = archive.media
            folder.take(file, store.thumbnail(digest) if is_small(file) else store.path(digest))
    gone = before.keys() - now.keys()
    folder.finish(new, gone)
    return sum(before.get(file) != mark for file, mark in now.items()), len(gone)
