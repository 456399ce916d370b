"""What a stored file really is, by its first bytes; what its sender claims is not believed."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import msgspec

MAX_PIXELS = 40_000_000
"""A picture with more is only offered for download: decoding it could exhaust a phone."""

_JPEG = b"\xff\xd8\xff"
_HEAD = 65_536
_ORIENTATION = 0x0112
_FAR = 1 << 20
"""What a camera may write before a JPEG says its size."""
SILK, AMR = "audio/silk", "audio/amr"
"""Voice of WeChat and QQ, which no browser plays as it is (web/voice.py)."""

_OTHERS = (
    (b"ftyp", 4, "video/mp4"), (b"\x1aE\xdf\xa3", 0, "video/webm"), (b"OggS", 0, "audio/ogg"),
    (b"ID3", 0, "audio/mpeg"), (b"\xff\xfb", 0, "audio/mpeg"), (b"\xff\xf3", 0, "audio/mpeg"),
    (b"fLaC", 0, "audio/flac"), (b"#!AMR", 0, AMR), (b"WAVE", 8, "audio/wav"),
    (b"#!SILK_V3", 0, SILK), (b"#!SILK_V3", 1, SILK),
)  # fmt: skip


class Looks(msgspec.Struct, frozen=True):
    """A file's real type, and a picture's size in pixels, as it is shown upright."""

    mime: str = "application/octet-stream"
    width: int = 0
    height: int = 0
    moves: bool = False
    """It has more pictures than one, as far as its beginning tells."""

    @property
    def is_picture(self) -> bool:
        """Whether it may be shown inline: a raster picture of a bearable size."""
        return 0 < self.width * self.height <= MAX_PIXELS

    @property
    def is_bomb(self) -> bool:
        """Whether it is a picture too large to decode."""
        return self.width * self.height > MAX_PIXELS


@lru_cache(maxsize=20_000)
def looks_of(path: Path) -> Looks | None:
    """Return what a stored file looks like; None when it is not there."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
            found = looks(head)
            if not found.width and head.startswith(_JPEG):
                found = looks(head + file.read(_FAR))
            return found
    except OSError:
        return None


def looks(head: bytes) -> Looks:
    """Tell a file's type from its beginning."""
    for mime, size in _pictures(head):
        if size and size[0] and size[1]:
            return Looks(mime, *size, _moves(mime, head))
    for magic, at, mime in _OTHERS:
        if head.startswith(magic, at):
            return Looks(mime)
    return Looks()


def _pictures(head: bytes) -> Iterator[tuple[str, tuple[int, int] | None]]:
    try:
        if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR":
            yield "image/png", struct.unpack(">II", head[16:24])
        elif head.startswith((b"GIF87a", b"GIF89a")):
            yield "image/gif", struct.unpack("<HH", head[6:10])
        elif head.startswith(_JPEG):
            yield "image/jpeg", _jpeg_size(head)
        elif head.startswith(b"RIFF") and head[8:12] == b"WEBP":
            yield "image/webp", _webp_size(head)
    except (struct.error, IndexError):
        return


def _moves(mime: str, head: bytes) -> bool:
    if mime == "image/gif":
        return b"NETSCAPE2.0" in head or head.count(b"\x21\xf9\x04") > 1
    if mime == "image/webp":
        return head[12:16] == b"VP8X" and bool(head[20] & 2)
    return mime == "image/png" and b"acTL" in head.partition(b"IDAT")[0]


def _jpeg_size(head: bytes) -> tuple[int, int] | None:
    """Walk over the segments to the frame header, which holds the size."""
    at, lies = 2, False
    while at + 9 < len(head):
        if head[at] != 0xFF:
            return None
        marker = head[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", head[at + 5 : at + 9])
            return (height, width) if lies else (width, height)
        if marker == 0xE1 and head.startswith(b"Exif\0\0", at + 4):
            lies = _lies(head[at + 10 : at + 10 + _HEAD])
        at += 1 if marker == 0xFF else 2 + struct.unpack(">H", head[at + 2 : at + 4])[0]
    return None


def _lies(exif: bytes) -> bool:
    """Tell whether a camera says that it was held on its side."""
    order = "<" if exif.startswith(b"II") else ">"
    try:
        (at,) = struct.unpack_from(f"{order}I", exif, 4)
        (entries,) = struct.unpack_from(f"{order}H", exif, at)
        for number in range(min(entries, 200)):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", exif, at + 2 + 12 * number)
            if tag == _ORIENTATION:
                return int(value) in (5, 6, 7, 8)
    except struct.error:
        pass
    return False


def _webp_size(head: bytes) -> tuple[int, int] | None:
    chunk = head[12:16]
    if chunk == b"VP8X":
        return _u24(head[24:27]) + 1, _u24(head[27:30]) + 1
    if chunk == b"VP8L":
        bits = struct.unpack("<I", head[21:25])[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 ":
        width, height = struct.unpack("<HH", head[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None


def _u24(three: bytes) -> int:
    return int.from_bytes(three, "little")
