"""Reads the site that tg-archive makes: YYYY-MM.html, YYYY-MM_2.html …, a group's months."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from adapters.exports.encoding import open_text
from adapters.exports.format import ExportError, ExportFile, Options
from adapters.exports.tg_archive.page import Unreadable, parsed, records_of
from adapters.exports.tg_archive.settings import Settings, group_of, settings_of
from adapters.exports.tree import natural
from archive.records import AnyRecord, Group, Rejected

__all__ = ["NAME", "read", "sniff"]

NAME = "tg-archive-html"

LARGEST = 4 << 20
"""Characters of one row."""
_MONTH = re.compile(r"\d{4}-\d{2}(?:_\d{1,5})?\.html", re.ASCII)
_MARK = re.compile(rb'<ul class="messages"|<li class="message type-')
_START = re.compile(r'<li class="(?P<class>message type-|day")')
_ITEM = re.compile(r"<(/?)li(?=[\s>])[^<>]*>")
_TITLE = re.compile(r'<nav class="nav">\s*<a [^<>]*>@?([^<>]{1,300})</a>')


def sniff(file: ExportFile, head: bytes) -> bool:
    """Claim the first month, or the front page where no month lies beside it."""
    name = file.name.rpartition("/")[2]
    if not name.endswith(".html") or not _MARK.search(head):
        return False
    months = _months(file)
    if _MONTH.fullmatch(name):
        return months[0].name == file.name
    return name == "index.html" and not months


def read(file: ExportFile, options: Options) -> Iterator[AnyRecord]:
    """Read the month and all that lie beside it, as one group."""
    pages = _months(file) or [file]
    settings = settings_of(file)
    group: Group | None = None
    met: set[str] = set()
    for page in pages:
        name = page.name.rpartition("/")[2]
        try:
            for number, piece, fault in _pieces(page, options):
                if group is None:
                    title = _TITLE.search(piece)
                    group = group_of(settings, title[1] if title else "", file, options)
                    yield group
                if number and (fault or piece):
                    where = f"row {number} of {name}"
                    yield from _row(piece, fault, where, group, settings, met)
            if not piece.rstrip().endswith("</html>") and "</ul>" not in piece[-4000:]:
                yield Rejected(f"the end of {name}", "the page is cut off: its end is missing")
        except ExportError as error:
            if group is None:
                raise
            yield Rejected(name, str(error))


def _row(
    piece: str, fault: str | None, where: str, group: Group, settings: Settings, met: set[str]
) -> Iterator[AnyRecord]:
    try:
        if fault:
            raise Unreadable(fault)
        yield from records_of(parsed(_cut(piece)), group, settings, met)
    except (Unreadable, etree.LxmlError) as error:
        yield Rejected(where, str(error))


def _cut(piece: str) -> str:
    """Return a row without what follows it. Raises Unreadable when it does not end."""
    depth = 0
    for found in _ITEM.finditer(piece, 0, LARGEST):
        depth += -1 if found[1] else 1
        if depth == 0:
            return piece[: found.end()]
    if len(piece) > LARGEST:
        raise Unreadable(f"it is larger than {LARGEST >> 20} MB")
    raise Unreadable("it is cut off: its end is missing")


def _pieces(page: ExportFile, options: Options) -> Iterator[tuple[int, str, str | None]]:
    """Cut a page before each row; 0 is what precedes the rows, and days are left out."""
    with open_text(page, options) as text:
        number, held, kind = 0, "", "head"
        for chunk in text.chunks():
            data, at = held + chunk, 0
            for found in _START.finditer(data, 1 if held else 0):
                if kind != "day":
                    piece = data[at : found.start()]
                    yield number, piece, text.fault(piece)
                at, kind = found.start(), "day" if found["class"].startswith("day") else "row"
                number += kind == "row"
            held = data[at:]
            if len(held) > 2 * LARGEST:
                held = held[: LARGEST + 1] + held[-64:]
        yield number if kind == "row" else 0, held, text.fault(held)


def _months(file: ExportFile) -> list[ExportFile]:
    found = [f for f in file.siblings() if _MONTH.fullmatch(f.name.rpartition("/")[2])]
    return sorted(found, key=lambda page: natural(page.name))
