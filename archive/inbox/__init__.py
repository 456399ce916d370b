"""The inbox: what came in, durable before it is acknowledged; projected into the archive after."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from archive.inbox.connection import FILE
from archive.inbox.erasing import Erasing
from archive.inbox.events import Arrival, Event, Events, FailedEvent, Form, Incoming
from archive.inbox.fetches import Fetch, Fetches, FetchJob
from archive.inbox.receipts import Receipts

__all__ = (
    "Arrival", "Event", "FailedEvent", "Fetch", "FetchJob", "Form", "Inbox", "Incoming", "faults",
)  # fmt: skip


class Inbox(Events, Fetches, Receipts, Erasing):
    """The inbox in an archive's folder, made where there is none; threads may share it.

    Every method is a transaction of its own. Raises ArchiveError, Damaged, SchemaTooNew.
    """


def faults(folder: Path) -> Iterator[str]:
    """Tell what is wrong with the file, if there is one."""
    path = folder / FILE
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            said = [row[0] for row in db.execute("PRAGMA quick_check(5)")]
    except sqlite3.DatabaseError as error:
        said = [str(error)]
    if said != ["ok"]:
        yield from (f"inbox: {line}; restore a backup" for line in said)
