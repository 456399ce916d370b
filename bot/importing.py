"""Imports exports: a reading process beside the one writer, a transaction a batch, a report."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import msgspec

from archive.access import operator
from archive.database import Archive, transaction
from archive.errors import ArchiveError, NotFound
from archive.groups import find_group, get_group
from archive.index import merge_segments, worth_merging
from archive.keep import Keeper
from archive.records import Rejected
from archive.runs import begin_run, end_run
from archive.unite import finish_unions
from bot.frames import frames_of
from bot.reading import Batch, Begin, End, Failed, Frame, Request

WRITTEN = 4_000
"""Records in one transaction."""

LISTED = 1_000
"""Rejected parts of a file that are named; the others are counted."""

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
            with closing(frames_of(request, paths)) as frames:
                for frame in frames:
                    run.take(frame, progress)
            run.merge_index()
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

    def merge_index(self) -> None:
        """After an import that is a large part of the archive, make searching faster."""
        with transaction(self._db):
            more = worth_merging(self._db, self._keeper.report.new)
        first = True
        while more:
            with transaction(self._db):
                more = merge_segments(self._db, first)
            first = False

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
