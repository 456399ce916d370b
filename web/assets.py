"""The site's own files: stylesheets, scripts and the icon, held in memory."""

from __future__ import annotations

import zlib
from hashlib import blake2b
from pathlib import Path

import msgspec

_FOLDER = Path(__file__).parent / "static"
_TYPES = {".svg": "image/svg+xml", ".js": "text/javascript; charset=utf-8"}
_STYLES = {"style.css": "style", "desk.css": "desk"}
"""Stylesheets, and the folders whose files each is made of, in the order of their names."""


class StaticFile(msgspec.Struct, frozen=True):
    """A file of the site itself, with its address for ever."""

    body: bytes
    packed: bytes
    mime: str
    version: str


def packed(body: bytes, level: int = 4) -> bytes:
    """Compress with gzip; no time stamp, so that the same body gives the same bytes."""
    stream = zlib.compressobj(level, zlib.DEFLATED, 31)
    return stream.compress(body) + stream.flush()


def _files() -> dict[str, StaticFile]:
    found = {
        file.name: _held(file.read_bytes(), _TYPES[file.suffix])
        for file in sorted(_FOLDER.iterdir())
        if file.suffix in _TYPES
    }
    for name, parts in _STYLES.items():
        css = b"\n".join(part.read_bytes() for part in sorted((_FOLDER / parts).glob("*.css")))
        found[name] = _held(css, "text/css; charset=utf-8")
    return found


def _held(body: bytes, mime: str) -> StaticFile:
    return StaticFile(body, packed(body, 9), mime, blake2b(body, digest_size=6).hexdigest())


STATIC = _files()
