"""Reads what is found at a path, and picks from the records."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from adapters.exports.format import Options
from adapters.exports.source import find_exports
from archive.records import AnyRecord, Group, Member, Message, Recall, Rejected

T = TypeVar("T", Group, Member, Message, Rejected, Recall)


def records_at(path: Path, form: str, **options: Any) -> list[AnyRecord]:
    """Read every export of a file, folder or ZIP; all are of the same format."""
    exports = find_exports(path)
    assert {export.format.NAME for export in exports} == {form}
    return [record for export in exports for record in export.read(Options(**options))]


def text_at(path: Path, form: str, content: str | bytes, **options: Any) -> list[AnyRecord]:
    """Write a file and read it."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return records_at(path, form, **options)


def only(records: list[AnyRecord], kind: type[T]) -> list[T]:
    """Pick the records of a kind."""
    return [record for record in records if isinstance(record, kind)]


def at(*parts: int, zone: str = "Asia/Shanghai") -> int:
    """Return Unix seconds of a local time."""
    year, month, day, *clock = parts
    hour, minute, second = (*clock, 0, 0, 0)[:3]
    moment = datetime(year, month, day, hour, minute, second, tzinfo=ZoneInfo(zone))
    return int(moment.timestamp())
