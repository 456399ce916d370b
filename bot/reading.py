"""Reads exports into prepared records, here or in a process of its own: `python -m bot.reading`.

The process gets a request on standard input and answers frames on standard output, so that parsing
and tokenising run beside the one writer, and their memory ends with them.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import IO, Any, BinaryIO
from zoneinfo import ZoneInfo

import msgspec

from adapters.exports.format import ExportError, ExportFile, Options
from adapters.exports.source import Export, Meter, find_exports
from archive.media import MediaStore
from archive.prepare import Prepared, prepare_all
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
    Note,
    Origin,
    Recall,
    Rejected,
)

BATCH = 1_000
"""Records in a frame."""


class Request(msgspec.Struct, frozen=True):
    """What to read."""

    paths: list[bytes]
    """As the file system has them, which need not be UTF-8."""
    media: bytes
    """The archive's media folder."""
    time_zone: str
    group: str | None = None
    encoding: str | None = None
    date: str | None = None
    """`YYYY-MM-DD`, for texts that do not say their day."""


class Begin(msgspec.Struct, tag=True, frozen=True):
    """A file begins."""

    label: str
    format: str


class Batch(msgspec.Struct, tag=True, frozen=True):
    """Some of its records; `done` and `total` are bytes of the whole request."""

    records: list[
        Group | Member | Recall | EssenceMark | Gap | Rejected | Note
        | Origin | Carried | Complete
    ]  # fmt: skip
    messages: list[Prepared]
    done: int
    total: int


class End(msgspec.Struct, tag=True, frozen=True):
    """The file is read to its end."""


class Failed(msgspec.Struct, tag=True, frozen=True):
    """The path or file cannot be read at all; the others go on unless it is `fatal`."""

    label: str
    what: str
    hint: str
    fatal: bool = False


class Done(msgspec.Struct, tag=True, frozen=True):
    """Everything asked for was read; without it the process died."""


Frame = Begin | Batch | End | Failed | Done
encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(Frame).decode


def read(request: Request) -> Iterator[Frame]:
    """Read everything asked for, file by file."""
    meter = Meter()
    day = date.fromisoformat(request.date) if request.date else None
    options = Options(ZoneInfo(request.time_zone), request.group, request.encoding, day)
    store = MediaStore(Path(os.fsdecode(request.media)))
    exports: list[Export] = []
    for path in map(os.fsdecode, request.paths):
        try:
            _check_there(Path(path))
            exports += find_exports(Path(path).absolute(), meter)
        except ExportError as error:
            yield _failed(path, error)
    for export in exports:
        yield Begin(_told(export.label), export.format.NAME)
        try:
            yield from _batches(export, options, store, meter)
        except ExportError as error:
            yield _failed(export.label, error)
        except OSError as error:
            hint = "make room or mend the disk, then run the same command again"
            what = f"a file could not be stored: {error.strerror}."
            yield Failed(_told(export.label), what, hint, fatal=True)
        yield End()
    yield Done()


def _check_there(path: Path) -> None:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise ExportError(f"there is no {path}.", "check the path") from None
    except OSError as error:
        raise ExportError(f"cannot read {path}: {error.strerror}.", "check the path") from None


def _failed(label: str, error: ExportError) -> Failed:
    return Failed(_told(label), _told(error.what), _told(error.hint))


def _told(text: str) -> str:
    """Return a text that may name a file as it can be passed on: in UTF-8."""
    return text.encode("utf-8", "replace").decode()


def _batches(export: Export, options: Options, store: MediaStore, meter: Meter) -> Iterator[Batch]:
    records = with_media(export.read(options), export.media, store)
    gathered: list[Any] = []
    try:
        for item in prepare_all(records):
            gathered.append(item)
            if len(gathered) >= BATCH:
                yield _batch(gathered, meter)
                gathered = []
    except ExportError:
        # what was read before the fault is kept
        yield _batch(gathered, meter)
        raise
    yield _batch(gathered, meter)


def _batch(items: list[Any], meter: Meter) -> Batch:
    messages = [item for item in items if isinstance(item, Prepared)]
    others = [item for item in items if not isinstance(item, Prepared)]
    return Batch(others, messages, meter.done, meter.total)


def with_media(
    records: Iterable[AnyRecord], file: ExportFile, store: MediaStore
) -> Iterator[AnyRecord]:
    """Take in the files beside an export; what is not there gets its reason."""
    for record in records:
        if isinstance(record, Message) and record.attachments:
            taken = tuple(_take(attachment, file, store) for attachment in record.attachments)
            record = record.with_attachments(taken)
        yield record


def _take(attachment: Attachment, file: ExportFile, store: MediaStore) -> Attachment:
    if attachment.path is None:
        missing = attachment.missing or (None if attachment.sha256 else "not exported")
        return msgspec.structs.replace(attachment, missing=missing)
    found = file.beside(attachment.path)
    if found is None:
        return msgspec.structs.replace(attachment, path=None, sha256=None, missing="not found")
    try:
        with found.open() as stream:
            stored = store.take(stream)
    except ExportError:
        return msgspec.structs.replace(attachment, path=None, sha256=None, missing="unreadable")
    # one whose SHA-256 is known lies under that, and not under a name
    name = attachment.name or (None if attachment.sha256 else found.name.rpartition("/")[2])
    return msgspec.structs.replace(
        attachment, path=None, missing=None, name=name, sha256=stored.sha256, size=stored.size
    )


def write_frame(out: BinaryIO, frame: Frame) -> None:
    """Write a frame with its length before it."""
    data = encode(frame)
    out.write(len(data).to_bytes(8, "big"))
    out.write(data)


def read_frame(source: IO[bytes]) -> bytes | None:
    """Read the bytes of a frame; None at the end, and where a killed process left half of one."""
    head = source.read(8)
    size = int.from_bytes(head, "big")
    data = source.read(size) if len(head) == 8 else b""
    return data if data and len(data) == size else None


def collect_rarely() -> None:
    """Let the garbage collector look for cycles less often: records have none, and are many."""
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)


def main() -> None:
    """Answer one request."""
    # Ctrl-C ends the writer, and without it there is nobody to answer: both without a word
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    collect_rarely()
    try:
        request = msgspec.json.decode(sys.stdin.buffer.read(), type=Request)
    except msgspec.DecodeError:  # the writer died while it asked
        return
    out = sys.stdout.buffer
    for frame in read(request):
        write_frame(out, frame)
    out.flush()


if __name__ == "__main__":
    main()
