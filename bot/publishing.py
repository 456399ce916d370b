"""Publishes a site: shares the work out to the cores there are, and puts the folder in place."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Iterator
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import msgspec

from archive.database import Archive
from archive.errors import ArchiveError
from web.publish.book import Book, Settings
from web.publish.folder import Folder, State
from web.publish.site import Maker, Piece, pieces

_ALONE = 20_000
"""Messages below which other processes would cost more than they bring."""


class Made(msgspec.Struct):
    """What was made of a piece, or of all: hashes by file, and the media shown."""

    files: dict[str, bytes] = {}
    media: dict[str, str] = {}
    """SHA-256 by file."""
    left_out: int = 0


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
    folder.begin()
    try:
        made = _made(archive, settings, folder, old)
        written = sum(old.files.get(file) != mark for file, mark in made.files.items())
        for file, digest in made.media.items():
            made.files[file] = bytes.fromhex(digest)[:12]
            if old.files.get(file) != made.files[file]:
                folder.take(file, archive.media.path(digest))
        gone = set(old.files) - set(made.files)
        folder.finish(State("", made.files), iter(gone))
    except BaseException:
        folder.drop()
        raise
    pages = sum(file.endswith(".html") for file in made.files)
    return Outcome(pages, written, len(gone), len(made.media), made.left_out)


def _made(archive: Archive, settings: Settings, folder: Folder, old: State) -> Made:
    with archive.writing():
        # nobody writes until every process has begun to read: they see one moment
        book = Book(archive, settings)
        messages = sum(sum(group.days.values()) for group in book.standing.groups.values())
        count = 1 if messages < _ALONE else len(os.sched_getaffinity(0))
        work = pieces(book)
        crew = None if count == 1 else _Crew(count, archive, settings, folder, old)
    if not book.standing.groups:
        raise ArchiveError(
            "there is no group that these readers may see.",
            "open one: chendian group visibility GROUP public",
        )
    made = Made({}, {}, book.groups_in_all - len(book.standing.groups))
    maker = Maker(book)
    results = (
        (_do(book, maker, piece, folder, old) for piece in work)
        if crew is None
        else crew.results(work)
    )
    for one in results:
        made.files.update(one.files)
        made.media.update(one.media)
    return made


def _do(book: Book, maker: Maker, piece: Piece, folder: Folder, old: State) -> Made:
    book.files = {}
    files = {
        page.file: folder.put(page.file, page.body, old.files.get(page.file))
        for page in maker.pages(piece)
    }
    return Made(files, book.files)


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

    def results(self, work: list[Piece]) -> Iterator[Made]:
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
        book = Book(Archive(archive.folder), settings)
        maker = Maker(book)
        line.send(None)
        while (piece := line.recv()) is not None:
            line.send(_do(book, maker, piece, *given))
    except ArchiveError as error:
        line.send(error)
    except (EOFError, KeyboardInterrupt):
        pass
