"""Takes an answer to getUpdates apart without reading the updates: a bad one harms no other."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from telegram.error import TelegramError

_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_start = re.compile(rb'\s*\{\s*"ok"\s*:\s*true\s*,\s*"result"\s*:\s*\[', re.DOTALL).match
_tokens = re.compile(_STRING + rb'|[{}\[\]]|"', re.DOTALL).finditer
_number = re.compile(rb'\s*\{\s*"update_id"\s*:\s*(-?[0-9]{1,18})\s*[,}]').match


class NotJson(TelegramError):
    """The answer is not the Bot API's."""

    def __init__(self) -> None:
        super().__init__("the answer is not JSON")


class RawUpdate(msgspec.Struct, frozen=True):
    """An update as it came."""

    id: int | None
    """None where it cannot be read."""
    raw: bytes


class _Answer(msgspec.Struct):
    result: list[msgspec.Raw]


class _Numbered(msgspec.Struct):
    update_id: int


_answer = msgspec.json.Decoder(_Answer).decode
_numbered = msgspec.json.Decoder(_Numbered).decode
_any = msgspec.json.Decoder().decode


def read_answer(payload: bytes) -> dict[str, Any]:
    """Return any answer of the Bot API. Raises NotJson."""
    try:
        told = _any(payload)
    except (ValueError, RecursionError):
        raise NotJson from None
    # a result is a bool, an object or an array, and an error has a description
    if type(told) is not dict or not ("result" in told or "description" in told):
        raise NotJson
    return told


def read_updates(payload: bytes) -> dict[str, Any]:
    """Return an answer to getUpdates, the `result` as a list of RawUpdate. Raises NotJson."""
    try:
        raws = [bytes(raw) for raw in _answer(payload).result]
    except (ValueError, RecursionError):
        begins = _start(payload)
        if begins is None:
            return read_answer(payload)
        raws = _elements(payload, begins.end())
    return {"result": [RawUpdate(_number_of(raw), raw) for raw in raws]}


def _number_of(raw: bytes) -> int | None:
    try:
        return _numbered(raw).update_id
    except (ValueError, RecursionError):
        found = _number(raw)
        return int(found[1]) if found else None


def _elements(payload: bytes, start: int) -> list[bytes]:
    """Cut the elements of an array by their brackets alone."""
    found: list[bytes] = []
    depth, begun = 0, start
    for token in _tokens(payload, start):
        first = token[0][:1]
        if token[0] == b'"':
            break
        if first in b"{[":
            begun = token.start() if depth == 0 else begun
            depth += 1
        elif first in b"}]":
            if depth == 0:
                return found
            depth -= 1
            if depth == 0:
                found.append(payload[begun : token.end()])
    # an answer that was cut off comes again
    raise NotJson
