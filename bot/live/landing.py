"""Writes what was pushed, in turns of 20 ms at most: what is live goes first."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event

from adapters.ingest import Fault, Report
from archive.checkpoints import Log
from archive.consent import agreed_since
from archive.database import Archive, transaction
from archive.errors import ArchiveError
from archive.index import merge_a_little
from archive.keep import Keeper
from archive.prepare import Prepared, Ready
from archive.records import Group
from archive.turns import BATCH_SECONDS, Turns
from bot.live.admitting import NO_CONSENT
from bot.live.pushed import Read
from bot.writing import FIRST, fitting

_CHARACTERS = 50_000
"""After which a turn ends, however few messages have them."""


class Landing:
    """The connection by which pushes are written, one after another."""

    def __init__(self, archive: Archive, time_zone: str, stop: Event) -> None:
        self._archive = archive
        self._time_zone = time_zone
        self._stop = stop
        self._turns = Turns(archive.folder)
        self._fitting = FIRST
        # beside live capture, who captures copies the log: no turn may take the time
        self.db = archive.connect_for_writing(copies_log=not self._turns.is_live())

    def begin(self) -> None:
        """Begin another push."""
        self._keeper = Keeper(self.db, time_zone=self._time_zone, ends=True)
        self._keeper.begin_file()

    def write(self, reads: Sequence[Read], report: Report) -> None:
        """Write records, in the order in which they came. Raises ArchiveError."""
        at = 0
        while at < len(reads):
            part = self._part(reads, at)
            at += len(part)
            try:
                self._write(part, report)
            except ArchiveError:
                raise
            except Exception:  # of one record; found by writing them one by one
                for read in part:
                    self._write_alone(read, report)
            if len(reads) > FIRST:
                self._merge_index()

    def _part(self, reads: Sequence[Read], at: int) -> Sequence[Read]:
        """Return what fits into one turn."""
        end = characters = 0
        while end < self._fitting and at + end < len(reads) and characters < _CHARACTERS:
            item = reads[at + end].ready
            characters += len(item.text) if isinstance(item, Prepared) else 0
            end += 1
        return reads[at : at + end]

    def _write(self, part: Sequence[Read], report: Report) -> None:
        if self._stop.is_set():
            raise ArchiveError("the program is about to end.", "send it again")
        with self._turns.job(), self._measured(len(part)), transaction(self.db):
            # who withdrew since the push began has withdrawn
            groups = set(map(_group_of, part))
            gone = {key for key in groups if agreed_since(self.db, key) is None}
            kept = [read for read in part if _group_of(read) not in gone] if gone else part
            self._keeper.write([_ready(read) for read in kept], int(time.time()))
        report.accepted += len(kept)
        report.cut += [fault(read, "the text was cut off") for read in kept if read.cut]
        for read in part:
            if _group_of(read) in gone:
                report.reject(fault(read, NO_CONSENT))

    @contextmanager
    def _measured(self, number: int) -> Iterator[None]:
        """Learn from a turn how many records fit into the next."""
        began = time.monotonic()
        yield
        took = time.monotonic() - began
        if number >= self._fitting or took > BATCH_SECONDS:
            self._fitting = fitting(number, took)

    def _write_alone(self, read: Read, report: Report) -> None:
        try:
            self._write([read], report)
        except ArchiveError:
            raise
        except Exception as error:  # this record, whatever is wrong with it
            report.reject(fault(read, f"it cannot be kept ({type(error).__name__})"))

    def _merge_index(self) -> None:
        with self._turns.job(), transaction(self.db):
            merge_a_little(self.db)

    def end(self, report: Report) -> None:
        """Finish a push; on the disk when it returns. Raises ArchiveError, OSError."""
        with self._turns.job(), transaction(self.db):
            self._keeper.end_file()
        Log(self._archive.path).flush()
        kept = self._keeper.report
        report.new, report.updated, report.unchanged = kept.new, kept.updated, kept.unchanged

    def close(self) -> None:
        """Close the connection."""
        self.db.close()


def fault(read: Read, why: str) -> Fault:
    """Say what is wrong with a line."""
    return Fault(why, read.line, read.where)


def _ready(read: Read) -> Ready:
    assert read.ready is not None
    return read.ready


def _group_of(read: Read) -> str:
    item = read.ready
    if isinstance(item, Prepared):
        return item.group_key
    key: str = item.key if isinstance(item, Group) else getattr(item, "group_key", "")
    return key
