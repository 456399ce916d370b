"""Reads a history page by page and makes records of its rows."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
from lxml import etree

from adapters.exports.format import ExportError, ExportFile, Options
from adapters.exports.proposal import proposed_group, stem
from adapters.exports.telegram_html.chat import Chat
from adapters.exports.telegram_html.folder import base_name, chain_head, missing_pages, pages
from adapters.exports.telegram_html.page import (
    Unreadable,
    blocks,
    cut_row,
    damaged_row,
    parse_header,
    parse_row,
    pieces,
)
from adapters.exports.telegram_html.row import read_row
from adapters.exports.telegram_html.text import plain
from archive.records import AnyRecord, Group, Rejected

_NO_TITLE = ("", "Exported Data", "Telegram Chat Export")
_MONTH = re.compile(r"(?<=\S) \(\d{4}-\d{2}\)$")
"""Exports cut by month carry it behind the group's title."""
_CHAT_PAGE = b'class="page_body chat_page"'


def read(file: ExportFile, options: Options) -> Iterator[AnyRecord]:
    """Read the page and those that follow it in its folder, as one group."""
    found = pages(file)
    chat: Chat | None = None
    for page in found:
        try:
            parts = pieces(blocks(page, options))
            header = next(parts)
            first = next(parts, None)
            if chat is None:
                group = _group(header, first, page, options)
                chat = Chat(group.key, options.time_zone)
                yield group
            yield from _rows(header, first, parts, base_name(page), chat)
        except ExportError as fault:
            if chat is None:
                raise
            yield Rejected(where=base_name(page), why=str(fault))
    if chat is not None:
        yield from chat.end()
    for name in missing_pages(found):
        yield Rejected(where=name, why="this page of the export is missing")


def _rows(
    header: bytes, first: bytes | None, parts: Iterator[bytes], page: str, chat: Chat
) -> Iterator[AnyRecord]:
    rest, cut_off, number = header, False, 0
    while first is not None:
        number += 1
        rest, cut_off = b"", True
        try:
            markup, rest = cut_row(first)
            cut_off = False
            row = read_row(parse_row(markup))
            if row.says_nothing():
                raise Unreadable("it has no id, no time and no text")
        except Unreadable as fault:
            yield _lost(first, number, page, chat, str(fault))
        else:
            yield from chat.keep(row)
        first = next(parts, None)
    if not cut_off and b"</html" not in rest[-4096:].lower():
        yield Rejected(where=f"the end of {page}", why="the page is cut off: its end is missing")


def _lost(piece: bytes, number: int, page: str, chat: Chat, why: str) -> Rejected:
    name, own_sender = damaged_row(piece)
    if own_sender:
        chat.forget_sender()
    return Rejected(where=f"{name or f'row {number}'} of {page}", why=why)


def _group(header: bytes, first: bytes | None, page: ExportFile, options: Options) -> Group:
    if first is None and _CHAT_PAGE not in header:
        raise ExportError(
            f"{page.label} holds no messages of a Telegram export",
            "give the folder that Telegram Desktop wrote",
        )
    head = chain_head(page)
    if head is not page:
        header = next(pieces(blocks(head, options)))
    try:
        title = _title(parse_header(header)) or stem(head)
    except Unreadable as fault:
        raise ExportError(f"the head of {page.label} cannot be read: {fault}") from fault
    group = proposed_group("telegram", _MONTH.sub("", title), options)
    return msgspec.structs.replace(group, continues=head is not page)


def _title(root: etree._Element) -> str:
    """Return the chat's name from the page's header, or whatever else names the page."""
    for box in root.iter("div"):
        if "page_header" in box.get("class", "").split():
            inner = (e for e in box.iter("div") if "text" in e.get("class", "").split())
            return next((plain(e).strip() for e in inner), "")
    named = [plain(e).strip() for e in root.iter("h1")]
    named += [e.get("content", "").strip() for e in root.iter("meta") if e.get("name") == "title"]
    named += [plain(e).strip() for e in root.iter("title")]
    return next((title for title in named if title not in _NO_TITLE), "")
