"""Reads what `chendian export` writes: an archive's own records, one a line."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from adapters.exports.encoding import open_text, peek
from adapters.exports.format import ExportError, ExportFile, Options
from archive.records import (
    AnyRecord,
    Attachment,
    Carried,
    Complete,
    EssenceMark,
    Gap,
    Group,
    Member,
    Message,
    Origin,
    Reacted,
    Recall,
    Rejected,
)

__all__ = ["NAME", "read", "sniff"]

NAME = "chendian-jsonl"
VERSION = 1

_Line = (
    Message | Carried | Group | Member | Reacted | Recall | EssenceMark | Gap | Origin | Complete
)
_decode = msgspec.json.Decoder(_Line).decode
_FIRST = re.compile(r'\s*\{"type":\s*"Origin"\s*,')
_digest = re.compile(r"[0-9a-f]{64}").fullmatch
_own_file = re.compile(r"files/([0-9a-f]{64})\.[a-z0-9]{1,5}").fullmatch
"""As files lie in what is handed to one person (archive/own_data.py)."""


def sniff(file: ExportFile, head: bytes) -> bool:
    """Claim lines of which the first says which archive wrote them."""
    return _FIRST.match(peek(head)) is not None


def read(file: ExportFile, options: Options) -> Iterator[AnyRecord]:
    """Read line by line; what follows a line that cannot be read is read all the same."""
    with_files = False
    messages = rows = 0
    complete: Complete | None = None
    with open_text(file, options) as text:
        for number, line in enumerate(text.lines(), 1):
            bare = line.strip("\ufeff \t\r\n")
            if not bare:
                continue
            record = _record(bare)
            if isinstance(record, str):
                yield Rejected(f"line {number}", record)
                continue
            if isinstance(record, Message):
                messages += 1
                if record.attachments:
                    record = _placed(record, with_files)
            elif isinstance(record, Carried):
                rows += 1
            elif isinstance(record, Origin):
                _check(record)
                with_files = record.media
            elif isinstance(record, Complete):
                complete = record
                continue
            yield record
    if complete is None:
        yield Rejected("the end", "the file was cut off: what follows is missing")
    elif (complete.messages, complete.rows) != (messages, rows):
        missing = f"{complete.messages - messages} messages, {complete.rows - rows} rows"
        yield Rejected("the end", f"lines are missing: {missing}")
    else:
        yield complete


def _record(line: str) -> AnyRecord | str:
    try:
        record: AnyRecord = _decode(line)
        return record
    except msgspec.ValidationError as error:
        return str(error).encode("ascii", "replace").decode()[:200]
    except (msgspec.DecodeError, UnicodeError):
        return "not JSON"
    except RecursionError:
        return "nested too deeply"


def _check(origin: Origin) -> None:
    if origin.version > VERSION:
        raise ExportError("a newer chendian wrote this file.", "update the program")


def _placed(message: Message, with_files: bool) -> Message:
    attachments = tuple(_found(one, with_files) for one in message.attachments)
    return message.with_attachments(attachments)


def _found(attachment: Attachment, with_files: bool) -> Attachment:
    digest = attachment.sha256
    if digest is None:
        return msgspec.structs.replace(attachment, path=None, source=None)
    if not with_files or not _digest(digest):
        return msgspec.structs.replace(
            attachment, sha256=None, path=None, source=None, missing="not exported"
        )
    own = _own_file(attachment.path or "")
    path = own[0] if own and own[1] == digest else f"media/{digest[:2]}/{digest}"
    return msgspec.structs.replace(attachment, path=path, source=None)
