"""What the platforms took, written down at once: a kill leaves no doubt about it.

The archive is told later, of many at once. Until then a line in a file says it; written to the
kernel it outlives the process, not the machine: after a power cut the file is not believed to be
whole, which `Left.whole` tells.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import msgspec

from adapters.contract import Sent
from bot.live.leases import FOLDER

_FILE = "taken"
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_LARGEST, _TIDY = 64 << 10, 4 << 10
"""Bytes after which lines that the archive has go; the second where it has all of them."""


class _Line(msgspec.Struct, frozen=True, array_like=True):
    id: int
    """Of the parcel in the outbox."""
    sent: Sent


class Left(NamedTuple):
    """What a former process left."""

    taken: dict[int, Sent]
    """By the id of the parcel."""
    whole: bool
    """Whatever was taken is among it."""


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Line).decode


class Taken:
    """The file; one process at a time has it."""

    def __init__(self, folder: Path) -> None:
        """`folder`: the archive's."""
        self._path = folder / FOLDER / _FILE
        self._file: int | None = None
        self._size = 0
        self._lines: dict[int, bytes] = {}

    def left(self) -> Left:
        """Read what a former process left."""
        try:
            boot, *lines = self._path.read_bytes().splitlines()
        except (OSError, ValueError):
            return Left({}, False)
        found: dict[int, Sent] = {}
        for line in lines:
            with suppress(msgspec.DecodeError):
                read = _decode(line)
                found[read.id] = read.sent
        return Left(found, boot != b"" and boot == _boot())

    def begin(self) -> None:
        """Begin a file, with what the archive does not have yet. Raises OSError."""
        self._path.parent.mkdir(exist_ok=True)
        new = self._path.with_name(f"{_FILE}.new")
        content = _boot() + b"\n" + b"".join(self._lines.values())
        file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        try:
            _write(file, content)
            new.replace(self._path)
        except OSError:
            os.close(file)
            raise
        if self._file is not None:
            os.close(self._file)
        self._file, self._size = file, len(content)

    def note(self, id: int, sent: Sent) -> None:
        """Write down that a parcel was taken. Raises OSError: it is not written down."""
        line = _encode(_Line(id, sent)) + b"\n"
        if self._file is None or self._size > (_LARGEST if self._lines else _TIDY):
            self.begin()
        assert self._file is not None
        _write(self._file, line)
        self._size += len(line)
        self._lines[id] = line

    def known(self, ids: Iterable[int]) -> None:
        """Say that the archive has these now."""
        for id in ids:
            self._lines.pop(id, None)

    def close(self) -> None:
        """Let the file go; where the archive has all of it, there is none."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
        if not self._lines:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)


def _write(file: int, content: bytes) -> None:
    if os.write(file, content) != len(content):
        raise OSError("the disk took a part only")


def _boot() -> bytes:
    """Return what is another after each start of the machine; empty where that is not told."""
    try:
        return _BOOT.read_bytes().strip()
    except OSError:
        return b""
