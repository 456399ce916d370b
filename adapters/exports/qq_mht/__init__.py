"""Reads the .mht that QQ's client exports: one page of HTML, and its pictures in the same file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapters.exports.encoding import open_text, peek
from adapters.exports.format import ExportFile, Options
from adapters.exports.qq_mht.history import History
from adapters.exports.qq_mht.parts import Parts
from archive.records import AnyRecord, Rejected

__all__ = ["NAME", "Parts", "read", "sniff"]

NAME = "qq-mht"

_MIME = re.compile(r"^MIME-Version\s*:", re.IGNORECASE | re.MULTILINE)
_OF_QQ = re.compile(r"Tencent|消息(?:记录|分组|对象)|日期\s*[:：]\s*\d{4}-")
_boundary = re.compile(r'boundary\s*=\s*"?(?P<line>[^"\r\n;]{1,200})', re.IGNORECASE)
_html = re.compile(r"<(?:html|table|body)\b", re.IGNORECASE)
_row_end = re.compile(r"</tr\s*>", re.IGNORECASE)
LONGEST = 16 * 2**20
"""Characters of one row."""


def sniff(file: ExportFile, head: bytes) -> bool:
    """Claim a MIME file that names QQ's maker or has its rows."""
    if not file.name.lower().endswith((".mht", ".mhtml")):
        return False
    text = peek(head)
    return bool(_MIME.search(text[:4096]) and _OF_QQ.search(text))


def read(file: ExportFile, options: Options) -> Iterator[AnyRecord]:
    """Read the rows of the page as a stream; pictures are taken from the file when they are met."""
    history = History(file, options)
    yield from _rows(file, options, history)
    yield from history.end()


def _rows(file: ExportFile, options: Options, history: History) -> Iterator[AnyRecord]:
    found = _boundary.search(peek(file.head()))
    end = f"\n--{found['line']}" if found else None
    with open_text(file, options) as text:
        window, begun = "", False
        for chunk in text.chunks():
            window += chunk
            if not begun:
                start = _html.search(window)
                if start is None:
                    window = window[-200_000:]
                    continue
                window, begun = window[start.start() :], True
            stop = window.find(end) if end else -1
            page = window if stop < 0 else window[:stop]
            at = 0
            for row in _row_end.finditer(page):
                piece = page[at : row.start()]
                yield from history.row(piece, text.fault(piece))
                at = row.end()
            window = page[at:]
            if stop >= 0:
                break
            if len(window) > LONGEST:
                yield Rejected(f"row {history.number + 1}", f"longer than {LONGEST} characters")
                window = ""
        if "<td" in window.lower():
            yield from history.row(window, text.fault(window), whole=False)
            yield Rejected(f"row {history.number}", "the file ends in the middle of it")
