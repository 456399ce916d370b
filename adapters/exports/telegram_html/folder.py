"""Which files of a folder are pages of one history, and which of them is the first."""

from __future__ import annotations

import codecs
import re
from itertools import pairwise

from adapters.exports.format import ExportFile
from adapters.exports.telegram_html.page import ROW_START

_PAGE = re.compile(r"messages([2-9]|[1-9][0-9]{1,8})?\.html", re.ASCII)
_EARLIER = re.compile(rb'<a class="pagination[^"]*"\s+href="([^"#]+)"')
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def sniff(file: ExportFile, head: bytes) -> bool:
    """Claim the first page of a history: messages.html, or the lowest page where that is gone."""
    if not file.name.lower().endswith((".html", ".htm")) or not looks_like_page(head):
        return False
    number = page_number(file)
    if number == 1:
        return True
    first = file.beside("messages.html")
    if first is not None and looks_like_page(first.head()):
        return False
    return number is None or number == min(n for n in _numbered(file) if n > 1)


def looks_like_page(head: bytes) -> bool:
    """Tell Telegram Desktop's markup from other HTML by the first bytes of the file."""
    if head.startswith(_UTF16):
        head = head.decode("utf-16", "ignore").encode("utf-8", "ignore")
    if b'class="page_body chat_page"' in head:
        return True
    parts = (b'class="from_name"', b'class="body details"')
    return ROW_START.search(head) is not None and any(part in head for part in parts)


def page_number(file: ExportFile) -> int | None:
    """Return 1 for messages.html, N for messagesN.html, None for any other name."""
    match = _PAGE.fullmatch(base_name(file))
    if match is None:
        return None
    return int(match.group(1) or 1)


def pages(file: ExportFile) -> list[ExportFile]:
    """Return the page and those that follow it in its folder, by number."""
    number = page_number(file)
    if number is None:
        return [file]
    after = sorted((n, page) for n, page in _numbered(file).items() if n > number)
    return [file, *(page for _, page in after)]


def chain_head(file: ExportFile) -> ExportFile:
    """Follow the links to earlier pages, also into other folders, to the first page there is."""
    seen = {file.name}
    while True:
        head = file.head()
        row = ROW_START.search(head)
        link = _EARLIER.search(head, 0, row.start() if row else len(head))
        before = file.beside(link.group(1).decode("utf-8", "replace")) if link else None
        if before is None or before.name in seen or not looks_like_page(before.head()):
            return file
        seen.add(before.name)
        file = before


def missing_pages(found: list[ExportFile]) -> list[str]:
    """Name the pages that the numbers of those found show to be missing between them."""
    numbers = [page_number(page) or 1 for page in found]
    gaps = pairwise(numbers)
    return [_span(before + 1, after - 1) for before, after in gaps if after > before + 1]


def _span(first: int, last: int) -> str:
    if first == last:
        return f"messages{first}.html"
    return f"messages{first}.html to messages{last}.html"


def base_name(file: ExportFile) -> str:
    """Return the file's name without its folder."""
    return file.name.rpartition("/")[2]


def _numbered(file: ExportFile) -> dict[int, ExportFile]:
    found = ((page_number(page), page) for page in file.siblings())
    return {number: page for number, page in found if number is not None}
