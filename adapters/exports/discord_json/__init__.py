"""Reads the JSON that DiscordChatExporter writes of a channel or conversation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from adapters.exports.discord_json.conversation import Conversation, group_of
from adapters.exports.encoding import open_text, peek
from adapters.exports.format import ExportError, ExportFile, Options
from adapters.exports.json_stream import members
from archive.records import AnyRecord, Rejected

__all__ = ["NAME", "read", "sniff"]

NAME = "discord-json"

_HEADED = re.compile(r'\s*\{\s*"guild"\s*:\s*(?:\{|null)')
_CHANNEL = re.compile(r'"channel"\s*:\s*\{')
_MESSAGE = re.compile(r'\{\s*"id"\s*:\s*"\d+",\s*"type"\s*:\s*"[^"]*",\s*"timestamp"')
_OWN = ("guild", "channel", "dateRange", "exportedAt", "messageCount")
_HEAD = frozenset(_OWN)


def sniff(file: ExportFile, head: bytes) -> bool:
    """Claim JSON that begins with a guild and a channel."""
    text = peek(head)
    return _HEADED.match(text) is not None and _CHANNEL.search(text) is not None


def read(file: ExportFile, options: Options) -> Iterator[AnyRecord]:
    """Read the channel as a stream: its group, its members when first met, its messages."""
    own: dict[str, Any] = {}
    conversation: Conversation | None = None
    count = 0
    with open_text(file, options) as text:
        for element in members(text, _HEAD, ("messages",), _MESSAGE):
            if element.number is None:
                if element.fault:
                    yield Rejected(element.key or "the file", element.fault)
                own[element.key] = element.value
                continue
            if conversation is None:
                conversation = Conversation(group_of(own, file, options))
                yield conversation.group
            where, count = f"messages {element.number}", count + 1
            if element.fault:
                yield Rejected(where, element.fault)
            else:
                yield from conversation.records(element.value, where)
    if conversation is None:
        if not isinstance(own.get("channel"), dict):
            raise ExportError(f"{file.label} holds no channel.", "export the channel again")
        yield group_of(own, file, options)
    told = own.get("messageCount")
    if isinstance(told, int) and told > count:
        yield Rejected("the file", f"{told} messages are announced, {count} are in it")
