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
    """The folder `media/`: `ab/ab12…`, names never come from a message.

    Beside it `thumbnails/` has small pictures made of its files: they go with them, and can be made
    again.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.thumbnails = folder.with_name("thumbnails")

    def path(self, digest: str) -> Path:
        """Return where the file with this SHA-256 lies or would lie."""
        return self.folder / digest[:2] / _known(digest)

    def thumbnail(self, digest: str) -> Path:
        """Return where the small picture of a file lies or would lie; an empty one says that none
        can be made."""
        return self.thumbnails / digest[:2] / f"{_known(digest)}.webp"

    def keep_thumbnail(self, digest: str, picture: bytes) -> None:
        """Keep a small picture for as long as its file is there. Raises OSError."""
        target = self.thumbnail(digest)
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{digest}-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(picture)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        # `drop` takes the file first: either it finds this, or the file is seen to be gone here
        if not self.path(digest).exists():
            target.unlink(missing_ok=True)

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
        """Remove stored files and what was made of them; what is not there is gone already."""
        for digest in digests:
            self.path(digest).unlink(missing_ok=True)
            small = self.thumbnail(digest)
            for path in (small, *small.parent.glob(f".{digest}-*")):
                path.unlink(missing_ok=True)

    def drop_unfinished(self) -> None:
        """Remove what kills left of copies and small pictures: what nobody wrote to for a day."""
        for path in (*self.folder.glob(".taking-*"), *self.thumbnails.glob("??/.*")):
            with suppress(OSError):
                if path.stat().st_mtime < time.time() - 86_400:
                    path.unlink()


def _known(digest: str) -> str:
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
        raise NotFound("there is no such file.")
    return digest
