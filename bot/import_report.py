"""What an import did, for a person and for programs."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import msgspec

from archive.ids import is_sane
from archive.prepare import Prepared
from bot.reading import Failed

LISTED = 1_000
"""Rejected parts of a file that are named; the others are counted."""


class FileReport(msgspec.Struct):
    """What became of one file."""

    path: str
    format: str = ""
    """Empty where no format claims it."""
    counts: dict[str, int] = msgspec.field(default_factory=dict)
    """Messages read, new, updated and unchanged."""
    media: int = 0
    """Files that were taken in, or were here."""
    missing_media: Counter[str] = msgspec.field(default_factory=Counter)
    since: int | None = None
    until: int | None = None
    """Times of its oldest and newest message."""
    gaps_closed: int = 0
    rejected: list[dict[str, str]] = msgspec.field(default_factory=list)
    """The first of them: {where, why}."""
    more_rejected: int = 0
    failed: str = ""
    """Why it could not be read at all, or not to its end."""

    @property
    def read(self) -> int:
        """How many messages were read."""
        return self.counts.get("read", 0)

    def note(self, messages: list[Prepared]) -> None:
        """Note what a batch says of files and times."""
        times = [m.sent_at for m in messages if m.sent_at is not None]
        if times and not (is_sane(min(times)) and is_sane(max(times))):
            times = [at for at in times if is_sane(at)]
        if times:
            first, last = min(times), max(times)
            self.since = first if self.since is None else min(self.since, first)
            self.until = last if self.until is None else max(self.until, last)
        for attachment in [a for m in messages if m.attachments for a in m.attachments]:
            if attachment.sha256 is not None:
                self.media += 1
            elif attachment.missing:
                self.missing_media[attachment.missing] += 1

    def as_json(self) -> dict[str, Any]:
        """Return the file's part of the report."""
        rejected = self.rejected
        if self.more_rejected:
            why = f"only the first {LISTED:,} are listed"
            rejected = [*rejected, {"where": f"{self.more_rejected:,} more", "why": why}]
        if self.failed:
            rejected = [*rejected, {"where": self.path, "why": self.failed}]
        return {
            "path": self.path, "format": self.format, "read": self.read,
            **{name: self.counts.get(name, 0) for name in ("new", "updated", "unchanged")},
            "rejected": rejected, "media": self.media, "missing_media": dict(self.missing_media),
            "since": _iso(self.since), "until": _iso(self.until), "gaps_closed": self.gaps_closed,
        }  # fmt: skip


class Outcome(msgspec.Struct):
    """What an import did."""

    run: int | None = None
    """What `chendian import undo` takes back; None where nothing was written."""
    messages: dict[str, int] = msgspec.field(default_factory=dict)
    groups: list[dict[str, Any]] = msgspec.field(default_factory=list)
    files: list[FileReport] = msgspec.field(default_factory=list)
    missing_media: dict[str, int] = msgspec.field(default_factory=dict)
    notes: list[str] = msgspec.field(default_factory=list)
    failed: list[Failed] = msgspec.field(default_factory=list)
    seconds: float = 0.0

    @property
    def refused(self) -> bool:
        """Tell whether no message was read, and that was not for want of messages."""
        return not self.messages["read"] and bool(self.failed or self.messages["rejected"])

    def as_json(self) -> dict[str, Any]:
        """Return the report as `chendian import --json` prints it."""
        since = [file.since for file in self.files if file.since is not None]
        until = [file.until for file in self.files if file.until is not None]
        return {
            "run": self.run,
            "messages": self.messages,
            "media": sum(file.media for file in self.files),
            "since": _iso(min(since, default=None)),
            "until": _iso(max(until, default=None)),
            "gaps_closed": sum(file.gaps_closed for file in self.files),
            "groups": self.groups,
            "files": [file.as_json() for file in self.files],
            "missing_media": self.missing_media,
            "notes": self.notes,
            "seconds": round(self.seconds, 3),
        }


def _iso(at: int | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat()
