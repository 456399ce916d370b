"""Imports exports: a reading process beside the one writer, a transaction a batch, a report."""

from __future__ import annotations

import json
import os
import queue
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import msgspec

from archive.access import operator
from archive.database import Archive, transaction
from archive.errors import ArchiveError, NotFound
from archive.groups import find_group, get_group
from archive.keep import Keeper
from archive.records import Rejected
from archive.runs import begin_run, end_run
from archive.unite import finish_unions
from bot import reading
from bot.reading import Batch, Begin, Done, End, Failed, Frame, Request

WRITTEN = 4_000
"""Records in one transaction."""

LISTED = 1_000
"""Rejected parts of a file that are named; the others are counted."""

_SMALL = 2 << 20
"""Bytes up to which a process of its own would cost more than it saves."""

_AHEAD = 4
"""Frames the reading process may be ahead of the writer."""

_PIPE = 1 << 20
"""Bytes in the pipe: a frame or two, so that the two processes seldom wait for each other."""

Progress = Callable[[int, int], None]


class FileReport(msgspec.Struct):
    """What became of one file."""

    path: str
    format: str
    read: int = 0
    rejected: list[dict[str, str]] = msgspec.field(default_factory=list)
    """The first of them: {where, why}."""
    more_rejected: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the file's part of the report."""
        rejected = self.rejected
        if self.more_rejected:
            why = f"only the first {LISTED:,} are listed"
            rejected = [*rejected, {"where": f"{self.more_rejected:,} more", "why": why}]
        return {"path": self.path, "format": self.format, "read": self.read, "rejected": rejected}


class Outcome(msgspec.Struct):
    """What an import did."""

    messages: dict[str, int] = msgspec.field(default_factory=dict)
    groups: list[dict[str, Any]] = msgspec.field(default_factory=list)
    files: list[FileReport] = msgspec.field(default_factory=list)
    missing_media: dict[str, int] = msgspec.field(default_factory=dict)
    notes: list[str] = msgspec.field(default_factory=list)
    failed: list[Failed] = msgspec.field(default_factory=list)
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """Return the report as `chendian import --json` prints it."""
        return {
            "messages": self.messages,
            "groups": self.groups,
            "files": [file.as_json() for file in self.files],
            "missing_media": self.missing_media,
            "notes": self.notes,
            "seconds": round(self.seconds, 3),
        }


