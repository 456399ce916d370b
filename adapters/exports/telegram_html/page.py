"""One page as a stream of bytes: its header, then its rows, each cut out whole."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from lxml import etree

from adapters.exports.encoding import HINT, open_text
from adapters.exports.format import ExportFile, Options

ROW_START = re.compile(
    rb"""<div\s(?!class="(?!message[\s"]))(?=[^<>]*?(?<=\s)class\s*=\s*["']message[\s"'])[^<>]*>"""
)
"""The tag a row begins with. Text of messages is escaped and cannot look like it."""

LARGEST = 4 << 20
"""Bytes of one row; a message is a few kilobytes."""

_BLOCK = 1 << 18
_LONGEST_TAG = 1 << 16
_DEEPEST = 100
_DIV = re.compile(rb"<(/?)div(?=[\s>/])[^<>]*>")
_END = b"<hr>"
"""Written after a row: the parser gives up without a word where nesting is too deep, and then
this mark is not reached."""
_ROW_ID = re.compile(rb"""\sid\s*=\s*["']message(-?\d{1,18})["']""")
_PARSER = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)

SHIELD = 0xFDD0
"""Added to a control character, which HTML cannot carry, while the row is parsed: Unicode keeps 32
places there that are no characters, for such uses."""
_CONTROLS = bytes({*range(32)} - {9, 10, 13})
_CONTROL = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#(?:[xX]0*(1?[0-9a-fA-F])|0*([0-9]|[12][0-9]|3[01]));"
)


class Unreadable(Exception):
    """A row that cannot be read; the argument says why, for a person."""


def blocks(file: ExportFile, options: Options) -> Iterator[bytes]:
    """Read a page as UTF-8 without a byte order mark. Telegram writes nothing else, so another
    encoding is believed only if the file is marked with it or the person importing names it."""
    if options.encoding or file.head(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        with open_text(file, options) as text:
            for chunk in text.chunks():
                # what did not decode is a lone surrogate there, and no UTF-8 here
                yield chunk.encode("utf-8", "surrogatepass")
        return
    with file.open() as source:
        block = source.read(_BLOCK).removeprefix(codecs.BOM_UTF8)
        while block:
            yield block
            block = source.read(_BLOCK)


def pieces(source: Iterator[bytes]) -> Iterator[bytes]:
    """Cut a page before each row: first what precedes the rows, then each row with all that
    follows it up to the next. Of a piece longer than LARGEST, no more than its beginning is
    whole."""
    piece = rest = b""
    for block in source:
        data = rest + block
        cut = -1
        for match in ROW_START.finditer(data):
            yield piece + data[max(cut, 0) : match.start()]
            piece, cut = b"", match.start()
        last = data.rfind(b"<")
        open_tag = last > cut and data.find(b">", last) < 0 and len(data) - last < _LONGEST_TAG
        end = last if open_tag else len(data)
        if len(piece) <= LARGEST:
            piece += data[max(cut, 0) : end]
        rest = data[end:]
    yield piece + rest


def cut_row(piece: bytes) -> tuple[bytes, bytes]:
    """Split a piece after the end of its row. Raises Unreadable when the row does not end."""
    too_large = len(piece) > LARGEST
    piece = piece[:LARGEST]
    row = piece.rstrip()
    if row.endswith(b"</div>") and row.count(b"<div") == row.count(b"</div>"):
        return row, b""
    depth = 0
    for match in _DIV.finditer(piece):
        depth += -1 if match.group(1) else 1
        if depth == 0:
            return piece[: match.end()], piece[match.end() :]
        if depth > _DEEPEST:
            raise Unreadable("it is nested too deep")
    if too_large:
        raise Unreadable(f"it is larger than {LARGEST >> 20} MB")
    raise Unreadable("it is cut off: its end is missing")


def parse_row(markup: bytes) -> etree._Element:
    """Parse one row that was cut out whole. Raises Unreadable."""
    body = _parse(markup + _END).find("body")
    if body is None or len(body) < 2 or body[-1].tag != "hr":
        raise Unreadable("its markup is broken or nested too deep")
    return body[0]


def parse_header(markup: bytes) -> etree._Element:
    """Parse what precedes the first row. Raises Unreadable."""
    return _parse(markup)


def _parse(markup: bytes) -> etree._Element:
    try:
        markup.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(f"it has bytes that are not text; {HINT}") from error
    if b"&#" in markup or len(markup) != len(markup.translate(None, _CONTROLS)):
        markup = _CONTROL.sub(_shield, markup)
    try:
        root = etree.fromstring(markup, _PARSER)
    except (etree.LxmlError, ValueError) as error:
        raise Unreadable("it is not HTML") from error
    if root is None:
        raise Unreadable("it is empty")
    return root


def _shield(match: re.Match[bytes]) -> bytes:
    hexadecimal, decimal = match.groups()
    code = int(hexadecimal, 16) if hexadecimal else int(decimal or match.group()[0])
    if code in (9, 10, 13):
        return b"&#%d;" % code
    return chr(SHIELD + code).encode("utf-8")


def damaged_row(piece: bytes) -> tuple[str, bool]:
    """Return `message 12` (empty without an id) and whether a lost row had a sender of its own."""
    tag = piece[:_LONGEST_TAG].partition(b">")[0]
    match = _ROW_ID.search(tag)
    own_sender = not re.search(rb"\b(?:service|joined)\b", tag)
    return f"message {match[1].decode()}" if match else "", own_sender
