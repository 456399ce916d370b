"""Reads the ChatLab interchange format 0.0.2, JSON and JSONL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from adapters.exports.chatlab.rows import Conversation, headed, seconds
from adapters.exports.encoding import open_text, peek
from adapters.exports.format import ExportFile, Options
from adapters.exports.json_stream import decoded, members
from archive.records import AnyRecord, Rejected

__all__ = ["NAME", "read", "seconds", "sniff"]

NAME = "chatlab"

_HEADED = re.compile(r'"chatlab"\s*:\s*\{')
_LINE = re.compile(r'\s*\{[^\n]*"_type"\s*:\s*"(?:header|member|message)"')
_ELEMENT = re.compile(
    r'\{\s*"(?:sender|accountName|groupNickname|timestamp|platformMessageId|platformId)"\s*:'
)


def sniff(file: ExportFile, head: bytes) -> bool:
    """Claim JSON with a `chatlab` member and JSONL with `_type` lines."""
    text = peek(head)
    if _is_lines(text):
        return True
    return text.lstrip().startswith("{") and _HEADED.search(text) is not None


def read(file: ExportFile, options: Options) -> Iterator[AnyRecord]:
    """Read the group, its members and its messages as a stream."""
    if _is_lines(peek(file.head())):
        return _read_lines(file, options)
    return _read_object(file, options)


def _is_lines(text: str) -> bool:
    # a header that cannot be read must not hide the good lines after it
    lines = (line for line in text.split("\n") if line.strip() and line.lstrip()[0] != "#")
    return any(_LINE.match(line) for line, _ in zip(lines, range(3), strict=False))


def _read_object(file: ExportFile, options: Options) -> Iterator[AnyRecord]:
    group = headed(_meta(file, options), file, options)
    conversation = Conversation(group, file)
    yield group
    with open_text(file, options) as text:
        for element in members(text, (), ("members", "messages"), _ELEMENT):
            where = f"{element.key[:-1]} {element.number}" if element.number else "the file"
            if element.fault:
                yield Rejected(where, element.fault)
            elif element.key == "members":
                yield from conversation.member(element.value, where)
            else:
                yield from conversation.message(element.value, where)


def _meta(file: ExportFile, options: Options) -> Any:
    with open_text(file, options) as text:
        for element in members(text, ("meta",)):
            if element.key == "meta":
                return element.value
    return None


def _read_lines(file: ExportFile, options: Options) -> Iterator[AnyRecord]:
    conversation: Conversation | None = None
    with open_text(file, options) as text:
        for number, line in enumerate(text.lines(), 1):
            bare = line.strip("\ufeff \t\r\n")
            if not bare or bare.startswith("#"):
                continue
            where = f"line {number}"
            value, fault = decoded(bare)
            fault = text.fault(line) or fault
            kind = value.get("_type") if isinstance(value, dict) else None
            if kind == "header" and not fault:
                group = headed(value.get("meta"), file, options)
                conversation = Conversation(group, file)
                yield group
                continue
            if conversation is None:
                conversation = Conversation(headed(None, file, options), file)
                yield conversation.group
            if fault or kind not in ("member", "message"):
                yield Rejected(where, fault or "not a header, member or message")
            elif kind == "member":
                yield from conversation.member(value, where)
            else:
                yield from conversation.message(value, where)
