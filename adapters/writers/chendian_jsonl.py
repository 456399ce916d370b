"""Writes an archive's own records, one a line, so that another archive can be made of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from archive.records import AnyRecord, Carried, Complete, Message, Origin

NAME = "chendian.jsonl"
"""The file, beside which the files of messages lie in `media/`."""

_encode = msgspec.json.Encoder().encode


def lines(origin: Origin, records: Iterable[AnyRecord]) -> Iterator[bytes]:
    """Return one line a record, and at the end how many there were."""
    yield _encode(origin) + b"\n"
    messages = rows = 0
    for record in records:
        if isinstance(record, Message):
            messages += 1
        elif isinstance(record, Carried):
            rows += 1
        yield _encode(record) + b"\n"
    yield _encode(Complete(messages, rows)) + b"\n"
