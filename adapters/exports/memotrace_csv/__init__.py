"""Reads the CSV that MemoTrace (WeChatMsg, 留痕) writes of a WeChat conversation, old and new."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.exports.csv_rows import columns_of, delimiter_of, rows_of
from adapters.exports.encoding import open_text, peek
from adapters.exports.format import ExportError, ExportFile, Options
from adapters.exports.memotrace_csv.new import NewRows
from adapters.exports.memotrace_csv.old import OldRows
from adapters.exports.wechat_chat import Conversation
from archive.records import AnyRecord, Rejected

__all__ = ["NAME", "read", "sniff"]

NAME = "memotrace-csv"

OLD = ("localId", "Type", "SubType", "CreateTime", "StrContent")
NEW = ("消息ID", "类型", "发送人", "时间", "内容")


def sniff(file: ExportFile, head: bytes) -> bool:
    """Claim a CSV whose first line names the columns."""
    return _rows_for(columns_of(peek(head).split("\n", 1)[0])) is not None


def read(file: ExportFile, options: Options) -> Iterator[AnyRecord]:
    """Read the rows as a stream, each with the group and the member it needs before it."""
    conversation = Conversation(file, options)
    with open_text(file, options) as text:
        lines = iter(text.lines())
        first = next(lines, "")
        columns = columns_of(first)
        kind = _rows_for(columns)
        if kind is None:
            raise ExportError(f"{file.label} lacks the columns of MemoTrace.", "is it whole?")
        rows = kind(columns, conversation)
        for where, row, fault in rows_of(text, lines, delimiter_of(first)):
            if fault:
                yield Rejected(where, fault)
            elif row:
                yield from rows.records(row, where)
    yield from conversation.end()


def _rows_for(columns: list[str]) -> type[OldRows] | type[NewRows] | None:
    if set(OLD) <= set(columns):
        return OldRows
    return NewRows if set(NEW) <= set(columns) else None
