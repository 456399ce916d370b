"""Pictures of every kind that people send, and some that nobody should decode."""

from __future__ import annotations

import struct
import zlib
from functools import cache
from io import BytesIO

from PIL import Image, ImageCms

SECRET = b"Somewhere 31.2304N"


def drawn(width: int = 1600, height: int = 1200, mode: str = "RGB") -> Image.Image:
    """Return a picture whose upper left is red and whose rest is blue."""
    picture = Image.new("RGB", (width, height), (0, 0, 255))
    picture.paste((255, 0, 0), (0, 0, width // 2, height // 2))
    return picture.convert(mode)


def saved(picture: Image.Image, form: str, **told: object) -> bytes:
    out = BytesIO()
    picture.save(out, form, **told)
    return out.getvalue()


@cache
def bomb(side: int = 30_000) -> bytes:
    """Return a whole PNG of a few hundred kilobytes that is 112 MB of black points."""
    packed, row = zlib.compressobj(1), bytes(side // 8 + 2) * 100
    body = b"".join(packed.compress(row) for _ in range(side // 100)) + packed.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    parts = (_chunk(b"IHDR", head), _chunk(b"IDAT", body), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def moving(form: str) -> bytes:
    frames = [Image.new("RGB", (300, 200), colour) for colour in ("red", "lime", "blue")]
    return saved(frames[0], form, save_all=True, append_images=frames[1:], duration=200, loop=0)


def on_its_side() -> bytes:
    """Return what a phone held upright makes: it lies, and says how to turn it."""
    told = Image.Exif()
    told[0x0112], told[0x010E] = 6, SECRET.decode()
    return saved(drawn(), "JPEG", exif=told, quality=90)


def of_another_colour_space() -> bytes:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    return saved(drawn(), "JPEG", icc_profile=profile.tobytes(), comment=SECRET)


def see_through() -> bytes:
    """Return a picture of two colours, of which one is none."""
    picture = Image.new("P", (300, 200), 0)
    picture.putpalette([0, 0, 0, 255, 0, 0])
    picture.paste(1, (0, 0, 100, 200))
    return saved(picture, "PNG", transparency=0)


def grey_in_sixteen_bits() -> bytes:
    steps = b"".join(struct.pack("<H", x * 65) for x in range(1000)) * 10
    return saved(Image.frombytes("I;16", (1000, 10), steps), "PNG")
