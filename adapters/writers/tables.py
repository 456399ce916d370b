"""Writes messages as CSV that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from archive.views import MessageView

COLUMNS = ("group", "key", "time", "sender", "sender_key", "kind", "text", "reply_to", "files",
           "tags", "essence", "edited", "recalled")  # fmt: skip
MARK = "\ufeff"
"""Before everything: without it Excel takes UTF-8 for something else."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def rows(messages: Iterable[MessageView]) -> Iterator[bytes]:
    """Return the heading and a row a message."""
    yield (MARK + _row(COLUMNS)).encode()
    for message in messages:
        yield _row(_cells(message)).encode()


def safe(cell: str) -> str:
    """Return a cell that begins like a formula with an apostrophe before it."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _row(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([safe(cell.replace("\0", "")) for cell in cells])
    return out.getvalue()


def _cells(m: MessageView) -> tuple[str, ...]:
    return (
        m.group_title,
        m.key,
        _when(m.sent_at, m.time_zone),
        m.sender,
        m.sender_key or "",
        m.kind,
        m.text or m.more,
        (m.reply.key or "") if m.reply else "",
        "; ".join(a.name or a.sha256 or a.kind for a in m.attachments),
        " ".join(m.tags),
        str(m.essence or ""),
        _when(m.edited_at, m.time_zone) if m.edited_at else "",
        "1" if m.recalled else "",
    )


def _when(at: int, zone: str) -> str:
    return datetime.fromtimestamp(at, ZoneInfo(zone)).isoformat(" ")
