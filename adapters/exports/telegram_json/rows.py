"""The messages of a chat as decoded rows, many at a time, whatever is wrong with some of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from adapters.exports.telegram_json.source import CHUNK, Damage, Source
from adapters.exports.telegram_json.structure import OPEN, Broken, elements, go_on, measure
from adapters.exports.telegram_json.values import Undecodable, decode, decode_rows

_between = re.compile(rb'\s*,\s*\{\s*"[^"\\]*"\s*:').match
_id = re.compile(rb'\{\s*"id"\s*:\s*(-?\d{1,18})\b').match


def batches(source: Source) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of the array at the cursor and leave the cursor after it.

    What cannot be read goes to `source.faults`. Raises Damage where the file ends too soon."""
    separator = b""
    slow_until = number = 0
    for _ in elements(source):
        if separator and source.offset >= slow_until:
            block = _block(source, separator)
            if block is not None:
                number += len(block)
                yield block
                continue
            slow_until = source.offset + CHUNK
        number += 1
        row = _single(source, number)
        if source.astray:
            return
        if row is not None:
            separator = _separator(source) or separator
            yield [row]


def _block(source: Source, separator: bytes) -> list[dict[str, Any]] | None:
    """Decode the rows up to the last separator in reach at once.

    Wherever the separator was found, the piece is only taken if it is valid JSON on its own, so it
    can not have been cut inside a row."""
    if len(source.window) - source.at < CHUNK:
        source.more()
    start = source.at
    cut = source.window.rfind(separator, start, start + CHUNK) + 1
    if cut <= start:
        return None
    rows = decode_rows(b"[%b]" % source.window[start:cut])
    if not rows or not all(type(row) is dict for row in rows):
        return None
    source.at = cut
    return rows


def _separator(source: Source) -> bytes:
    """Return the bytes from the end of the row before the cursor to the next row's first key."""
    if source.at + 256 > len(source.window):
        # `more` drops what is before the cursor, and the brace before it is known.
        source.more()
    between = _between(source.window, source.at)
    return b"}" + between.group() if between else b""


def _single(source: Source, number: int) -> dict[str, Any] | None:
    """Decode one row; if it is broken, note that and go to where the next one starts."""
    where = f"row {number}, byte {source.offset}"
    try:
        length = measure(source, row=True)
    except Broken as broken:
        _reject(source, where, broken.why)
        if not go_on(source):
            raise Damage("no further message can be found") from None
        return None
    raw = source.window[source.at : source.at + length]
    try:
        row, replaced = decode(raw)
    except Undecodable as fault:
        _reject(source, where, fault.why)
        end = source.offset + length
        if not go_on(source, length - 1):
            source.at += end - source.offset
        return None
    if type(row) is not dict:
        source.at += length
        source.reject(where, "it is not a message")
        return None
    if replaced:
        _reject(source, where, "bytes that are not UTF-8 became �; the rest was kept")
    source.at += length
    return row


def _reject(source: Source, where: str, why: str) -> None:
    """Note a fault, by the id of the message if it can be seen."""
    if source.window[source.at] == OPEN and (seen := _id(source.window, source.at)):
        where = f"message {seen.group(1).decode()}"
    source.reject(where, why)
