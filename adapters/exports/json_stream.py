"""Walks a JSON object of any size, one element of its big arrays at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

import msgspec

from adapters.exports.encoding import Text

LARGEST = 16 * 2**20
"""Characters of the longest value that is taken into memory."""
_LONGEST_ATOM = 32
"""Characters at the end of what was read in which a fault may come of the cut: `tru`, `\\u12`."""
_MOST_SWALLOWED = 100
CUT = "the file ends in the middle"

_decoder = json.JSONDecoder(strict=False)
_space = re.compile(r"[ \t\r\n\ufeff]*").match
_token = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+("?)|[{}\[\]]', re.DOTALL)
_scalar = re.compile(r"[^,\]}\s]*").match


class Element(NamedTuple):
    """A member of the object (`number` None) or an element of one of its arrays (from 1)."""

    key: str
    number: int | None
    value: Any = None
    fault: str | None = None
    """Why there is no value."""


def elements(text: Text, start: re.Pattern[str] | None = None) -> Iterator[Element]:
    """Give the elements of a text that is one array, in order; `start` as with `members`."""
    walk = _Walk(_Cursor(text, start), (), ())
    try:
        yield from walk.elements()
    except _Cut:
        yield Element(walk.key, walk.number, fault=CUT)
    except _Broken as broken:
        yield Element(walk.key, walk.number, fault=f"{broken}; what follows is not read")


def decoded(line: str) -> tuple[Any, str | None]:
    """Read a line that is one JSON value, or tell why it is none."""
    try:
        return msgspec.json.decode(line), None
    except (msgspec.MsgspecError, RecursionError, ValueError):
        pass
    try:  # takes lone halves of surrogate pairs and line ends in strings
        return json.loads(line, strict=False), None
    except RecursionError:
        return None, "nested too deeply"
    except ValueError as error:
        return None, f"not JSON: {getattr(error, 'msg', 'a number is too long')}"


class _Cut(Exception):
    pass


class _Broken(Exception):
    pass


def members(
    text: Text,
    wanted: Collection[str],
    streamed: Collection[str] = (),
    start: re.Pattern[str] | None = None,
) -> Iterator[Element]:
    """Give the wanted members of the object, and the elements of the streamed arrays, in order.

    `start` tells how an element begins: after a broken one, reading goes on at the next match.
    """
    walk = _Walk(_Cursor(text, start), wanted, streamed)
    try:
        yield from walk.members()
    except _Cut:
        yield Element(walk.key, walk.number, fault=CUT)
    except _Broken as broken:
        yield Element(walk.key, walk.number, fault=f"{broken}; what follows is not read")


class _Walk:
    def __init__(self, cursor: _Cursor, wanted: Collection[str], streamed: Collection[str]) -> None:
        self.key = ""
        self.number: int | None = None
        self._cursor = cursor
        self._wanted = wanted
        self._streamed = streamed

    def members(self) -> Iterator[Element]:
        cursor = self._cursor
        cursor.take("{")
        while cursor.peek() != "}":
            key, fault = cursor.value()
            if fault or not isinstance(key, str):
                raise _Broken("a key is missing")
            self.key = key
            cursor.take(":")
            if key in self._streamed and cursor.peek() == "[":
                yield from self.elements()
            elif key in self._wanted:
                yield Element(key, None, *cursor.value())
            else:
                cursor.skip()
            if cursor.peek() != "}":
                cursor.take(",")

    def elements(self) -> Iterator[Element]:
        """Give the elements of the array at the cursor."""
        cursor = self._cursor
        cursor.take("[")
        self.number = 0
        while cursor.peek() != "]":
            self.number += 1
            value, fault = cursor.element()
            yield Element(self.key, self.number, value, fault)
        cursor.take("]")
        self.number = None


class _Cursor:
    def __init__(self, text: Text, start: re.Pattern[str] | None) -> None:
        self._source = text
        self._chunks = text.chunks()
        self._start = start
        self._window = ""
        self._at = 0
        self._swallowed = 0

    def peek(self) -> str:
        """Return the next character that is not white space, without taking it."""
        while True:
            space = _space(self._window, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._window):
                return self._window[self._at]
            self._more()

    def take(self, expected: str) -> None:
        """Go past one character that must be there."""
        if self.peek() != expected:
            raise _Broken(f"'{expected}' is missing")
        self._at += 1

    def element(self) -> tuple[Any, str | None]:
        """Take an element of an array with the comma after it."""
        try:
            value, fault = self.value(self._start)
            if self.peek() not in ",]" and not fault:
                raise _Broken("',' is missing")
        except _Broken as broken:
            if self._start is None or not self._jump(self._start):
                raise
            return None, str(broken)
        if self.peek() == ",":
            self._at += 1
        return value, fault

    def value(self, start: re.Pattern[str] | None = None) -> tuple[Any, str | None]:
        """Take a value, or go past it and tell why it cannot be taken."""
        self.peek()
        while True:
            try:
                value, end = _decoder.raw_decode(self._window, self._at)
            except RecursionError:
                return self._refuse("nested too deeply")
            except ValueError as error:
                why = f"not JSON: {getattr(error, 'msg', 'a number is too long')}"
                if start and not self._may_go_on(error):
                    raise _Broken(why) from error
                if not start and self._end() is not None:
                    return self._refuse(why)
            else:
                # a number may go on in the next chunk
                if end < len(self._window) or isinstance(value, str | list | dict):
                    fault = self._source.fault(self._window[self._at : end])
                    self._at = end
                    return (None, fault) if fault else (value, None)
            if len(self._window) - self._at > LARGEST:
                self._look_within(start)
                return self._refuse(f"larger than {LARGEST} characters")
            try:
                self._more()
            except _Cut:
                self._look_within(start)
                if self._end() is None:
                    raise
                return self._refuse("not JSON")

    def _may_go_on(self, error: ValueError) -> bool:
        """Tell whether a value is not at fault but cut at the end of what was read so far."""
        near = len(self._window) - _LONGEST_ATOM
        at = getattr(error, "pos", 0)
        return at >= near or "Unterminated string" in getattr(error, "msg", "")

    def _look_within(self, start: re.Pattern[str] | None) -> None:
        """An element that does not end may have swallowed others: go back to the first of them."""
        self._swallowed += 1
        if start and self._swallowed < _MOST_SWALLOWED and start.search(self._window, self._at + 1):
            raise _Broken("it does not end")

    def skip(self) -> None:
        """Go past a value of any size without holding it."""
        if self.peek() not in '"[{':
            self.value()
            return
        depth = 0
        while True:
            for token in _token.finditer(self._window, self._at):
                first = self._window[token.start()]
                if first == '"' and not token[1]:
                    # go on inside the string; an odd backslash at the border escapes what follows
                    tail = self._window[token.start() + 1 :]
                    slashes = len(tail) - len(tail.rstrip("\\"))
                    self._window, self._at = '"' + "\\" * (slashes % 2), 0
                    break
                depth += (first in "[{") - (first in "]}")
                if depth <= 0:
                    self._at = token.end()
                    return
            else:
                self._at = len(self._window)
            self._more()

    def _refuse(self, why: str) -> tuple[None, str]:
        if self._window[self._at] in '"[{':
            self.skip()
            return None, why
        end = self._end()
        if end is None or end == self._at:
            raise _Broken(why)
        self._at = end
        return None, why

    def _end(self) -> int | None:
        """Tell where the value at the cursor ends, if that is in the window."""
        if self._window[self._at] not in '"[{':
            scalar = _scalar(self._window, self._at)
            end = scalar.end() if scalar else self._at
            return end if end < len(self._window) else None
        depth = 0
        for token in _token.finditer(self._window, self._at):
            first = self._window[token.start()]
            if first == '"' and not token[1]:
                return None
            depth += (first in "[{") - (first in "]}")
            if depth <= 0:
                return token.end()
        return None

    def _jump(self, start: re.Pattern[str]) -> bool:
        """Go to the next place where an element starts."""
        self._at += 1
        while True:
            if found := start.search(self._window, self._at):
                self._at = found.start()
                return True
            # a start may lie across the border of two chunks
            self._at = max(self._at, len(self._window) - 4096)
            try:
                self._more()
            except _Cut:
                return False

    def _more(self) -> None:
        """Read on, at least as much as is held, so that a long value costs linear time."""
        pieces = [self._window[self._at :]]
        held = len(pieces[0])
        added = 0
        for chunk in self._chunks:
            pieces.append(chunk)
            added += len(chunk)
            if added and added >= held:
                break
        self._window, self._at = "".join(pieces), 0
        if not added:
            raise _Cut
