"""Reads what PyWxDump writes of a WeChat conversation: CSV or JSON in pages, with users.json."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from adapters.exports.csv_rows import columns_of, delimiter_of, rows_of
from adapters.exports.encoding import open_text, peek
from adapters.exports.format import ExportFile, Options
from adapters.exports.json_stream import elements
from adapters.exports.proposal import stem
from adapters.exports.pywxdump.rows import Rows
from adapters.exports.pywxdump.users import users_beside
from archive.records import AnyRecord, Rejected

__all__ = ["NAME", "read", "sniff"]

NAME = "pywxdump"

COLUMNS = ("MsgSvrID", "type_name", "is_sender", "talker", "CreateTime")
_OBJECT = re.compile(r'\s*\[\s*\{\s*"[^"]{1,40}"\s*:')
_NAMED = re.compile(r'"MsgSvrID"\s*:')
_ELEMENT = re.compile(r'\{\s*"(?:id|MsgSvrID|type_name)"\s*:')
_page = re.compile(r"(?P<chat>.+)_(?P<first>\d{1,12})_(?P<last>\d{1,12})")


def sniff(file: ExportFile, head: bytes) -> bool:
    """Claim the first page of a conversation."""
    text = peek(head)
    if _is_json(text) or set(COLUMNS) <= set(columns_of(text.split("\n", 1)[0])):
        return _beside(file, -1) is None
    return False


def read(file: ExportFile, options: Options) -> Iterator[AnyRecord]:
    """Read all pages as one stream: the same line may stand at the end of one and in the next."""
    found = _page.fullmatch(stem(file))
    rows = Rows(file, options, users_beside(file), found["chat"] if found else None)
    page: ExportFile | None = file
    while page is not None:
        before = "" if page is file else f"{page.name.rpartition('/')[2]}: "
        reader = _objects if _is_json(peek(page.head())) else _lines
        for where, row, fault in reader(page, options):
            if fault:
                yield Rejected(before + where, fault)
            else:
                yield from rows.records(row, before + where)
        page = _beside(page, 1)
    yield from rows.end()


def _is_json(text: str) -> bool:
    return bool(_OBJECT.match(text.lstrip("\ufeff")) and _NAMED.search(text))


def _beside(file: ExportFile, step: int) -> ExportFile | None:
    """Find the page before or after one, by its name: `wxid_abc_5000_10000.csv`."""
    found = _page.fullmatch(stem(file))
    if found is None:
        return None
    first, last = int(found["first"]), int(found["last"])
    size = last - first
    if size <= 0 or first + step * size < 0:
        return None
    suffix = file.name.rpartition(".")[2]
    start = first + step * size
    return file.beside(f"{found['chat']}_{start}_{start + size}.{suffix}")


def _objects(file: ExportFile, options: Options) -> Iterator[tuple[str, Any, str | None]]:
    with open_text(file, options) as text:
        for element in elements(text, _ELEMENT):
            yield f"row {element.number}", element.value, element.fault


def _lines(file: ExportFile, options: Options) -> Iterator[tuple[str, Any, str | None]]:
    with open_text(file, options) as text:
        lines = iter(text.lines())
        first = next(lines, "")
        columns = columns_of(first)
        for where, row, fault in rows_of(text, lines, delimiter_of(first)):
            if row and len(row) < len(columns):
                fault = f"{len(row)} cells instead of {len(columns)}"
            if row or fault:
                yield where, dict(zip(columns, row, strict=False)), fault
