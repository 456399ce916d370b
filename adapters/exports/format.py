"""What an export format is: a module with NAME, sniff and read, listed in `adapters.exports`."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import BinaryIO, Protocol
from zoneinfo import ZoneInfo

import msgspec

from archive.records import AnyRecord


class Options(msgspec.Struct, frozen=True):
    """What the person importing knows that a file may not say."""

    time_zone: ZoneInfo = ZoneInfo("Asia/Shanghai")
    """For local times without an offset."""
    group: str | None = None
    """Title or key of the group the file belongs to, for formats that do not name it."""
    encoding: str | None = None
    """Overrules the detection."""
    date: datetime.date | None = None
    """The day of a text that does not say it; None: the day the file was written."""


class ExportError(Exception):
    """A file that cannot be read at all: `what` is wrong, and what to do (`hint`)."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(f"{what} {hint}".strip())
        self.what = what
        self.hint = hint


class ExportFile(Protocol):
    """A file of an export, on disk or in a ZIP; never extracted."""

    @property
    def name(self) -> str:
        """Path within the source, with `/`: `2018-11/messages.html`."""

    @property
    def label(self) -> str:
        """What a person is shown: `export.zip/2018-11/messages.html`."""

    @property
    def size(self) -> int:
        """Bytes, uncompressed."""

    @property
    def modified(self) -> int | None:
        """When it was last written, in Unix seconds, as far as that is known."""

    def open(self) -> BinaryIO:
        """Open for streaming; the caller closes it. Raises ExportError."""

    def head(self, size: int = 65536) -> bytes:
        """Return the first bytes."""

    def beside(self, path: str) -> ExportFile | None:
        """Find a file by its path relative to this file's folder; None if it is not there or the
        path leaves the source."""

    def siblings(self) -> list[ExportFile]:
        """Return the files in the same folder, this one included, in natural order of names."""

    def inside(self, folder: str) -> list[ExportFile]:
        """Return the files of a folder beside this file, in natural order, as parts of this
        export; none if it is not there."""


class Format(Protocol):
    """A module that reads one kind of export file."""

    NAME: str
    """`telegram-json`, as shown in reports."""

    def sniff(self, file: ExportFile, head: bytes) -> bool:
        """Tell from the name and the first 64 KiB whether `read` should be given this file. A page
        that continues another file's export is not claimed: `read` of the first page follows."""

    def read(self, file: ExportFile, options: Options) -> Iterator[AnyRecord]:
        """Read the file as a stream: Group before its messages, Rejected for what cannot be
        read. Memory does not grow with the file. Raises ExportError when nothing can be read."""
