"""Reads the text that LINE writes of a chat, in Chinese, English and Japanese."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.exports.encoding import open_text, peek
from adapters.exports.format import ExportFile, Options
from adapters.exports.line_txt.history import History
from adapters.exports.line_txt.rows import SAVED, TITLE, day_of, form_of
from archive.records import AnyRecord

__all__ = ["NAME", "read", "sniff"]

NAME = "line-txt"

_HEAD_LINES = 12


def sniff(file: ExportFile, head: bytes) -> bool:
    """Claim LINE's own head, or rows of its kind under a day."""
    if not file.name.lower().endswith(".txt"):
        return False
    text = peek(head)
    lines = [line.strip("\ufeff\r ") for line in text.split("\n", _HEAD_LINES)[:_HEAD_LINES]]
    if not any(lines):
        return False
    first = next(line for line in lines if line)
    if TITLE.fullmatch(first) and (first.startswith("[LINE]") or any(map(SAVED.match, lines))):
        return True
    return day_of(first) is not None and form_of(text) == "tabs"


def read(file: ExportFile, options: Options) -> Iterator[AnyRecord]:
    """Read the chat as a stream."""
    history = History(file, options, form_of(peek(file.head())) or "tabs")
    with open_text(file, options) as text:
        for number, line in enumerate(text.lines(), 1):
            yield from history.line(number, line, text.fault(line))
    yield from history.end()
