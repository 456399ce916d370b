"""Makes small pictures of stored ones, in a process of its own: `python -m web.shrinking`.

A line of standard input is a path as JSON. The answer on standard output is four bytes of length
and a WebP; none where the file is no picture, is broken, or larger than may be decoded.
"""

from __future__ import annotations

import json
import os
import select
import sys
from contextlib import suppress
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageCms, ImageOps

from web.sniff import MAX_PIXELS
from web.thumbnails import TALLEST

SIDE = 640
"""Pixels of the longer side at most."""
_QUALITY = 80
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
_IDLE = 60
"""Seconds after which this process ends by itself."""
_MEMORY = 1 << 30


def shrunk(path: Path) -> bytes:
    """Return a picture's first frame as a small WebP, upright and without metadata.

    Empty where that cannot be done, or is too much: pixels are counted before any is decoded.
    """
    try:
        with Image.open(path, formats=_FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                return b""
            # a JPEG is decoded no larger than needed
            picture.draft(None, (2 * SIDE, 2 * SIDE))
            return _written(_small(picture))
    except Exception:  # whatever a hostile file makes of a decoder, it is a picture that is broken
        return b""


def _small(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    small = _plain(picture)
    if small.height > TALLEST * small.width:
        small = small.crop((0, 0, small.width, TALLEST * small.width))
    small.thumbnail((SIDE, SIDE), reducing_gap=3.0)
    small = _in_srgb(small, profile)
    small = ImageOps.exif_transpose(small)
    return small if small.mode in ("L", "RGB", "RGBA") else small.convert("RGB")


def _plain(picture: Image.Image) -> Image.Image:
    """Return it in a mode that can be made smaller without steps."""
    if picture.mode.startswith("I"):
        # sixteen bits of grey: converted at once, all that is lighter than a 256th would be white
        return picture.convert("I").point(lambda level: level * (1 / 256)).convert("L")
    if picture.has_transparency_data and picture.mode != "RGBA":
        return picture.convert("RGBA")
    if picture.mode in ("P", "1", "LA", "La", "PA"):
        return picture.convert("RGB")
    picture.load()
    return picture


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Return it in the colours of the web; its own profile goes with the other metadata."""
    if profile:
        with suppress(ImageCms.PyCMSError, OSError, ValueError):
            theirs = ImageCms.ImageCmsProfile(BytesIO(profile))
            mode = "RGB" if picture.mode == "CMYK" else picture.mode
            changed = ImageCms.profileToProfile(
                picture, theirs, ImageCms.createProfile("sRGB"), outputMode=mode
            )
            return changed or picture
    return picture


def _written(picture: Image.Image) -> bytes:
    picture.info.clear()
    out = BytesIO()
    picture.save(out, "WEBP", quality=_QUALITY, method=3)
    return out.getvalue()


def main() -> None:
    """Answer until nobody asks any more."""
    _bound()
    while select.select([0], [], [], _IDLE)[0]:
        asked = b""
        while not asked.endswith(b"\n"):
            piece = os.read(0, 65_536)
            if not piece:
                return
            asked += piece
        small = shrunk(Path(json.loads(asked)))
        sys.stdout.buffer.write(len(small).to_bytes(4, "big") + small)
        sys.stdout.buffer.flush()


def _bound() -> None:
    """Hold this process to its memory, where the system can."""
    with suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
