"""Opens an export's text in the encoding it is really in, or says which byte does not fit."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import BinaryIO

from adapters.exports.format import ExportError, ExportFile, Options

WINDOW = 65536
"""Bytes looked at to tell the encoding, from the first byte that is not ASCII."""
BLOCK = 262144
MAX_LINE = 16 * 2**20
"""Characters; a longer line is given in pieces."""
HINT = "name the encoding with --encoding, e.g. gb18030, utf-8, big5"

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_GB_NAMES = {"gbk", "gb2312", "gb18030", "cp936"}
_ESCAPED = re.compile("[\udc80-\udcff]")
_ASCII_ONLY = re.compile(rb"[^\x80-\xff]*")
_HAN = re.compile("[\u4e00-\u9fff]")
_WIDE_CHARACTERS = re.compile("[\u0800-\U0010ffff]")
_FEW = 500
"""Bytes among which one may be damage and not a letter."""
_COMMON_HAN = frozenset(
    "的一是不了我有在人这个们来到时大地为你说就那和要出也得里后自以会家可下过天去能对多然于"
    "学么之都好看起发没成只如事把还用样想开没图片表情群消息"
)


def open_text(file: ExportFile, options: Options) -> Text:
    """Open a file as text; raises ExportError when its encoding is unknown or not recognised."""
    encoding = _asked(options.encoding) if options.encoding else detect(file)
    head = file.head(4)
    mark = next((m for m, name in _MARKS if name == encoding and head.startswith(m)), b"")
    return Text(file.open(), encoding, len(mark))


def detect(file: ExportFile) -> str:
    """Tell a file's encoding: utf-8, utf-16-le, utf-16-be or gb18030."""
    head = file.head(WINDOW)
    if not head.isascii():
        found = guess(head)
    else:
        found = guess(_beyond_ascii(file)) if len(head) == WINDOW else guess(head)
    if found is None:
        raise ExportError(f"the text encoding of {file.label} is not recognised.", HINT)
    return found


@lru_cache(maxsize=2)
def peek(head: bytes) -> str:
    """Decode the head of a file for `sniff`, whatever it is in; wrong bytes are replaced."""
    encoding = guess(head) or "utf-8"
    return codecs.getincrementaldecoder(encoding)("replace").decode(head).removeprefix("\ufeff")


def guess(window: bytes) -> str | None:
    """Tell the encoding of a piece of text; a few damaged bytes do not mislead it."""
    for mark, name in _MARKS:
        if window.startswith(mark):
            return name
    wide = _wide(window)
    if wide or window.isascii():
        return wide or "utf-8"
    good, bad = _count(window, "utf-8")
    if bad * 2 <= good or _begins_well(window):
        return "utf-8"
    good, its_bad = _count(window, "gb18030")
    if its_bad * 4 <= good and _is_chinese(window):
        return "gb18030"
    # a language with signs of its own has more of them than damage has bytes
    return "utf-8" if bad * _FEW <= len(window) else None


class Text:
    """An open file's characters; where bytes did not decode, `fault` tells."""

    def __init__(self, handle: BinaryIO, encoding: str, skip: int = 0) -> None:
        self.encoding = encoding
        self.damaged = False
        """Something read so far did not decode; it is in the text as lone surrogates."""
        self._handle = handle
        self._skip = skip

    def __enter__(self) -> Text:
        return self

    def __exit__(self, *exc: object) -> None:
        self._handle.close()

    def chunks(self) -> Iterator[str]:
        """Give the text in pieces of any size; newlines are as they are in the file."""
        decoder = codecs.getincrementaldecoder(self.encoding)()
        self._handle.read(self._skip)
        while block := self._handle.read(BLOCK):
            yield self._decode(decoder, block)
        yield self._decode(decoder, b"", final=True)

    def lines(self) -> Iterator[str]:
        """Give the lines with their ends; only LF ends a line, CR stays where it is."""
        rest = ""
        for chunk in self.chunks():
            parts = (rest + chunk).split("\n")
            rest = parts.pop()
            for part in parts:
                yield part + "\n"
            if len(rest) > MAX_LINE:
                yield rest
                rest = ""
        if rest:
            yield rest

    def fault(self, text: str) -> str | None:
        """Name the byte that did not decode in a piece of this text, or return None."""
        if not self.damaged:
            return None
        found = _ESCAPED.search(text)
        if found is None:
            return None
        return f"byte 0x{ord(found[0]) - 0xDC00:02X} is not {self.encoding}; {HINT}"

    def _decode(self, decoder: codecs.IncrementalDecoder, block: bytes, final: bool = False) -> str:
        state = decoder.getstate()
        try:
            return decoder.decode(block, final)
        except UnicodeDecodeError:
            self.damaged = True
        decoder.setstate(state)
        decoder.errors = "chendian-keep"
        try:
            return decoder.decode(block, final)
        finally:
            decoder.errors = "strict"


