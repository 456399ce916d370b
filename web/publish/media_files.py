"""Under which name a stored file is published: what it is, never what a browser would run."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from web.sniff import looks_of

_ENDINGS = {
    "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp",
    "video/mp4": "mp4", "video/webm": "webm", "audio/ogg": "ogg", "audio/mpeg": "mp3",
    "audio/flac": "flac", "audio/amr": "amr", "audio/wav": "wav",
}  # fmt: skip
_INERT = frozenset((
    "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "ods", "odp", "csv", "txt", "md",
    "epub", "mobi", "zip", "rar", "7z", "json", "psd",
))  # fmt: skip
"""Endings of names that are believed: browsers save these or show them as they are."""


@lru_cache(maxsize=20_000)
def ending_of(path: Path, name: str) -> str:
    """Return `png`, `pdf` …; `bin` for whatever could be more than a file to keep."""
    looks = looks_of(path)
    if looks is not None and looks.mime in _ENDINGS:
        return "bin" if looks.is_bomb else _ENDINGS[looks.mime]
    ending = name.rpartition(".")[2].lower()
    return ending if ending in _INERT else "bin"


_SMALL = "-small.webp"


def small_file(sha256: str) -> str:
    """Return the file of a picture's thumbnail."""
    return f"media/{sha256}{_SMALL}"


def is_small(file: str) -> bool:
    """Tell whether a file is a picture's thumbnail."""
    return file.endswith(_SMALL)