def import_paths(
    archive: Archive,
    paths: list[Path],
    *,
    time_zone: str,
    zone_is_guess: bool = False,
    group: str | None = None,
    encoding: str | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Import files, folders and ZIPs. Safe to repeat, to kill, and to run twice at once.

    `time_zone` is for local times and for groups that are new; as a guess, it gives way to the
    zone of `group`.

    Raises ArchiveError when the archive cannot be written or nothing could be read.
    """
    began = time.monotonic()
    db = archive.connect_for_writing()
    try:
        finish_unions(db)
        archive.media.drop_unfinished()
        key, zone = _destination(archive, group)
        if zone is None or not zone_is_guess:
            zone = time_zone
        request = Request(
            [os.fsencode(path.absolute()) for path in paths],
            os.fsencode(archive.media.folder.absolute()),
            zone,
            key,
            encoding,
        )
        run = _Import(db, [str(path) for path in paths], zone)
        try:
            # closed here and now: a reading process that outlives the writer would complain
            with closing(_frames(request, paths)) as frames:
                for frame in frames:
                    run.take(frame, progress)
        except BaseException:
            with suppress(ArchiveError, sqlite3.Error):
                run.close("interrupted", archive, began)
            raise
        return run.close("done", archive, began)
    finally:
        db.close()


def _destination(archive: Archive, group: str | None) -> tuple[str | None, str | None]:
    """Return the key and zone of a group that is there; a new title stays as it is."""
    if group is None:
        return None, None
    with archive.reading() as db:
        try:
            found = find_group(db, operator(), group)
        except NotFound:
            return group, None
    return found.key, found.time_zone


class _Import:
    """One import under way."""

    def __init__(self, db: sqlite3.Connection, sources: list[str], time_zone: str) -> None:
        self._db = db
        with transaction(db):
            self._run_id = begin_run(db, json.dumps(sources))
        self._keeper = Keeper(db, source="import", run_id=self._run_id, time_zone=time_zone)
        self._pending: list[Any] = []
        self._outcome = Outcome()
        self._rejected = 0

    def take(self, frame: Frame, progress: Progress | None) -> None:
        if isinstance(frame, Batch):
            for record in frame.records:
                if isinstance(record, Rejected):
                    self._reject(record)
                else:
                    self._pending.append(record)
            self._pending += frame.messages
            if len(self._pending) >= WRITTEN:
                self._flush()
            if progress is not None:
                progress(frame.done, frame.total)
        elif isinstance(frame, Begin):
            self._outcome.files.append(FileReport(frame.label, frame.format))
            self._keeper.begin_file()
            self._read_before = self._keeper.report.read
        elif isinstance(frame, End):
            self._end_file()
        elif isinstance(frame, Failed):
            self._outcome.failed.append(frame)
            if frame.fatal:
                self._flush()
                raise ArchiveError(frame.what, frame.hint)

    def _reject(self, record: Rejected) -> None:
        self._rejected += 1
        file = self._outcome.files[-1]
        if len(file.rejected) < LISTED:
            file.rejected.append({"where": record.where, "why": record.why})
        else:
            file.more_rejected += 1

    def _flush(self) -> None:
        if self._pending:
            with transaction(self._db):
                self._keeper.write(self._pending)
            self._pending = []

    def _end_file(self) -> None:
        self._flush()
        with transaction(self._db):
            self._keeper.end_file()
        finish_unions(self._db)
        report, file = self._keeper.report, self._outcome.files[-1]
        file.read = report.read - self._read_before

    def close(self, state: str, archive: Archive, began: float) -> Outcome:
        """Write down what was done and return it."""
        report, outcome = self._keeper.report, self._outcome
        outcome.messages = {
            "read": report.read,
            "new": report.new,
            "updated": report.updated,
            "unchanged": report.unchanged,
            "rejected": self._rejected,
        }
        outcome.missing_media = dict(report.missing_media)
        outcome.notes = report.notes
        if report.unknown:
            outcome.notes.append(
                f"{report.unknown:,} messages are of kinds this program does not know yet;"
                " they are kept with everything that was said of them"
            )
        with archive.reading() as db:
            found: dict[str, dict[str, Any]] = {}
            for key, number in report.groups.items():
                view = get_group(db, operator(), key)
                row = found.setdefault(
                    view.key, {"key": view.key, "title": view.title, "messages": 0}
                )
                row["messages"] += number
        outcome.groups = list(found.values())
        outcome.seconds = time.monotonic() - began
        with transaction(self._db):
            end_run(self._db, self._run_id, state, json.dumps(outcome.as_json()))
        return outcome


def _frames(request: Request, paths: list[Path]) -> Generator[Frame]:
    if sum(map(_size, paths)) <= _SMALL:
        yield from reading.read(request)
        return
    finished = False
    for data in _from_process(request):
        frame = reading.decode(data)
        finished = isinstance(frame, Done)
        yield frame
    if not finished:
        raise ArchiveError(
            "the reading process ended before the file did; what it had read is kept.",
            "run the same command again; if it happens again, report the file's format",
        )


def _size(path: Path) -> int:
    try:
        if path.is_dir():
            return sum(p.stat().st_size for p in path.rglob("*") if p.is_file())
        # a ZIP of text unpacks to several times its size
        return path.stat().st_size * (8 if path.suffix.lower() == ".zip" else 1)
    except OSError:
        return 0


def _from_process(request: Request) -> Iterator[bytes]:
    """Run the reading process; a thread takes its frames so that it never waits for the disk."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.reading"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        pipesize=_PIPE,
    )
    assert process.stdin is not None and process.stdout is not None
    # it may have died at once; the missing `Done` tells
    with suppress(BrokenPipeError), process.stdin as asked:
        asked.write(msgspec.json.encode(request))
    frames: queue.Queue[bytes | None] = queue.Queue(_AHEAD)
    source = process.stdout
    stopped = threading.Event()

    def fetch() -> None:
        data: bytes | None = b""
        while data is not None and not stopped.is_set():
            data = reading.read_frame(source)
            frames.put(data)

    thread = threading.Thread(target=fetch, daemon=True)
    thread.start()
    try:
        while (data := frames.get()) is not None:
            yield data
    finally:
        stopped.set()
        process.kill()
        process.wait()
