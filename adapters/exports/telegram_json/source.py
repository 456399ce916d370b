"""The bytes of an export as UTF-8, a window of them at a time."""

from __future__ import annotations

import codecs
from typing import BinaryIO

from archive.records import Rejected

CHUNK = 1 << 18
"""Bytes read at once; also the size of a block of messages decoded at once."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"{\0", "utf-16-le"),
    (b"\0{", "utf-16-be"),
)


def encoding_of(head: bytes) -> str:
    """Tell the encoding from the first bytes; Telegram itself writes UTF-8, editors may not."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    text = head.decode("utf-8", "replace")
    bad = text.count("�")
    # A few broken bytes do not make a file GB18030; its Chinese read as UTF-8 is mostly broken.
    if bad > 8 and bad > sum(character > "\x7f" for character in text) - bad:
        return "gb18030"
    return "utf-8"


class Damage(Exception):
    """Nothing after the cursor can be read; `why` is for people."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Source:
    """A cursor (`at`) in a window of the file, which `more` moves on and lengthens."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self.window = b""
        self.at = 0
        self.ended = False
        self.astray = False
        """Damage led out of the messages of a chat: the cursor is at the start of the next."""
        self.faults: list[Rejected] = []
        self._stream = stream
        self._start = 0
        self._encoding = encoding
        self._decoder: codecs.IncrementalDecoder | None = None
        if codecs.lookup(encoding).name != "utf-8":
            self._decoder = codecs.getincrementaldecoder(encoding)("strict")

    @property
    def offset(self) -> int:
        """Where the cursor is, in bytes from the start of the file read as UTF-8."""
        return self._start + self.at

    def more(self) -> bool:
        """Drop what lies before the cursor and read on; False at the end of the file."""
        rest = self.window[self.at :]
        self._start += self.at
        self.at = 0
        # Doubling keeps the cost of one very long value linear.
        piece = b"" if self.ended else self._read(max(CHUNK, len(rest)))
        self.window = rest + piece
        return bool(piece)

    def ahead(self, size: int) -> bytes:
        """Return up to `size` bytes from the cursor on without moving it."""
        while len(self.window) - self.at < size and self.more():
            pass
        return self.window[self.at : self.at + size]

    def reject(self, where: str, why: str) -> None:
        """Note a part that could not be read, for the reader to pass on."""
        self.faults.append(Rejected(where, why))

    def _read(self, size: int) -> bytes:
        while piece := self._stream.read(size):
            if self._decoder is None:
                return piece
            # A chunk may hold no whole character.
            if text := self._decode(piece):
                return text.encode("utf-8", "surrogatepass")
        self.ended = True
        return b""

    def _decode(self, piece: bytes) -> str:
        assert self._decoder is not None
        state = self._decoder.getstate()
        try:
            return self._decoder.decode(piece)
        except UnicodeDecodeError:
            self.reject(f"near byte {self.offset}", f"bytes that are not {self._encoding} became �")
            self._decoder.setstate(state)
            self._decoder.errors = "replace"
            return self._decoder.decode(piece)
