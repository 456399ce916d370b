"""The one writer of an import: a run in the archive's book, a transaction a batch."""

from __future__ import annotations

import json
import time
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from archive.access import operator
from archive.coverage import count_gaps
from archive.database import Archive, transaction
from archive.errors import NotFound
from archive.groups import find_group, get_group
from archive.index import LITTLE_PAGES, merge_a_little, merge_segments, worth_merging
from archive.keep import Keeper, Report
from archive.prepare import Ready
from archive.runs import begin_run, end_run
from archive.turns import BATCH_SECONDS, Turns
from archive.unite import finish_unions

FIRST, _FEWEST, _MOST = 200, 20, 1_000
"""Records in one transaction beside live capture."""


class Writer:
    """Writes what is read into an archive: `begin`, files one after another, `end`, `close`."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._turns = Turns(archive.folder)
        self._live = self._turns.is_live()
        # beside live capture, who captures copies the log: no batch may take the time
        self._db = archive.connect_for_writing(copies_log=not self._live)
        self._fitting = FIRST

    @property
    def is_beside_capture(self) -> bool:
        """Whether live capture goes on in this archive."""
        return self._live

    def recover(self) -> None:
        """Finish what killed imports left undone."""
        finish_unions(self._db)
        self._archive.media.drop_unfinished()

    def destination(self, group: str) -> tuple[str, str | None]:
        """Return the key and zone of a group that is there; a new title stays as it is."""
        with self._archive.reading() as db:
            try:
                found = find_group(db, operator(), group)
            except NotFound:
                return group, None
        return found.key, found.time_zone

    def begin(self, sources: list[str], time_zone: str) -> None:
        """Note that an import begins; `time_zone` is for groups that are new."""
        with transaction(self._db):
            self.run_id = begin_run(self._db, json.dumps(sources))
        self._keeper = Keeper(self._db, source="import", run_id=self.run_id, time_zone=time_zone)

    @property
    def report(self) -> Report:
        """What became of everything written since `begin`."""
        return self._keeper.report

    def begin_file(self) -> None:
        """Start another file."""
        self._keeper.begin_file()
        self._before = self.report.counts()
        self._gaps = count_gaps(self._db)

    def write(self, batch: list[Ready]) -> None:
        """Write a batch as one transaction, or beside live capture as many short ones."""
        if not self._live:
            with transaction(self._db):
                self._keeper.write(batch)
            return
        at = 0
        while at < len(batch):
            part = batch[at : at + self._fitting]
            at += len(part)
            with self._turns.job():
                began = time.monotonic()
                with transaction(self._db):
                    self._keeper.write(part)
                took = time.monotonic() - began
            self._fitting = fitting(len(part), took)
            with self._turns.job(), transaction(self._db):
                merge_a_little(self._db)

    def end_file(self) -> tuple[dict[str, int], int]:
        """Finish a file; return what became of its messages, and how many gaps it closed."""
        with transaction(self._db):
            self._keeper.end_file()
        finish_unions(self._db)
        counts = self.report.counts()
        gained = {name: number - self._before[name] for name, number in counts.items()}
        return gained, max(0, self._gaps - count_gaps(self._db))

    def merge_index(self) -> None:
        """After an import that is a large part of the archive, make searching faster."""
        pages = {"pages": LITTLE_PAGES} if self._live else {}
        with self._turn(), transaction(self._db):
            more = worth_merging(self._db, self.report.new)
        first = True
        while more:
            with self._turn(), transaction(self._db):
                more = merge_segments(self._db, first, **pages)
            first = False

    def _turn(self) -> AbstractContextManager[None]:
        return self._turns.job() if self._live else nullcontext()

    def groups(self) -> list[dict[str, Any]]:
        """Return key, title and number of messages read of each group, as it is called now."""
        found: dict[str, dict[str, Any]] = {}
        with self._archive.reading() as db:
            for key, number in self.report.groups.items():
                view = get_group(db, operator(), key)
                row = {"key": view.key, "title": view.title, "messages": 0}
                found.setdefault(view.key, row)["messages"] += number
        return list(found.values())

    def end(self, state: str, report: dict[str, Any]) -> None:
        """Note how the import ended: `done` or `interrupted`, with its report."""
        with transaction(self._db):
            end_run(self._db, self.run_id, state, json.dumps(report))

    def close(self) -> None:
        """Close the connection."""
        self._db.close()


def fitting(number: int, took: float) -> int:
    """Return how many records fit into a turn, after so many took so many seconds."""
    return max(_FEWEST, min(_MOST, int(number * BATCH_SECONDS / max(took, 0.001))))


def is_new(archive: Archive) -> bool:
    """Tell whether there is no archive yet where one could be made."""
    try:
        folder = archive.folder
        return not archive.path.exists() and (folder.is_dir() or not folder.exists())
    except OSError:  # `open_archive` says what is wrong with the path
        return False
