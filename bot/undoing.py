"""Takes an import back, in turns with live capture."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

from archive.database import Archive, transaction
from archive.errors import ArchiveError
from archive.media import find_unused
from archive.turns import Turns
from archive.undo import BATCH, Undo, Undoing, plan

_BESIDE_CAPTURE = 20
"""Messages in one transaction while others wait."""


def take_back(
    archive: Archive,
    run_id: int,
    by: str,
    *,
    sure: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Undoing:
    """Take an import back; may be stopped and done again. Raises NotFound, and ArchiveError where
    people made something of its messages and nobody is `sure`."""
    with archive.reading() as db:
        expected = plan(db, run_id)
    if expected.made and not sure:
        made = ", ".join(f"{number:,} {name}" for name, number in expected.made.items())
        raise ArchiveError(
            f"people made something of what import {run_id} brought: {made}.",
            "it goes too; if that is meant, add --yes",
        )
    turns = Turns(archive.folder)
    live = turns.is_live()
    undo = Undo(run_id, _BESIDE_CAPTURE if live else BATCH)
    with closing(archive.connect_for_writing(copies_log=not live)) as db:
        more = True
        while more:
            undo.look(db)
            with turns.job(), transaction(db):
                more = undo.some(db)
            if progress is not None:
                progress(undo.done.removed, expected.removed)
        for group_id in undo.groups(db):
            with turns.job(), transaction(db):
                undo.leave(db, group_id)
        _drop_files(archive, db, undo, turns)
        with turns.job(), transaction(db):
            undo.finish(db, by)
    undo.done.made, undo.done.forgotten = expected.made, expected.forgotten
    return undo.done


def _drop_files(archive: Archive, db: sqlite3.Connection, undo: Undo, turns: Turns) -> None:
    """Drop the files that nobody has any more, some at a time."""
    some = find_unused(db)
    while some:
        with turns.job(), transaction(db):
            # a kill before the commit leaves the list as it was, and it is done again
            archive.media.drop(undo.files(db, some))
        some = find_unused(db, some[-1])
