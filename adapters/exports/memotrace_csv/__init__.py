"""Reads the CSV that MemoTrace (WeChatMsg, 留痕) writes of a WeChat conversation, old and new."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from adapters.exports.encoding import Text, open_text, peek
from adapters.exports.format import ExportError, ExportFile, Options
from adapters.exports.memotrace_csv.conversation import Conversation
from adapters.exports.memotrace_csv.new import NewRows
from adapters.exports.memotrace_csv.old import OldRows
from archive.records import AnyRecord, Rejected

__all__ = ["NAME", "read", "sniff"]

NAME = "memotrace-csv"

OLD = ("localId", "Type", "SubType", "CreateTime", "StrContent")
NEW = ("消息ID", "类型", "发送人", "时间", "内容")
MAX_FIELD = 16 * 2**20
"""Characters of one cell."""


def sniff(file: ExportFile, head: bytes) -> bool:
    """Claim a CSV whose first line names the columns."""
    line = peek(head).split("\n", 1)[0]
    return _rows_for(_columns(line, _delimiter(line))) is not None


def read(file: ExportFile, options: Options) -> Iterator[AnyRecord]:
    """Read the rows as a stream, each with the group and the member it needs before it."""
    csv.field_size_limit(MAX_FIELD)
    conversation = Conversation(file, options)
    with open_text(file, options) as text:
        lines = iter(text.lines())
        first = next(lines, "")
        delimiter = _delimiter(first)
        columns = _columns(first, delimiter)
        kind = _rows_for(columns)
        if kind is None:
            raise ExportError(f"{file.label} lacks the columns of MemoTrace.", "is it whole?")
        rows = kind(columns, conversation)
        for where, row, fault in _rows(text, lines, delimiter):
            if fault:
                yield Rejected(where, fault)
            elif row:
                yield from rows.records(row, where)
    yield from conversation.end()


def _delimiter(line: str) -> str:
    # what is saved from a spreadsheet as Unicode text has tabs
    return "\t" if line.count("\t") > line.count(",") else ","


def _columns(line: str, delimiter: str) -> list[str]:
    line = line.strip("\ufeff \r\n")
    try:
        return [name.strip() for name in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        return []


def _rows_for(columns: list[str]) -> type[OldRows] | type[NewRows] | None:
    if set(OLD) <= set(columns):
        return OldRows
    return NewRows if set(NEW) <= set(columns) else None


def _rows(
    text: Text, lines: Iterator[str], delimiter: str
) -> Iterator[tuple[str, list[str], str | None]]:
    """Give each row with the number of its last line, or why it could not be read."""
    # strict, so that a file cut inside a quoted cell is noticed
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            # the message of the module names the fault, never the content
            yield f"line {reader.line_num + 1}", [], f"not a row of CSV: {error}"
            continue
        if row is None:
            return
        fault = text.fault("\n".join(row)) if text.damaged else None
        yield f"line {reader.line_num + 1}", row, fault
