"""Writes and reads what exporters of WeChat write."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from adapters.exports.format import Options
from adapters.exports.source import find_exports
from archive.records import AnyRecord, Message, Note, Rejected

ROOM = "34567@chatroom"
AT = 1704067200
"""2024-01-01 08:00:00 in Shanghai."""
CHINA = ZoneInfo("Asia/Shanghai")


def clock(at: int) -> str:
    """Write a time as most of them do."""
    return datetime.fromtimestamp(at, CHINA).strftime("%Y-%m-%d %H:%M:%S")


def in_csv(columns: list[str], rows: list[dict[str, Any]], encoding: str = "utf-8") -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def in_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=4).encode()


def read(
    path: Path, content: bytes | str | None = None, name: str = "", **options: Any
) -> list[AnyRecord]:
    """Read the one export that is found at a path after writing it there."""
    if content is not None:
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (export,) = find_exports(path)
    assert name == export.format.NAME
    return list(export.read(Options(**options)))


def said(records: list[AnyRecord]) -> list[Message]:
    return [record for record in records if isinstance(record, Message)]


def rejected(records: list[AnyRecord]) -> list[str]:
    return [record.where for record in records if isinstance(record, Rejected)]


def notes(records: list[AnyRecord]) -> str:
    return "\n".join(record.text for record in records if isinstance(record, Note))
