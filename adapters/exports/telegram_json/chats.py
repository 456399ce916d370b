"""Where the chats of an export are: one at the top, or lists of those one is in and has left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from adapters.exports.telegram_json.source import Damage, Source
from adapters.exports.telegram_json.structure import (
    CUT,
    END,
    OPEN,
    OPEN_LIST,
    Broken,
    elements,
    go_on,
    keys,
    measure,
    peek,
    skip,
)
from adapters.exports.telegram_json.values import Undecodable, decode

_OWN = ("name", "type", "id")
_LISTS = ("chats", "left_chats")


class Chat(msgspec.Struct):
    """A chat whose messages are at the cursor: what is known of it so far, and where it was."""

    own: dict[str, Any]
    """`name`, `type` and `id`; filled on where they follow the messages."""
    listed: bool
    """It is one of several, in a full export."""


def chats(source: Source) -> Iterator[Chat]:
    """Yield each chat with the cursor at the array of its messages, which the caller takes.

    Raises Damage where nothing more can be read."""
    if peek(source) != OPEN:
        raise Damage("it does not start as a JSON object")
    found = _top(source)
    damaged = False
    while True:
        try:
            yield from found
        except Broken as broken:
            source.reject(f"byte {source.offset}", broken.why)
            damaged = True
        damaged = damaged or source.astray
        if not damaged and peek(source) != END:
            source.reject(f"byte {source.offset}", "what follows the end of the export is not read")
        if not damaged or not _to_next_chat(source):
            return
        found = _chat(source, listed=True)


def _to_next_chat(source: Source) -> bool:
    """Where damage hid which list the chats are in, go to the next that can be recognised."""
    while not source.astray:
        if not go_on(source):
            return False
    source.astray = False
    return True


def _top(source: Source) -> Iterator[Chat]:
    top = Chat({}, listed=False)
    for key in keys(source):
        if key in _LISTS and peek(source) == OPEN:
            yield from _list(source)
        else:
            yield from _value(source, key, top)


def _list(source: Source) -> Iterator[Chat]:
    for key in keys(source):
        if key != "list" or peek(source) != OPEN_LIST:
            skip(source)
            continue
        for byte in elements(source):
            if byte == OPEN:
                yield from _chat(source, listed=True)
            else:
                skip(source)


def _chat(source: Source, listed: bool) -> Iterator[Chat]:
    chat = Chat({}, listed)
    for key in keys(source):
        yield from _value(source, key, chat)


def _value(source: Source, key: str, chat: Chat) -> Iterator[Chat]:
    if key == "messages" and peek(source) == OPEN_LIST:
        yield chat
    elif key in _OWN:
        length = measure(source)
        try:
            chat.own[key], _ = decode(source.window[source.at : source.at + length])
        except Undecodable as fault:
            if len(source.ahead(length + 1)) <= length:
                raise Damage(CUT) from None
            source.reject(f"byte {source.offset}", fault.why)
        source.at += length
    else:
        skip(source)
