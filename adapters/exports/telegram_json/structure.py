"""The shape of JSON without its values: keys, elements, where a value ends; any depth, any size."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapters.exports.telegram_json.keys import CHAT_TYPES
from adapters.exports.telegram_json.source import Damage, Source

LARGEST = 1 << 23
"""Bytes of the longest value that is taken into memory."""

CUT = "the file ends in the middle"
END = -1
QUOTE, OPEN_LIST, CLOSE_LIST, OPEN, CLOSE = b'"[]{}'

# A raw line end never lies inside a JSON string, so a string that meets one lost its quote.
# Possessive: a string of a million escapes must not cost the matcher a million frames.
_STRING = rb'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+'
_MESSAGE = rb'\{\s*"id"\s*:\s*-?\d+\s*,\s*"type"\s*:\s*"(?:message|service|unsupported)"'
_NAME_OR_ID = rb'"(?:name|id)"\s*:\s*(?:null|-?\d+|' + _STRING + rb'")\s*,\s*'
_TYPES = "|".join(sorted(CHAT_TYPES)).encode()
_CHAT = rb"\{\s*(?:" + _NAME_OR_ID + rb'){0,2}"type"\s*:\s*"(?:' + _TYPES + rb')"'

# Commas and colons say nothing the brackets do not; the mark is the one before UTF-8.
_gap = re.compile(rb"(?:\xef\xbb\xbf)?[\s,:]*").match
_token = re.compile(_STRING + rb'"|[{}\[\]]|"')
_row_token = re.compile(_MESSAGE + rb"|" + _STRING + rb'"|[{}\[\]]|"')
_open_string = re.compile(_STRING).match
_scalar = re.compile(rb'[^\s,:{}\[\]"]+').match
_start = re.compile(rb"(?P<chat>" + _CHAT + rb")|" + _MESSAGE).search
_LONGEST_START = 4096


class Broken(Exception):
    """The value at the cursor is not JSON; `why` is for people."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def peek(source: Source) -> int:
    """Go to the next byte that says something and return it, or END."""
    while True:
        gap = _gap(source.window, source.at)
        source.at = gap.end() if gap else source.at
        if source.at < len(source.window):
            return source.window[source.at]
        if not source.more():
            return END


def measure(source: Source, row: bool = False) -> int:
    """Return the length in bytes of the value at the cursor.

    In a `row`, the start of another message is a fault. Raises Broken, and Damage at the end of
    the file."""
    if source.window[source.at] not in b'{["':
        return _measure_scalar(source)
    tokens = _row_token if row else _token
    done = depth = 0
    while True:
        base = source.at
        for token in tokens.finditer(source.window, base + done):
            first = source.window[token.start()]
            if first == QUOTE:
                if token.end() == token.start() + 1:
                    _check_open(source, token.start())
                    break
            elif first in b"{[":
                if token.end() > token.start() + 1 and depth:
                    raise Broken("it is not closed before the next message")
                depth += 1
            else:
                depth -= 1
            done = token.end() - base
            if depth <= 0:
                return _within_reason(done)
        _within_reason(len(source.window) - base)
        if not source.more():
            raise Damage(CUT)


def _within_reason(length: int) -> int:
    if length > LARGEST:
        raise Broken(f"it is longer than {LARGEST >> 20} MB")
    return length


def _measure_scalar(source: Source) -> int:
    while True:
        scalar = _scalar(source.window, source.at)
        if scalar is None:
            raise Broken("it is not JSON")
        if scalar.end() < len(source.window) or not source.more():
            return scalar.end() - source.at
        _within_reason(len(source.window) - source.at)


def _check_open(source: Source, start: int) -> None:
    """Raise Broken if the string at `start` lost its end; it may as well go on after the window."""
    string = _open_string(source.window, start)
    end = string.end() if string else start
    if end < len(source.window) and source.window[end : end + 2] != b"\\":
        raise Broken("a string in it has no end")


def skip(source: Source) -> None:
    """Go past the value at the cursor, however long it is."""
    if source.window[source.at] not in b"{[":
        length = measure(source)
        source.at += length
        return
    depth = 0
    while True:
        for token in _token.finditer(source.window, source.at):
            first = source.window[token.start()]
            source.at = token.start()
            if first == QUOTE and token.end() == token.start() + 1:
                _check_open(source, token.start())
                break
            source.at = token.end()
            depth += (first in b"{[") - (first in b"}]")
            if depth == 0:
                return
        _within_reason(len(source.window) - source.at)
        if not source.more():
            raise Damage(CUT)


def keys(source: Source) -> Iterator[str]:
    """Yield each key of the object at the cursor, standing at its value; the caller takes that."""
    source.at += 1
    while not source.astray:
        byte = peek(source)
        if byte == CLOSE:
            source.at += 1
            return
        if byte == END:
            raise Damage(CUT)
        if byte != QUOTE:
            raise Broken("a key is missing")
        length = measure(source)
        key = source.window[source.at + 1 : source.at + length - 1].decode("utf-8", "replace")
        source.at += length
        if peek(source) == END:
            raise Damage(CUT)
        yield key


def elements(source: Source) -> Iterator[int]:
    """Yield the first byte of each element of the array at the cursor; the caller takes it."""
    source.at += 1
    while True:
        source.astray = False
        byte = peek(source)
        if byte == CLOSE_LIST:
            source.at += 1
            return
        if byte == END:
            raise Damage(CUT)
        yield byte


def go_on(source: Source, reach: int | None = None) -> bool:
    """Move to the next start of a message within `reach` bytes, or of a chat (`source.astray`).

    False, with the cursor at the end of the file, if there is none."""
    source.at += 1
    while True:
        end = len(source.window) if reach is None else source.at + reach
        if found := _start(source.window, source.at, end):
            source.at = found.start()
            source.astray = found.group("chat") is not None
            return True
        if reach is not None:
            return False
        # A start may lie across the border of two windows.
        source.at = max(source.at, len(source.window) - _LONGEST_START)
        if not source.more():
            source.at = len(source.window)
            return False
