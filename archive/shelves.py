"""What a group shared, month by month: its links, its files, and what those who lead it said."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from archive.access import Reader
from archive.compile import Branch, Compiled, compile_query
from archive.ids import HIGHEST, LOWEST, first_id, seconds_of
from archive.index import check_readable
from archive.levels import withheld
from archive.query import parse
from archive.query.chips import filter_text, with_filter
from archive.search import newest_ids
from archive.views import LayerView
from archive.voices import match_of

Shelf = Literal["links", "files", "voices"]

_WANTED = {"links": "has:link", "files": "has:file OR has:audio OR has:video"}


def on_shelf(db: sqlite3.Connection, reader: Reader, group_key: str, shelf: Shelf) -> list[int]:
    """Return the row ids of all messages with something of a kind, newest first.

    Raises NotFound where this reader must not see it, NeedsReindex.
    """
    check_readable(db)
    if shelf == "voices":
        match = match_of(db, reader, group_key)
        gone = withheld(db, reader)
        branches = (Branch(match, LOWEST, HIGHEST),) if match else ()
        return [i for i in newest_ids(db, Compiled(branches, ()), HIGHEST) if i not in gone]
    query = with_filter(_WANTED[shelf], filter_text("in", group_key))
    return newest_ids(db, compile_query(db, parse(query, now=0), reader), HIGHEST)


def by_month(ids: Sequence[int], time_zone: str) -> dict[str, list[int]]:
    """Return row ids, newest first, by the local month of their messages, `2026-11`."""
    found: dict[str, list[int]] = {}
    since, held, zone = HIGHEST, [], ZoneInfo(time_zone)
    for row_id in ids:
        if row_id < since:
            at = datetime.fromtimestamp(seconds_of(row_id), zone)
            month = at.replace(day=1, hour=0, minute=0, second=0, fold=0)
            since = first_id(int(month.timestamp()))
            held = found.setdefault(f"{month:%Y-%m}", [])
        held.append(row_id)
    return found


def layers(months: dict[str, list[int]]) -> list[LayerView]:
    """Return a layer a month, as large as what it holds."""
    return [LayerView(month, len(ids), 0) for month, ids in months.items()]
