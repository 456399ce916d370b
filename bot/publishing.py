"""Publishes a site: shares the work out to the cores there are, and puts the folder in place."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import msgspec

from archive import changes
from archive.database import Archive
from archive.errors import ArchiveError
from archive.groups import count_unseen
from archive.tombstones import secret_of
from web.publish.book import Book, Page, Settings, reader_for
from web.publish.folder import Folder, State
from web.publish.places import file_of
from web.publish.plan import Plan, Seen, look, made_with
from web.publish.sealing import seal
from web.publish.site import LEFT, Left, Made, Maker, Piece

Result = dict[str, Made]
"""What was made, by name."""

_ALONE = 20_000
"""Messages below which other processes would cost more than they bring."""


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
    stamp = changes.stamp(archive)
    today = datetime.now(UTC).date().isoformat()
    with archive.reading() as db:
        secret = secret_of(db)
        left_out = count_unseen(db, reader_for(archive, settings.members))
    seen = old.seen(secret)
    if _is_as_was(seen, settings, stamp, today):
        return _outcome(old, 0, 0, left_out)
    folder.begin()
    try:
        new = _made(archive, settings, folder, old, seen, stamp, today)
        before, now = old.files(), new.files()
        for file, digest in _media(new).items():
            if before.get(file) != now[file]:
                folder.take(file, archive.media.path(digest))
        gone = before.keys() - now.keys()
        folder.finish(new, gone)
    except BaseException:
        folder.drop()
        raise
    written = sum(before.get(file) != mark for file, mark in now.items())
    return _outcome(new, written, len(gone), left_out)


def _is_as_was(seen: Seen, settings: Settings, stamp: list[int], today: str) -> bool:
    return (seen.stamp, seen.today) == (stamp, today) and seen.made_with == made_with(settings)


def _outcome(state: State, written: int, removed: int, left_out: int) -> Outcome:
    pages = sum(file.endswith(".html") for made in state.made.values() for file in made.files)
    return Outcome(pages, written, removed, len(_media(state)), left_out)


def _media(state: State) -> dict[str, str]:
    return {file: digest for made in state.made.values() for file, digest in made.media.items()}


def _made(
    archive: Archive,
    settings: Settings,
    folder: Folder,
    old: State,
    was: Seen,
    stamp: list[int],
    today: str,
) -> State:
    with archive.writing():
        # nobody writes until every process has begun to read: they see one moment
        book = Book(archive, settings)
        messages = sum(sum(group.days.values()) for group in book.standing.groups.values())
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
        crew = None if messages < _ALONE else _Crew(cores, archive, settings, folder, old.files())
    if not book.standing.groups:
        raise ArchiveError(
            "there is no group that these readers may see.",
            "open one: chendian group visibility GROUP public",
        )
    seen = look(book, stamp, today)
    plan = Plan(book, was, seen)
    maker = Maker(book)
    made = {name: old.made[name] for name in plan.stays() if name in old.made}
    work = plan.pieces()
    if crew is None:
        for piece in work:
            made |= _do(maker, piece, folder, old.files())
    else:
        for one in crew.results(work):
            made |= one
    made |= _left(maker, made, folder, old.files())
    return State(made, seal(book.secret, msgspec.msgpack.encode(seen)))


def _left(maker: Maker, made: dict[str, Made], folder: Folder, old: dict[str, bytes]) -> Result:
    """Make what is linked and was made under no name."""
    there = {file for one in made.values() for file in one.files}
    linked = {asked for one in made.values() for asked in one.links if file_of(asked) not in there}
    found = Made()
    while linked:
        one = _do(maker, Left(tuple(sorted(linked))), folder, old)[LEFT]
        found.files |= one.files
        found.media |= one.media
        linked = {asked for asked in one.links if file_of(asked) not in there | found.files.keys()}
    return {LEFT: found}


def _do(maker: Maker, piece: Piece, folder: Folder, old: dict[str, bytes]) -> Result:
    def put(page: Page) -> bytes:
        return folder.put(page.file, page.body, old.get(page.file))

    return dict(maker.make(piece, put))


class _Crew:
    """Processes that make pages, each from the same moment of the archive."""

    def __init__(self, count: int, *given: Any) -> None:
        gc.collect()
        gc.freeze()
        self._lines: list[Connection] = []
        for _ in range(count):
            mine, theirs = multiprocessing.Pipe()
            worker = multiprocessing.Process(target=_work, args=(theirs, *given), daemon=True)
            worker.start()
            theirs.close()
            self._lines.append(mine)
        for line in self._lines:
            _heard(line)

    def results(self, work: list[Piece]) -> Iterator[Result]:
        """Share pieces out, and return what was made of each, as it is done."""
        left = iter(work)
        busy = [line for line in self._lines if _given(line, next(left, None))]
        while busy:
            for line in wait(busy):
                assert isinstance(line, Connection)
                yield _heard(line)
                if not _given(line, next(left, None)):
                    busy.remove(line)


def _given(line: Connection, piece: Piece | None) -> bool:
    line.send(piece)
    return piece is not None


def _heard(line: Connection) -> Any:
    try:
        said = line.recv()
    except EOFError:
        raise ArchiveError(
            "a process that makes pages died.", "run the same command again"
        ) from None
    if isinstance(said, ArchiveError):
        raise said
    return said


def _work(line: Connection, archive: Archive, settings: Settings, *given: Any) -> None:
    try:
        maker = Maker(Book(Archive(archive.folder), settings))
        line.send(None)
        while (piece := line.recv()) is not None:
            line.send(_do(maker, piece, *given))
    except ArchiveError as error:
        line.send(error)
    except (EOFError, KeyboardInterrupt):
        pass
