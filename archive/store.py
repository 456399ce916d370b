"""The folder of stored files, each kept once under its SHA-256."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, NamedTuple

from archive.errors import NotFound

_CHUNK = 1 << 20


class Stored(NamedTuple):
    """A file taken in."""

    sha256: str
    size: int
    """Bytes."""


class Taking:
    """A file on its way in."""

    def __init__(self, store: MediaStore) -> None:
        self._store = store
        self._digest = sha256()
        self.size = 0
        handle, self._name = tempfile.mkstemp(dir=store.folder, prefix=".taking-")
        self._copy = os.fdopen(handle, "wb")

    def write(self, chunk: bytes) -> None:
        """Add a piece. Raises OSError."""
        self._digest.update(chunk)
        self.size += len(chunk)
        self._copy.write(chunk)

    def finish(self) -> Stored:
        """Make the file durable and put it in its place. Raises OSError."""
        self._copy.flush()
        os.fsync(self._copy.fileno())
        self._copy.close()
        target = self._store.path(self._digest.hexdigest())
        target.parent.mkdir(exist_ok=True)
        Path(self._name).replace(target)
        return Stored(self._digest.hexdigest(), self.size)

    def discard(self) -> None:
        """Let go of what is not finished."""
        with suppress(OSError):  # a full disk refuses what is still to be flushed
            self._copy.close()
        Path(self._name).unlink(missing_ok=True)


class MediaStore:
    """The folder `media/`: `ab/ab12…`, names never come from a message."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        """Return where the file with this SHA-256 lies or would lie."""
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise NotFound("there is no such file.")
        return self.folder / digest[:2] / digest

    def take(self, stream: BinaryIO) -> Stored:
        """Copy a stream in; nothing of a broken copy remains. Raises OSError."""
        with self.taking() as copy:
            while chunk := stream.read(_CHUNK):
                copy.write(chunk)
            return copy.finish()

    @contextmanager
    def taking(self) -> Iterator[Taking]:
        """Begin a file that comes piece by piece; without `finish` nothing of it remains."""
        self.folder.mkdir(parents=True, exist_ok=True)
        copy = Taking(self)
        try:
            yield copy
        finally:
            copy.discard()

    def everything(self) -> Iterator[tuple[str, Path]]:
        """Walk over the stored files: (SHA-256 by name, path); unfinished copies are left out."""
        for path in sorted(self.folder.glob("??/*")):
            yield path.name, path

    def drop(self, digests: Iterable[str]) -> None:
        """Remove stored files; those that are not there are gone already."""
        for digest in digests:
            self.path(digest).unlink(missing_ok=True)

    def drop_unfinished(self) -> None:
        """Remove what killed imports left of copies: what nobody wrote to for a day."""
        for path in self.folder.glob(".taking-*"):
            with suppress(OSError):
                if path.stat().st_mtime < time.time() - 86_400:
                    path.unlink()
