"""Reads what was pushed: lines of our own, or a ChatLab body; pure, so that it can run in another
process than the writer."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec

from adapters.exports import chatlab
from adapters.exports.format import ExportError, ExportFile, Options
from adapters.ingest import read_line
from archive.cleaning import clean
from archive.prepare import MAX_TEXT, Ready, prepare
from archive.records import AnyRecord, Message, Rejected

BOM = b"\xef\xbb\xbf"
_LINE = re.compile(r"line (\d+)")


class Read(msgspec.Struct, array_like=True, gc=False):
    """What is in one line, or why nothing is."""

    line: int | None
    where: str = ""
    ready: Ready | None = None
    why: str = ""
    cut: bool = False
    """Its text was longer than any platform allows."""


class _Body:
    """A body as the file that a reader of exports expects; there is nothing beside it."""

    name = label = "push.jsonl"
    modified: int | None = None

    def __init__(self, body: bytes) -> None:
        self._body = body
        self.size = len(body)

    def open(self) -> BinaryIO:
        return io.BytesIO(self._body)

    def head(self, size: int = 65536) -> bytes:
        return self._body[:size]

    def beside(self, path: str) -> ExportFile | None:
        return None

    def siblings(self) -> list[ExportFile]:
        return [self]

    def inside(self, folder: str) -> list[ExportFile]:
        return []


def is_chatlab(body: bytes, content_type: str) -> bool:
    """Tell a ChatLab body from lines of our own: its type says so, or its first line."""
    if "chatlab" in content_type:
        return True
    for line in body.removeprefix(BOM).split(b"\n", 20)[:20]:
        if line.strip() and not line.lstrip().startswith(b"#"):
            said = _object(line)
            if said is not None and "type" in said:
                return False
            break
    return chatlab.sniff(_Body(body), body[:65536])


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def read_chatlab(body: bytes, group: str | None) -> Iterator[Read]:
    """Read a ChatLab body; `group` is the key of one that names none."""
    try:
        for record in chatlab.read(_Body(body), Options(group=group)):
            if isinstance(record, Rejected):
                yield _fault(record)
            else:
                yield ready(record, None, _named(record))
    except ExportError as error:
        yield Read(None, "the body", None, error.what)


def _fault(record: Rejected) -> Read:
    line = _LINE.fullmatch(record.where)
    return Read(int(line[1]) if line else None, "" if line else record.where, None, record.why)


def _named(record: AnyRecord) -> str:
    if isinstance(record, Message):
        return f"message {(record.id or str(record.sent_at))[:100]}"
    return type(record).__name__.lower()


def read_lines(piece: bytes, first: int) -> Iterator[Read]:
    """Read lines of our own; `first` is the number of the first of them."""
    for number, line in enumerate(piece.split(b"\n"), first):
        bare = line.strip()
        if bare and not bare.startswith(b"#"):
            record = read_line(bare)
            if isinstance(record, str):
                yield Read(number, "", None, record)
            else:
                yield ready(record, number, "")


def ready(record: AnyRecord, line: int | None, where: str) -> Read:
    """Prepare a record to be written."""
    try:
        if not isinstance(record, Message):
            return Read(line, where, clean(record))
        return Read(line, where, prepare(record), "", len(record.text) > MAX_TEXT)
    except (ArithmeticError, RecursionError, TypeError, ValueError) as error:
        return Read(line, where, None, f"it cannot be kept ({type(error).__name__})")


def pieces(body: bytes, size: int) -> Iterator[tuple[bytes, int]]:
    """Cut a body at ends of lines into pieces of about so many bytes, with their first line."""
    at, line = len(BOM) if body.startswith(BOM) else 0, 1
    while at < len(body):
        end = body.find(b"\n", at + size)
        end = len(body) if end < 0 else end + 1
        piece = body[at:end]
        yield piece, line
        line += piece.count(b"\n")
        at = end
