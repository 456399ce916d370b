"""Reads the JSON of qq-chat-exporter: V5, V4, and chunks of JSON Lines under a manifest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from adapters.exports.encoding import open_text, peek
from adapters.exports.format import ExportFile, Options
from adapters.exports.json_stream import decoded, members
from adapters.exports.qce.chat import Chat
from adapters.exports.qce.rows import Rows
from archive.records import AnyRecord, Rejected

__all__ = ["NAME", "read", "sniff"]

NAME = "qq-chat-exporter"

_CHAT = re.compile(r'"chatInfo"\s*:\s*\{')
_CHUNKED = re.compile(r'"chunked"\s*:\s*\{')
_PART = re.compile(r"c\d{1,8}\.(?:jsonl|ndjson)")
_LINE = re.compile(r'\{[^\n]*"sender"\s*:\s*\{[^\n]*"content"\s*:')
_ELEMENT = re.compile(
    r'\{\s*"(?:id|messageId)"\s*:\s*"[^"]{0,64}"\s*,\s*"'
    r'(?:seq|messageSeq|msgSeq|timestamp|time|sender|messageTime|messageType)"\s*:'
)
_MOST_PARTS = 1_000_000


def sniff(file: ExportFile, head: bytes) -> bool:
    """Claim the whole JSON, the manifest, or a chunk whose manifest is lost."""
    text = peek(head).lstrip()
    if not text.startswith("{"):
        return False
    if _CHAT.search(text) and '"chatlab"' not in text[:2000]:
        return True
    return _is_lost_part(file, text)


def read(file: ExportFile, options: Options) -> Iterator[AnyRecord]:
    """Read the chat as a stream; of a chunked one every chunk that is there."""
    head = peek(file.head())
    if _is_lost_part(file, head.lstrip()):
        rows = Rows(Chat({}, file, options))
        yield rows.chat.group
        yield from _part(file, options, rows, "")
        yield from rows.end()
        return
    told = _head(file, options)
    rows = Rows(Chat(told.get("chatInfo"), file, options))
    yield rows.chat.group
    if isinstance(told.get("chunked"), dict):
        yield from _parts(told["chunked"], file, options, rows)
    else:
        yield from _whole(file, options, rows)
    yield from rows.end()


def _is_lost_part(file: ExportFile, text: str) -> bool:
    name = file.name.rpartition("/")[2].lower()
    if not _PART.fullmatch(name) or not _LINE.match(text):
        return False
    return file.beside("../manifest.json") is None and file.beside("manifest.json") is None


def _head(file: ExportFile, options: Options) -> dict[str, Any]:
    """Return what stands around the messages; they usually come last."""
    found: dict[str, Any] = {}
    is_chunked = _CHUNKED.search(peek(file.head())) is not None
    with open_text(file, options) as text:
        for element in members(text, ("chatInfo", "chunked")):
            found[element.key] = element.value
            if "chatInfo" in found and ("chunked" in found or not is_chunked):
                break
    return found


def _whole(file: ExportFile, options: Options, rows: Rows) -> Iterator[AnyRecord]:
    with open_text(file, options) as text:
        for element in members(text, (), ("messages",), _ELEMENT):
            where = f"message {element.number}" if element.number else "the file"
            if element.fault:
                yield Rejected(where, element.fault)
            else:
                yield from rows.records(element.value, where)


def _parts(
    chunked: dict[str, Any], file: ExportFile, options: Options, rows: Rows
) -> Iterator[AnyRecord]:
    listed = chunked.get("chunks")
    folder = str(chunked.get("chunksDir") or "chunks").strip("/\\")
    suffix = str(chunked.get("chunkFileExt") or ".jsonl")
    known = [part for part in listed if isinstance(part, dict)] if isinstance(listed, list) else []
    for number in range(1, _MOST_PARTS):
        part = known[number - 1] if number <= len(known) else {}
        name = str(part.get("fileName") or f"c{number:06d}.{suffix.lstrip('.')}")
        path = str(part.get("relativePath") or f"{folder}/{name}")
        found = file.beside(path) or file.beside(f"{folder}/{name}")
        if found is None and number > len(known):
            return
        if found is None:
            yield Rejected(path, "this part of the export is missing")
            continue
        yield from _part(found, options, rows, f"{path}: ", part.get("count"))


def _part(
    file: ExportFile, options: Options, rows: Rows, before: str, expected: Any = None
) -> Iterator[AnyRecord]:
    count = 0
    with open_text(file, options) as text:
        for number, line in enumerate(text.lines(), 1):
            bare = line.strip("\ufeff \t\r\n")
            if not bare:
                continue
            count += 1
            where = f"{before}line {number}"
            value, fault = decoded(bare)
            fault = text.fault(line) or fault
            if fault:
                yield Rejected(where, fault)
            else:
                yield from rows.records(value, where)
    if isinstance(expected, int) and count < expected:
        yield Rejected(f"{before}end", f"{expected - count} messages fewer than the manifest says")
