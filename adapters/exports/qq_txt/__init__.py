"""Reads the text exports of the QQ client and what people copy from its windows."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.exports.encoding import open_text, peek
from adapters.exports.format import ExportError, ExportFile, Options
from adapters.exports.qq_txt.dialects import TITLED, Dialect, dialect_of
from adapters.exports.qq_txt.history import History
from archive.records import AnyRecord

__all__ = ["NAME", "read", "sniff"]

NAME = "qq-txt"

_FOREIGN = ("(wxid_", "@chatroom)")
"""Other programs' texts whose headers look alike."""


def sniff(file: ExportFile, head: bytes) -> bool:
    """Claim the client's own head, or a text whose message headers are QQ's."""
    text = peek(head)
    if TITLED.search(text):
        return True
    if not file.name.lower().endswith(".txt") or any(mark in text for mark in _FOREIGN):
        return False
    return dialect_of(text) is not None


def read(file: ExportFile, options: Options) -> Iterator[AnyRecord]:
    """Read every group of the file as a stream."""
    head = peek(file.head())
    dialect = dialect_of(head) or Dialect("ids", crlf="\r\n" in head[:4096])
    if options.group and _count_groups(file, options) > 1:
        raise ExportError(f"{file.label} holds several groups.", "leave --group out")
    history = History(file, options, dialect)
    with open_text(file, options) as text:
        for number, line in enumerate(text.lines(), 1):
            yield from history.line(number, line, text.fault(line))
    yield from history.end()


def _count_groups(file: ExportFile, options: Options) -> int:
    with open_text(file, options) as text:
        before, groups = "", set()
        for line in text.lines():
            if before.startswith("====") and line.startswith("消息对象:"):
                groups.add(line)
            before = line
    return len(groups)
