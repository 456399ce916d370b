"""Classic scripts that hand over data: each is one call, for nothing else works from a disk."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path

import msgspec

FOLDER = "x"
_MARK = b"\xff\xfe"
"""The byte order mark of UTF-16, lowest byte first."""


class Scripts:
    """Writes scripts into a folder, and keeps what all of them come to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.size = 0
        self._made: set[str] = set()
        self._digest = blake2b(digest_size=8)

    @property
    def version(self) -> str:
        """Name what was written so far: other scripts, another name."""
        return self._digest.hexdigest()

    def packed(self, name: str, bits: bytes, words: str = "") -> None:
        """Hand over packed codes and the words they belong to: letters, digits, blanks, + and #,
        nothing that could end a string."""
        head = f'chendian("{name}","{words}","'.encode("utf-16-le")
        self._write(name, _MARK + head + bits + '")\n'.encode("utf-16-le"))

    def values(self, name: str, *values: object) -> int:
        """Hand over plain values; return the bytes written."""
        told = b",".join(msgspec.json.encode(value) for value in (name, *values))
        # these end a line of JavaScript before 2019, though not of JSON
        told = told.replace(b"\xe2\x80\xa8", b"\\u2028").replace(b"\xe2\x80\xa9", b"\\u2029")
        return self._write(name, b"chendian(" + told + b")\n")

    def _write(self, name: str, body: bytes) -> int:
        folder = name.rpartition("/")[0]
        if folder not in self._made:
            (self.folder / folder).mkdir(parents=True, exist_ok=True)
            self._made.add(folder)
        # tens of thousands of files: no Path for each
        with open(f"{self.folder}/{name}.js", "wb") as file:  # noqa: PTH123
            file.write(body)
        self._digest.update(body)
        self.size += len(body)
        return len(body)
