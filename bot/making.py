"""Makes the pages of a site, on the cores there are."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Iterable, Iterator
from functools import cached_property
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import msgspec

from archive.database import Archive
from archive.errors import ArchiveError
from archive.published import Moment
from web.publish.book import Book, Page
from web.publish.folder import Folder
from web.publish.places import file_of
from web.publish.plan import Plan, look
from web.publish.program import made_with
from web.publish.searching import bring_up_to_date
from web.publish.site import LEFT, Left, Maker, Piece, Rest
from web.publish.state import Made, Seen, Settings, State, state_of

_ALONE = 20_000
"""Messages below which other processes would cost more than they bring."""

Result = dict[str, Made]
"""What was made, by name."""


class Search(msgspec.Struct, frozen=True):
    """The search: what is newer than a message is added to it, or all of it made where that is too
    much or 0 is given."""

    since: int


def make(
    archive: Archive,
    settings: Settings,
    folder: Folder,
    old: State,
    was: tuple[Seen, list[int], str],
) -> State:
    """Make what changed since `was`: what was seen then, the stamp of now, today. Raises
    ArchiveError."""
    files = old.files()
    with archive.writing():
        # nobody writes until every process has begun to read: they see one moment
        book = Book(archive, settings)
        few = sum(sum(group.days.values()) for group in book.standing.groups.values()) < _ALONE
        crew = None if few else _Crew(archive.folder, settings, folder, files)
    if not book.standing.groups:
        raise ArchiveError(
            "there is no group that these readers may see.",
            "open one: chendian group visibility GROUP public",
        )
    work = _Work(book, old, was)
    if crew is not None and work.is_small():
        crew.close()
        crew = None
    made: Result = {}
    maker = Maker(book)
    if crew is None:
        for piece in work.pieces():
            made |= _do(book, maker, piece, folder, files)
    else:
        for one in crew.results(work.pieces()):
            made |= one
    made |= {name: old.made[name] for name in work.plan.stays()}
    made |= _left(book, maker, made, folder, files)
    return state_of(made, work.now, book.secret)


class _Work:
    """What there is to do; where all is to be made, that is begun before more is known."""

    def __init__(self, book: Book, old: State, was: tuple[Seen, list[int], str]) -> None:
        self._book, self._old = book, old
        self._seen, self._stamp, self._today = was
        self._whole = self._seen.made_with != made_with(book.settings)

    @cached_property
    def now(self) -> Seen:
        """What is seen now."""
        return look(self._book, self._stamp, self._today)

    @cached_property
    def plan(self) -> Plan:
        """What is to be made."""
        return Plan(self._book, self._old, self._seen, self.now)

    def is_small(self) -> bool:
        """Tell whether one process is soon done."""
        return not self._whole and self.plan.is_small()

    def pieces(self) -> Iterator[Piece | Search]:
        """Return the pieces, the longest first."""
        if self._whole:
            yield Search(0)
            yield Rest()
        else:
            yield Search(self.plan.since)
        for piece in self.plan.pieces():
            if not (self._whole and isinstance(piece, Rest)):
                yield piece


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2


def _left(book: Book, maker: Maker, made: Result, folder: Folder, old: dict[str, bytes]) -> Result:
    """Make what is linked and was made under no name."""
    there = {file for one in made.values() for file in one.files}
    every = {asked for one in made.values() for asked in one.links}
    linked = {asked for asked in every if file_of(asked) not in there}
    found = Made({}, {})
    while linked:
        one = _do(book, maker, Left(tuple(sorted(linked))), folder, old)[LEFT]
        found.files |= one.files
        found.media |= one.media
        linked = {asked for asked in one.links if file_of(asked) not in there | found.files.keys()}
    return {LEFT: found}


def _do(
    book: Book, maker: Maker, piece: Piece | Search, folder: Folder, old: dict[str, bytes]
) -> Result:
    if isinstance(piece, Search):
        bring_up_to_date(book, folder, piece.since)
        return {}

    def put(page: Page) -> bytes:
        return folder.put(page.file, page.body, old.get(page.file))

    return dict(maker.make(piece, put))


class _Crew:
    """Processes that make pages, each from the same moment of the archive."""

    def __init__(self, *given: Any) -> None:
        gc.collect()
        self._lines: list[Connection] = []
        for _ in range(_cores()):
            mine, theirs = multiprocessing.Pipe()
            worker = multiprocessing.Process(target=_work, args=(theirs, *given), daemon=True)
            worker.start()
            theirs.close()
            self._lines.append(mine)
        for line in self._lines:
            _heard(line)

    def close(self) -> None:
        """Let them go, with nothing done."""
        for line in self._lines:
            line.send(None)

    def results(self, work: Iterable[Piece | Search]) -> Iterator[Result]:
        """Share pieces out, and return what was made of each, as it is done."""
        left = iter(work)
        busy = [line for line in self._lines if _given(line, next(left, None))]
        while busy:
            for line in wait(busy):
                assert isinstance(line, Connection)
                yield _heard(line)
                if not _given(line, next(left, None)):
                    busy.remove(line)


def _given(line: Connection, piece: Piece | Search | None) -> bool:
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


def _work(line: Connection, data: Path, settings: Settings, *given: Any) -> None:
    # what was loaded before stands as long as the process
    gc.freeze()
    try:
        moment = Moment(Archive(data))
        line.send(None)
        piece = line.recv()
        if piece is None:
            return
        book = Book(moment, settings)
        maker = Maker(book)
        while piece is not None:
            line.send(_do(book, maker, piece, *given))
            piece = line.recv()
    except ArchiveError as error:
        line.send(error)
    except (EOFError, KeyboardInterrupt):
        pass
