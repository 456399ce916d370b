"""Reads the JSON that EchoTrace and WeFlow write of a WeChat conversation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from adapters.exports.encoding import open_text, peek
from adapters.exports.format import ExportFile, Options
from adapters.exports.json_stream import members
from adapters.exports.weflow.rows import Rows
from archive.records import AnyRecord, Rejected

__all__ = ["NAME", "read", "sniff"]

NAME = "weflow"

_SESSION = re.compile(r'"session"\s*:\s*\{[^{}]{0,4000}"(?:wxid|displayName|nickname)"\s*:')
_ROW = re.compile(r'"(?:localType|createTime|formattedTime|messageCount)"\s*:')
_ELEMENT = re.compile(r'\{\s*"(?:localId|createTime|platformMessageId)"\s*:')


def sniff(file: ExportFile, head: bytes) -> bool:
    """Claim an object with a `session`."""
    text = peek(head).lstrip()
    return text.startswith("{") and bool(_SESSION.search(text) and _ROW.search(text))


def read(file: ExportFile, options: Options) -> Iterator[AnyRecord]:
    """Read the conversation as a stream."""
    rows = Rows(_session(file, options), file, options)
    yield from rows.begin()
    with open_text(file, options) as text:
        for element in members(text, (), ("messages", "groupMembers"), _ELEMENT):
            where = f"{element.key.removesuffix('s')} {element.number}"
            if element.fault:
                yield Rejected(where if element.number else "the file", element.fault)
            elif element.key == "messages":
                yield from rows.message(element.value, where)
            else:
                yield from rows.member(element.value)
    yield from rows.end()


def _session(file: ExportFile, options: Options) -> dict[str, Any]:
    with open_text(file, options) as text:
        for element in members(text, ("session",)):
            if element.key == "session":
                return element.value if isinstance(element.value, dict) else {}
    return {}
