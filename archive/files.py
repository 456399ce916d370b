"""Files 文件 a page at a time: by type, newest or largest first, or those that are not there."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from typing import Literal, NamedTuple

from archive.access import Reader
from archive.compile import Compiled, compile_query
from archive.errors import BadQuery
from archive.groups import get_group
from archive.index import TABLE, check_readable
from archive.loading import load_views
from archive.people import DEFAULT_ZONE
from archive.query import parse
from archive.query.chips import filter_text, with_filter
from archive.records import Attachment
from archive.views import MessageView, View

Order = Literal["newest", "largest"]
FileType = Literal["document", "sheet", "slides", "packed", "picture", "audio", "video", "other"]

COUNTED = 1_000
"""Counts are exact up to here."""

_ANY = "has:file OR has:audio OR has:video"
_ENDINGS: dict[FileType, str] = {
    "document": "pdf doc docx txt md rtf epub mobi azw3 pages odt wps html htm",
    "sheet": "xls xlsx csv tsv numbers ods et",
    "slides": "ppt pptx key odp dps",
    "packed": "zip rar 7z gz tar bz2 xz zst",
    "picture": "jpg jpeg png gif webp bmp svg heic psd ai",
    "audio": "mp3 m4a wav flac ogg opus aac amr",
    "video": "mp4 mov mkv avi webm flv m4v",
}
TYPES: tuple[FileType, ...] = (*_ENDINGS, "other")


class FileView(View, frozen=True):
    """A file and the message it came with."""

    message: MessageView
    file: Attachment


class FilePage(View, frozen=True):
    """A part of a list of files."""

    files: tuple[FileView, ...]
    count: int
    exact: bool
    """False: there are more than `count`."""
    next: str | None
    """Pass as `cursor` for the following part; None at the end."""


class _Row(NamedTuple):
    size: int
    message: int
    position: int


def list_files(
    db: sqlite3.Connection,
    reader: Reader,
    group_key: str | None = None,
    words: str = "",
    *,
    only: FileType | None = None,
    missing: bool = False,
    order: Order = "newest",
    cursor: str | None = None,
    limit: int = 40,
    time_zone: str = DEFAULT_ZONE,
) -> FilePage:
    """Return files, music and videos that this reader may see: those a query finds, of one type,
    or only those that are `missing`.

    Raises BadQuery for what cannot be understood, NotFound, NeedsReindex.
    """
    check_readable(db)
    query = words.strip() or _ANY
    if group_key is not None:
        query = with_filter(query, filter_text("in", get_group(db, reader, group_key).key))
    compiled = compile_query(db, parse(query, now=int(time.time()), time_zone=time_zone), reader)
    wanted = _of_type(only) + (" AND a.missing IS NOT NULL" if missing else "")
    rows = sorted(
        set(_rows(db, compiled, wanted, order, _place(cursor, order), limit + 1)),
        key=lambda row: _key(row, order),
    )
    shown = rows[:limit]
    count = _count(db, compiled, wanted)
    return FilePage(
        tuple(_views(db, reader, shown)),
        min(count, COUNTED),
        count <= COUNTED,
        _cursor(shown[-1], order) if len(rows) > limit else None,
    )


def _rows(
    db: sqlite3.Connection,
    compiled: Compiled,
    wanted: str,
    order: Order,
    place: _Row | None,
    limit: int,
) -> Iterator[_Row]:
    by = "i.rowid DESC, a.position" if order == "newest" else "3 DESC, i.rowid DESC, a.position"
    beyond = "(i.rowid < ?6 OR i.rowid = ?6 AND a.position > ?7)"
    if order == "largest":
        beyond = f"(coalesce(a.size, -1) < ?5 OR coalesce(a.size, -1) = ?5 AND {beyond})"
    at = place or (0, 0, 0)
    for branch in compiled.branches:
        highest = branch.highest
        if order == "newest" and place is not None:
            highest = min(highest, place.message)
        rows = db.execute(
            f"SELECT i.rowid, a.position, coalesce(a.size, -1) FROM {_FROM} AND {wanted}"
            f" AND (?8 OR {beyond}) ORDER BY {by} LIMIT ?9",
            (_match(branch.match), branch.lowest, highest, compiled.withheld, *at, place is None,
             limit),
        )  # fmt: skip
        for message, position, size in rows:
            yield _Row(size, message, position)


_FROM = (
    f"{TABLE} i JOIN attachments a ON a.message_id = i.rowid WHERE {TABLE} MATCH ?1"
    " AND i.rowid BETWEEN ?2 AND ?3 AND i.rowid NOT IN (SELECT value FROM json_each(?4))"
)


def _match(found: str) -> str:
    return f"({found}) AND facet : (hfile OR haudio OR hvideo)"


def _count(db: sqlite3.Connection, compiled: Compiled, wanted: str) -> int:
    """Count files, up to one more than are counted."""
    found: set[tuple[int, int]] = set()
    for branch in compiled.branches:
        found.update(
            db.execute(
                f"SELECT i.rowid, a.position FROM {_FROM} AND {wanted} ORDER BY i.rowid DESC"
                " LIMIT ?5",
                (_match(branch.match), branch.lowest, branch.highest, compiled.withheld,
                 COUNTED + 1),
            )
        )  # fmt: skip
    return len(found)


def _of_type(only: FileType | None) -> str:
    """Return SQL that holds for attachments of a type; of these words only, none from people."""
    if only is None:
        return "a.kind IN ('file', 'audio', 'video')"
    if only == "other":
        known = " ".join(_ENDINGS.values()).split()
        return f"a.kind = 'file' AND NOT coalesce({_ends_in(known)}, 0)"
    named = f"a.kind = 'file' AND {_ends_in(_ENDINGS[only].split())}"
    return f"(a.kind = '{only}' OR {named})" if only in ("audio", "video") else f"({named})"


def _ends_in(endings: list[str]) -> str:
    listed = ", ".join(f"'{ending}'" for ending in endings)
    # what stands behind the last dot
    return f"lower(replace(a.name, rtrim(a.name, replace(a.name, '.', '')), '')) IN ({listed})"


def _views(db: sqlite3.Connection, reader: Reader, rows: list[_Row]) -> Iterator[FileView]:
    ids = list(dict.fromkeys(row.message for row in rows))
    views = {view.id: view for view in load_views(db, reader, ids)}
    listed = db.execute(
        "SELECT message_id, position FROM attachments"
        " WHERE message_id IN (SELECT value FROM json_each(?)) ORDER BY 1, 2",
        (json.dumps(ids),),
    )
    places: dict[int, list[int]] = {}
    for message, position in listed:
        places.setdefault(message, []).append(position)
    for row in rows:
        view = views.get(row.message)
        # who opted out shows nothing from that moment on
        if view is not None and view.attachments:
            yield FileView(view, view.attachments[places[row.message].index(row.position)])


def _key(row: _Row, order: Order) -> tuple[int, int, int]:
    return (-row.size if order == "largest" else 0, -row.message, row.position)


def _cursor(row: _Row, order: Order) -> str:
    return ".".join(str(part) for part in (row if order == "largest" else row[1:]))


def _place(cursor: str | None, order: Order) -> _Row | None:
    if cursor is None:
        return None
    parts = cursor.removeprefix("-").split(".")
    if len(cursor) > 50 or not all(part.isascii() and part.isdigit() for part in parts):
        raise BadQuery("这一页不存在（there is no such page）。", "从第一页开始（start anew）")
    numbers = [min(int(part), 2**62) for part in parts]
    if len(numbers) != (3 if order == "largest" else 2):
        raise BadQuery("这一页不存在（there is no such page）。", "从第一页开始（start anew）")
    if order == "newest":
        return _Row(0, *numbers)
    return _Row(-numbers[0] if cursor.startswith("-") else numbers[0], *numbers[1:])
