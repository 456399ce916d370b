"""Imports exports: a reading process beside the one writer, a transaction a batch, a report."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from archive.database import Archive, open_archive
from archive.errors import ArchiveError
from archive.keep import Report
from archive.prepare import Prepared, Ready
from archive.records import Rejected
from bot.frames import frames_of
from bot.import_report import LISTED, FileReport, Outcome
from bot.reading import Batch, Begin, End, Failed, Frame, Request
from bot.writing import Writer, is_new

WRITTEN = 4_000
"""Records in one transaction."""

Progress = Callable[[int, int], None]


def import_paths(
    archive: Archive,
    paths: list[Path],
    *,
    time_zone: str,
    zone_is_guess: bool = False,
    group: str | None = None,
    encoding: str | None = None,
    date: str | None = None,
    progress: Progress | None = None,
    called: str | None = None,
) -> Outcome:
    """Import files, folders and ZIPs. Safe to repeat, to kill, and to run twice at once.

    An archive that is not there is made when there is something to keep. `time_zone` is for local
    times and for groups that are new; as a guess, it gives way to the zone of `group`. `date` is
    the day (`YYYY-MM-DD`) of texts that do not say it. `called` is what the list of imports says
    instead of the paths.

    Raises ArchiveError when the archive cannot be written.
    """
    sources = [str(path) for path in paths] if called is None else [called]
    with closing(_Import(archive, sources, time_zone)) as run:
        key, zone = run.begin(group, zone_is_guess)
        request = Request(
            [os.fsencode(path) for path in paths],
            os.fsencode(archive.media.folder.absolute()),
            zone,
            key,
            encoding,
            date,
        )
        try:
            # closed here and now: a reading process that outlives the writer would complain
            with closing(frames_of(request, paths, run.is_beside_capture)) as frames:
                for frame in frames:
                    run.take(frame, progress)
            run.merge_index()
        except BaseException:
            with suppress(ArchiveError, sqlite3.Error):
                run.end("interrupted")
            raise
        return run.end("done")


class _Import:
    """One import under way."""

    def __init__(self, archive: Archive, sources: list[str], time_zone: str) -> None:
        self._began = time.monotonic()
        self._archive = archive
        self._sources = sources
        self._time_zone = time_zone
        self._writer: Writer | None = None
        self._pending: list[Ready] = []
        self._outcome = Outcome()
        self._rejected = 0

    def begin(self, group: str | None, zone_is_guess: bool) -> tuple[str | None, str]:
        """Open the archive if there is one; return the group's key, and the zone to read in."""
        if is_new(self._archive):
            return group, self._time_zone
        self._writer = Writer(open_archive(self._archive.folder, create=True))
        self._writer.recover()
        key = group
        if group is not None:
            key, known_zone = self._writer.destination(group)
            if zone_is_guess and known_zone is not None:
                self._time_zone = known_zone
        self._writer.begin(self._sources, self._time_zone)
        return key, self._time_zone

    @property
    def is_beside_capture(self) -> bool:
        return self._writer is not None and self._writer.is_beside_capture

    def take(self, frame: Frame, progress: Progress | None) -> None:
        if isinstance(frame, Batch):
            for record in frame.records:
                if isinstance(record, Rejected):
                    self._reject(record)
                else:
                    self._pending.append(record)
            self._pending += frame.messages
            self._outcome.files[-1].note(frame.messages)
            if len(self._pending) >= WRITTEN:
                self._flush()
            if progress is not None:
                progress(frame.done, frame.total)
        elif isinstance(frame, Begin):
            self._outcome.files.append(FileReport(frame.label, frame.format))
            if self._writer is not None:
                self._writer.begin_file()
        elif isinstance(frame, End):
            self._end_file()
        elif isinstance(frame, Failed):
            self._fail(frame)

    def _reject(self, record: Rejected) -> None:
        self._rejected += 1
        file = self._outcome.files[-1]
        if len(file.rejected) < LISTED:
            file.rejected.append({"where": record.where, "why": record.why})
        else:
            file.more_rejected += 1

    def _fail(self, failed: Failed) -> None:
        self._outcome.failed.append(failed)
        if failed.fatal:
            self._opened()
            self._flush()
            raise ArchiveError(failed.what, failed.hint)
        files = self._outcome.files
        # paths of which nothing can be read come before the first file
        if not files or not files[-1].format:
            files.append(FileReport(failed.label))
        files[-1].failed = failed.what.rstrip(".")

    def _opened(self) -> Writer:
        """Return the writer; a new archive is made now."""
        if self._writer is None:
            self._writer = Writer(open_archive(self._archive.folder, create=True))
            self._writer.begin(self._sources, self._time_zone)
            self._writer.begin_file()
        return self._writer

    def _flush(self) -> None:
        if self._pending:
            self._opened().write(self._pending)
            self._pending = []

    def _end_file(self) -> None:
        file = self._outcome.files[-1]
        faulty = bool(file.failed or file.rejected)
        if self._writer is None and faulty and not any(map(_is_message, self._pending)):
            # a group of which no message could be read is no reason to make an archive
            self._pending = []
        self._flush()
        if self._writer is not None:
            file.counts, file.gaps_closed = self._writer.end_file()

    def merge_index(self) -> None:
        """After an import that is a large part of the archive, make searching faster."""
        if self._writer is not None:
            self._writer.merge_index()

    def end(self, state: str) -> Outcome:
        """Write down what was done and return it."""
        outcome, writer = self._outcome, self._writer
        report = Report() if writer is None else writer.report
        outcome.messages = {**report.counts(), "rejected": self._rejected}
        outcome.missing_media = dict(report.missing_media)
        outcome.notes = report.notes
        if report.unknown:
            outcome.notes.append(
                f"{report.unknown:,} messages are of kinds this program does not know yet;"
                " they are kept with everything that was said of them"
            )
        outcome.run = None if writer is None else writer.run_id
        outcome.groups = [] if writer is None else writer.groups()
        outcome.seconds = time.monotonic() - self._began
        if writer is not None:
            writer.end(state, outcome.as_json())
        return outcome

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


def _is_message(record: Ready) -> bool:
    return isinstance(record, Prepared)
