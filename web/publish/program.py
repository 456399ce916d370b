"""What makes the pages: another program, template or setting makes other pages."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from pathlib import Path

from web.publish.state import Settings

_ROOT = Path(__file__).parents[2]
_ROOMS = ("archive", "web", "bot")


@cache
def _program() -> bytes:
    """Return a hash of all that makes pages: program, templates, words and styles."""
    told = blake2b(digest_size=16)
    for room in _ROOMS:
        for path in sorted((_ROOT / room).rglob("*")):
            if path.suffix and "__pycache__" not in path.parts:
                told.update(path.relative_to(_ROOT).as_posix().encode())
                told.update(path.read_bytes())
    return told.digest()


def made_with(settings: Settings) -> bytes:
    """Return a hash of the program and what a site is published with."""
    return blake2b(_program() + repr(settings).encode(), digest_size=16).digest()
