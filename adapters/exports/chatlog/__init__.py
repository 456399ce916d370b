"""Reads what chatlog answers about a WeChat conversation: JSON, CSV and text."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from adapters.exports.chatlog.lines import History, header_of
from adapters.exports.chatlog.rows import Rows
from adapters.exports.csv_rows import columns_of, delimiter_of, rows_of
from adapters.exports.encoding import open_text, peek
from adapters.exports.format import ExportFile, Options
from adapters.exports.json_stream import elements
from archive.records import AnyRecord, Rejected

__all__ = ["NAME", "read", "sniff"]

NAME = "chatlog"

COLUMNS = ("Time", "SenderName", "Sender", "TalkerName", "Talker", "Content")
_OBJECT = re.compile(r'\s*\[\s*\{\s*"(?:seq|time|talker)"\s*:')
_ELEMENT = re.compile(r'\{\s*"seq"\s*:\s*\d+\s*,\s*"time"\s*:')


def sniff(file: ExportFile, head: bytes) -> bool:
    """Claim by the fields, the columns, or two headers with WeChat's ids."""
    text = peek(head)
    if _is_json(text) or _is_csv(text):
        return True
    return file.name.lower().endswith(".txt") and _is_lines(text)


def read(file: ExportFile, options: Options) -> Iterator[AnyRecord]:
    """Read every conversation of the file as a stream."""
    head = peek(file.head())
    if _is_json(head):
        return _objects(file, options)
    return _table(file, options) if _is_csv(head) else _lines(file, options)


def _is_json(text: str) -> bool:
    return bool(_OBJECT.match(text)) and '"talker"' in text and '"isChatRoom"' in text


def _is_csv(text: str) -> bool:
    return set(COLUMNS) <= set(columns_of(text.split("\n", 1)[0]))


def _is_lines(text: str) -> bool:
    lines = text.replace("\r\n", "\n").lstrip("\ufeff\n ").split("\n")
    first = header_of(lines[0])
    if first is None:
        return False
    parted = (b for a, b in itertools.pairwise(lines) if not a)
    # names with ids in brackets are QQ's as well; without a date, or with a room, these are not
    found = [first, *filter(None, map(header_of, parted))]
    return any(one.talker or one.is_of_wechat for one in found)


def _objects(file: ExportFile, options: Options) -> Iterator[AnyRecord]:
    rows = Rows(file, options)
    with open_text(file, options) as text:
        for element in elements(text, _ELEMENT):
            where = f"message {element.number}"
            if element.fault:
                yield Rejected(where, element.fault)
            else:
                yield from rows.told(element.value, where)
    yield from rows.end()


def _table(file: ExportFile, options: Options) -> Iterator[AnyRecord]:
    rows = Rows(file, options)
    with open_text(file, options) as text:
        lines = iter(text.lines())
        first = next(lines, "")
        columns = columns_of(first)
        for where, row, fault in rows_of(text, lines, delimiter_of(first)):
            if fault:
                yield Rejected(where, fault)
            elif len(row) >= len(columns):
                yield from rows.listed(dict(zip(columns, row, strict=False)), where)
            elif row:
                yield Rejected(where, f"{len(row)} cells instead of {len(columns)}")
    yield from rows.end()


def _lines(file: ExportFile, options: Options) -> Iterator[AnyRecord]:
    history = History(file, options)
    with open_text(file, options) as text:
        for number, line in enumerate(text.lines(), 1):
            yield from history.line(number, line, text.fault(line))
    yield from history.end()
