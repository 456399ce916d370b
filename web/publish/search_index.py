"""Builds the search of the published folder: an index in classic scripts, of which a query reads
the few it needs."""

from __future__ import annotations

import gc
import shutil
import sqlite3
from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from archive.access import Reader
from archive.ids import LOWEST, first_id, seconds_of
from archive.people import DEFAULT_ZONE
from archive.published_texts import Said, groups_of, said
from web.publish.places import beginning_of
from web.publish.search_lists import Lists
from web.publish.search_runs import Runs
from web.publish.search_scripts import FOLDER, Scripts
from web.publish.search_shards import PairShards, WordShards
from web.publish.search_snippets import (
    PER_FILE,
    Row,
    Snippets,
    folder_of,
    searched,
    write_rows,
)
from web.publish.search_tables import write_tables
from web.publish.search_terms import Terms, terms_of, together

_CHUNK = PER_FILE * 64
"""Messages held at a time."""
_OF_RUN = 4
"""How many times that make a run: the fewer runs, the fewer files are open at the end."""


class Built(msgspec.Struct, frozen=True):
    """What was written, in bytes."""

    messages: int
    newest: int
    """The id of the newest message the reader may see; 0 where there is none."""
    index: int
    snippets: int


def write_index(
    db: sqlite3.Connection, reader: Reader, out: Path, time_zone: str = DEFAULT_ZONE
) -> Built:
    """Write `x/` anew for what this reader may see; `time_zone` decides where months begin."""
    folder = out / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    collects = gc.isenabled()
    # nothing here makes cycles, and looking for them takes a tenth of the time
    gc.disable()
    try:
        return _Builder(db, reader, folder, time_zone).build()
    finally:
        if collects:
            gc.enable()


class _Builder:
    def __init__(
        self, db: sqlite3.Connection, reader: Reader, folder: Path, time_zone: str
    ) -> None:
        self._db, self._reader, self._folder = db, reader, folder
        self._scripts = Scripts(folder / "building")
        self._groups = groups_of(db, reader)
        self._snippets = Snippets(self._groups)
        self._zone = ZoneInfo(time_zone)
        self._months: dict[str, int] = {}
        self._by_group: list[np.ndarray[tuple[int], np.dtype[np.uint16]]] = []
        self._essence: list[int] = []
        self._count = self._shown = 0
        self._month_ends = LOWEST
        self._newest = 0

    def build(self) -> Built:
        """Read every message once, then put the terms in order."""
        runs = Runs(self._folder / "runs")
        found = self._found()
        held: list[Terms] = []
        while chunk := list(islice(found, _CHUNK)):
            held.append(terms_of([searched(message.text) for message, _ in chunk], self._count))
            self._write_rows(chunk)
            if len(held) == _OF_RUN:
                runs.add(together(held))
                held = []
        if held:
            runs.add(together(held))
        lists = Lists(self._scripts, self._count)
        pairs = PairShards(self._scripts, self._count, lists)
        for keys in runs.pairs():
            pairs.add(keys)
        words = WordShards(self._scripts, self._count, lists)
        for word in runs.words():
            words.add(word)
        words.close()
        self._write_filters(lists)
        shutil.rmtree(self._folder / "runs")
        write_tables(self._scripts)
        contents = self._contents(pairs, words, lists)
        version = self._scripts.version
        # a name of its own for all that belongs together: browsers keep files of the index before
        self._scripts.folder.rename(self._folder / version)
        size = self._scripts.size + Scripts(self._folder).values("contents", version, contents, "")
        return Built(self._count, self._newest, size - self._shown, self._shown)

    def _found(self) -> Iterator[tuple[Said, Row]]:
        for message in said(self._db, self._reader):
            self._newest = message.id
            if (row := self._snippets.row(message)) is not None:
                yield message, row

    def _write_rows(self, chunk: list[tuple[Said, Row]]) -> None:
        for start in range(0, len(chunk), PER_FILE):
            rows = [row for _, row in chunk[start : start + PER_FILE]]
            self._shown += write_rows(self._scripts, (self._count + start) // PER_FILE, rows)
        self._by_group.append(np.array([row[0] for _, row in chunk], np.uint16))
        essence = [message.essence for message, _ in chunk]
        self._essence += (np.flatnonzero(essence) + self._count).tolist()
        self._note_months(chunk)
        self._count += len(chunk)

    def _note_months(self, chunk: list[tuple[Said, Row]]) -> None:
        while chunk[-1][0].id >= self._month_ends:
            place = bisect_left(chunk, self._month_ends, key=lambda one: one[0].id)
            at = datetime.fromtimestamp(seconds_of(chunk[place][0].id), UTC).astimezone(self._zone)
            later = (at.replace(day=1, hour=0, minute=0, second=0) + timedelta(days=32)).replace(
                day=1
            )
            self._month_ends = first_id(int(later.timestamp()))
            self._months[f"{at:%Y-%m}"] = self._count + place

    def _write_filters(self, lists: Lists) -> None:
        by_group = np.concatenate(self._by_group) if self._by_group else np.zeros(0, np.uint16)
        for number in range(len(self._groups)):
            places = np.flatnonzero(by_group == number)
            if len(places) and len(self._groups) > 1:
                lists.add(f"@{number}", places)
        if self._essence:
            lists.add("!", np.array(self._essence, np.int64))

    def _contents(self, pairs: PairShards, words: WordShards, lists: Lists) -> dict[str, object]:
        return {
            "messages": self._count,
            "newest": self._newest,
            "perFile": PER_FILE,
            "pairs": " ".join(pairs.firsts),
            "words": " ".join(words.firsts),
            "lists": lists.held,
            "groups": [
                [folder_of(key), title, beginning_of(key)]
                for key, title, _ in self._groups.values()
            ],
            "months": list(self._months.items()),
        }