def _keep_bytes(error: UnicodeError) -> tuple[str, int]:
    # surrogateescape refuses bytes below 0x80, which UTF-16 can have; a lone half of a pair in
    # UTF-16 is not damage and stays what it is
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    if len(bad) == 2 and error.encoding.lower().startswith("utf-16"):
        big = "be" in error.encoding.lower()
        return chr(int.from_bytes(bad, "big" if big else "little")), error.end
    return "".join(chr(0xDC00 + (byte | 0x80)) for byte in bad), error.end


codecs.register_error("chendian-keep", _keep_bytes)


def _asked(name: str) -> str:
    try:
        info = codecs.lookup(name)
        if not info._is_text_encoding:
            raise LookupError
        codecs.getincrementaldecoder(name)
    except (LookupError, ValueError) as error:
        raise ExportError(f"unknown encoding {name!r}.", HINT) from error
    if info.name == "utf-8-sig":
        return "utf-8"
    if info.name == "utf-16":
        return "utf-16-le"
    return "gb18030" if info.name in _GB_NAMES else info.name


def _beyond_ascii(file: ExportFile) -> bytes:
    with file.open() as handle:
        while block := handle.read(BLOCK):
            if not block.isascii():
                found = _ASCII_ONLY.match(block)
                start = found.end() if found else 0
                return block[start:] + handle.read(WINDOW)
    return b""


def _wide(window: bytes) -> str | None:
    sample = window[:4096]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    few = max(len(sample) // 20, 1)
    if odd > few and odd > 10 * even:
        return "utf-16-le"
    return "utf-16-be" if even > few and even > 10 * odd else None


def _count(window: bytes, encoding: str) -> tuple[int, int]:
    """Count the characters beyond ASCII that decode, and the bytes that do not."""
    text = codecs.getincrementaldecoder(encoding)("surrogateescape").decode(window)
    bad = len(_ESCAPED.findall(text))
    return sum(1 for char in text if char > "\x7f") - bad, bad


def _begins_well(window: bytes) -> bool:
    """Tell UTF-8 by what stands before the first byte that does not fit: three bytes in a row that
    make a character, twice, are no accident."""
    try:
        window.decode("utf-8")
    except UnicodeDecodeError as error:
        return len(_WIDE_CHARACTERS.findall(window[: error.start].decode("utf-8"))) > 1
    return True


def _is_chinese(window: bytes) -> bool:
    # Big5, Shift-JIS and Korean bytes mostly decode as GB18030 too, into rare characters
    text = codecs.getincrementaldecoder("gb18030")("ignore").decode(window)
    pairs = len(re.sub(r"[\x00-\x7f]", "", text).encode("gbk", "ignore"))
    plain = len(re.sub(r"[\x00-\x7f]", "", text).encode("gb2312", "ignore"))
    if plain < 0.6 * pairs:
        return False
    han = _HAN.findall(text)
    return len(han) < 200 or sum(char in _COMMON_HAN for char in han) >= 0.04 * len(han)
