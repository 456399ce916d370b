"""Reads the SQLite file of tg-archive: a copy of it, read-only, with limits on what it may cost."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import closing

from adapters.exports.format import ExportError, ExportFile, Options
from adapters.exports.tg_archive.settings import settings_of
from adapters.exports.tg_archive.stored import Rows
from adapters.exports.tg_archive.tables import FAULTS, Cells, opened
from archive.records import AnyRecord, Rejected

__all__ = ["NAME", "read", "sniff"]

NAME = "tg-archive-db"

MAX_SIZE = 32 * 2**30
"""Bytes of a database."""
_MAGIC = b"SQLite format 3\0"
_MESSAGES = re.compile(rb"create\s+table\s+[\"'`\[]?messages\b[^\0]{0,2000}?media_id", re.I)
_MOST_FAULTS = 200
_AGAIN = "run tg-archive's sync again, or give an older copy"


def sniff(file: ExportFile, head: bytes) -> bool:
    """Claim SQLite with tg-archive's table of messages."""
    return head.startswith(_MAGIC) and _MESSAGES.search(head) is not None


def read(file: ExportFile, options: Options) -> Iterator[AnyRecord]:
    """Read the messages in order of their ids; a damaged page is listed and gone past."""
    if file.size > MAX_SIZE:
        raise ExportError(f"{file.label} is larger than {MAX_SIZE >> 30} GiB.", _AGAIN)
    with tempfile.NamedTemporaryFile(prefix="chendian-") as copy:
        with file.open() as source:
            while block := source.read(1 << 20):
                copy.write(block)
        copy.flush()
        try:
            with closing(opened(copy.name)) as db:
                yield from _records(Cells(db), file, options)
        except FAULTS as error:
            why = f"{file.label} is a damaged or foreign database: {error}."
            raise ExportError(why, _AGAIN) from error


def _records(cells: Cells, file: ExportFile, options: Options) -> Iterator[AnyRecord]:
    rows = Rows(cells, file, options, settings_of(file))
    yield rows.group
    for suffix in ("-wal", "-journal"):
        beside = file.beside(file.name.rpartition("/")[2] + suffix)
        if beside is not None and beside.size:
            why = "changes not yet written to the database are not read"
            yield Rejected(beside.name, f"{why}; close the program that uses it first")
    after: int | None = None
    step, faults = 1, 0
    while True:
        try:
            for row in cells.messages(after):
                after, step = row["id"] if isinstance(row["id"], int) else after, 1
                yield from rows.records(row)
            return
        except FAULTS as error:
            # go on behind the damage: a page holds a few dozen messages, or a few thousand
            faults += step == 1
            if step == 1:
                yield Rejected(f"messages after {after or 0}", f"damaged: {error}")
            if faults > _MOST_FAULTS or step > 1 << 40:
                return
            after, step = (after or 0) + step, step * 2
