"""Makes the pages of a site, on the cores there are."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Iterable, Iterator
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from archive.database import Archive
from archive.errors import ArchiveError
from web.publish.book import Book, Page
from web.publish.folder import Folder
from web.publish.places import file_of
from web.publish.plan import Plan, is_only_newer, look
from web.publish.site import LEFT, Left, Maker, Piece, Rest
from web.publish.state import Made, Seen, Settings, State, state_of

_ALONE = 20_000
"""Messages below which other processes would cost more than they bring."""

Result = dict[str, Made]
"""What was made, by name."""


def make(
    archive: Archive,
    settings: Settings,
    folder: Folder,
    old: State,
    was: tuple[Seen, list[int], str],
) -> State:
    """Make what changed since `was`: what was seen then, the stamp of now, today. Raises
    ArchiveError."""
    seen, stamp, today = was
    files = old.files()
    with archive.writing():
        # nobody writes until every process has begun to read: they see one moment
        book = Book(archive, settings)
        few = sum(sum(group.days.values()) for group in book.standing.groups.values()) < _ALONE
        crew = None if few else _Crew(archive.folder, settings, folder, files)
        search = None if few else _Search(archive.folder, settings, folder)
    if not book.standing.groups:
        raise ArchiveError(
            "there is no group that these readers may see.",
            "open one: chendian group visibility GROUP public",
        )
    made: Result = {}
    now = Seen()

    def work() -> Iterator[Piece]:
        nonlocal now
        # begun before it is known what else there is to do
        yield Rest()
        now = look(book, stamp, today)
        since = seen.newest if is_only_newer(book, seen, now) else 0
        if search is None:
            _searchable(book, folder, since)
        else:
            search.begin(since)
        plan = Plan(book, seen, now)
        made.update({name: old.made[name] for name in plan.stays() if name in old.made})
        yield from plan.pieces()

    maker = Maker(book)
    if crew is None:
        for piece in work():
            made |= _do(maker, piece, folder, files)
    else:
        for one in crew.results(work()):
            made |= one
    made |= _left(maker, made, folder, files)
    if search is not None:
        search.wait()
    return state_of(made, now, book.secret)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2


def _left(maker: Maker, made: Result, folder: Folder, old: dict[str, bytes]) -> Result:
    """Make what is linked and was made under no name."""
    there = {file for one in made.values() for file in one.files}
    every = {asked for one in made.values() for asked in one.links}
    linked = {asked for asked in every if file_of(asked) not in there}
    found = Made({}, {})
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


def _searchable(book: Book, folder: Folder, since: int) -> None:
    # it loads numpy, which no page needs
    from web.publish.searching import bring_up_to_date

    bring_up_to_date(book, folder, since)


class _Search:
    """A process that makes the search while others make the pages."""

    def __init__(self, *given: Any) -> None:
        self._line, theirs = multiprocessing.Pipe()
        worker = multiprocessing.Process(target=_search, args=(theirs, *given), daemon=True)
        worker.start()
        theirs.close()
        _heard(self._line)

    def begin(self, since: int) -> None:
        """Have it made, or what is newer than a message added."""
        self._line.send(since)

    def wait(self) -> None:
        """Wait until it is made. Raises ArchiveError."""
        _heard(self._line)


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

    def results(self, work: Iterable[Piece]) -> Iterator[Result]:
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


def _work(line: Connection, data: Path, settings: Settings, *given: Any) -> None:
    # what was loaded before stands as long as the process
    gc.freeze()
    try:
        maker = Maker(Book(Archive(data), settings))
        line.send(None)
        while (piece := line.recv()) is not None:
            line.send(_do(maker, piece, *given))
    except ArchiveError as error:
        line.send(error)
    except (EOFError, KeyboardInterrupt):
        pass


def _search(line: Connection, data: Path, settings: Settings, folder: Folder) -> None:
    gc.freeze()
    try:
        book = Book(Archive(data), settings)
        line.send(None)
        _searchable(book, folder, line.recv())
        line.send(None)
    except ArchiveError as error:
        line.send(error)
    except (EOFError, KeyboardInterrupt):
        pass
