"""The pictures within an .mht, as files that lie beside it."""

from __future__ import annotations

import io
import re
import tempfile
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterator
from typing import IO, BinaryIO, NamedTuple

from adapters.exports.format import ExportFile

_LONGEST_LINE = 65_536
_field = re.compile(rb"content-(location|type|transfer-encoding)\s*:\s*(.*)", re.IGNORECASE)


class _Place(NamedTuple):
    start: int
    size: int


class Parts:
    """An export file whose pictures are found in itself; they wait in a file without a name."""

    def __init__(self, file: ExportFile) -> None:
        self._file = file
        self._places: dict[str, _Place] | None = None
        self._store: IO[bytes] | None = None
        self.name, self.label, self.size = file.name, file.label, file.size
        self.modified = file.modified

    def open(self) -> BinaryIO:
        """Open the whole file."""
        return self._file.open()

    def head(self, size: int = 65536) -> bytes:
        """Return the first bytes."""
        return self._file.head(size)

    def siblings(self) -> list[ExportFile]:
        """Return the files in the same folder."""
        return self._file.siblings()

    def inside(self, folder: str) -> list[ExportFile]:
        """Return the files of a folder beside this file."""
        return self._file.inside(folder)

    def beside(self, path: str) -> ExportFile | None:
        """Find a part by its name, or else a file beside this one."""
        if self._places is None:
            self._places = self._unpacked()
        place = self._places.get(path.lower())
        if place is None or self._store is None:
            return self._file.beside(path)
        return _Part(path, place, self._store)

    def _unpacked(self) -> dict[str, _Place]:
        """Decode every part once; the page comes first, so this begins when it is read."""
        self._store = tempfile.TemporaryFile()  # noqa: SIM115  (it lives as long as this)
        places: dict[str, _Place] = {}
        with self._file.open() as handle:
            for name, pieces in _parts(handle):
                start = self._store.tell()
                for piece in pieces:
                    self._store.write(piece)
                if size := self._store.tell() - start:
                    places.setdefault(name.lower(), _Place(start, size))
        return places


class _Part:
    """One picture."""

    modified: int | None = None

    def __init__(self, name: str, place: _Place, store: IO[bytes]) -> None:
        self.name = self.label = name
        self.size = place.size
        self._place = place
        self._store = store

    def open(self) -> BinaryIO:
        """Return its bytes as a stream."""
        return io.BytesIO(self._bytes(self.size))

    def head(self, size: int = 65536) -> bytes:
        """Return the first bytes."""
        return self._bytes(min(size, self.size))

    def beside(self, path: str) -> ExportFile | None:
        """Find nothing: nothing lies beside a part."""
        return None

    def inside(self, folder: str) -> list[ExportFile]:
        """Find no folder: nothing lies beside a part."""
        return []

    def siblings(self) -> list[ExportFile]:
        """Return this part alone."""
        return [self]

    def _bytes(self, size: int) -> bytes:
        self._store.seek(self._place.start)
        return self._store.read(size)


def _parts(handle: BinaryIO) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Give each part that has a name and is in Base64; its pieces must be taken in turn."""
    line = handle.readline(_LONGEST_LINE)
    while line:
        if not line.startswith(b"--"):
            line = handle.readline(_LONGEST_LINE)
            continue
        fields: dict[bytes, bytes] = {}
        while (line := handle.readline(_LONGEST_LINE)).strip():
            if found := _field.match(line.strip()):
                fields[found[1].lower()] = found[2].strip()
        name = fields.get(b"location", b"").decode("utf-8", "replace")
        if not name or fields.get(b"transfer-encoding", b"").lower() != b"base64":
            continue
        body = _Body(handle)
        yield name, iter(body)
        for _ in body:
            pass
        line = body.after


class _Body:
    """The lines of Base64 up to the next boundary."""

    def __init__(self, handle: BinaryIO) -> None:
        self._handle = handle
        self._done = False
        self.after = b""

    def __iter__(self) -> Iterator[bytes]:
        rest = b""
        while not self._done:
            line = self._handle.readline(_LONGEST_LINE)
            self._done = not line or line.startswith(b"--")
            self.after = line if self._done else b""
            rest += b"" if self._done else line.strip()
            whole = len(rest) if self._done else len(rest) - len(rest) % 4
            try:
                yield b64decode(rest[:whole])
            except (NotBase64, ValueError):
                yield b""
            rest = rest[whole:]
