"""One ZIP of a published folder."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from archive.errors import ArchiveError
from web.publish.folder import STATE

_THEN = (1980, 1, 1, 0, 0, 0)
"""The same site is the same ZIP."""
_PACKED = frozenset((".jpg", ".png", ".webp", ".gif", ".mp4", ".mp3", ".zip", ".webm", ".ogg"))
_CHUNK = 1 << 20


def pack(folder: Path, target: Path) -> int:
    """Write everything published in a folder into one ZIP, put in place when whole; return its
    size in bytes. Raises ArchiveError where it would lie in the folder itself."""
    target = target.absolute()
    if folder.absolute() in target.parents:
        raise ArchiveError(f"{target} lies in the folder it would hold.", "choose another place")
    part = target.with_name(f".{target.name}.part")
    try:
        with ZipFile(part, "w", ZIP_DEFLATED, compresslevel=6) as packed:
            for path in sorted(folder.rglob("*")):
                if path.is_file() and path.name != STATE:
                    _add(packed, path, f"{target.stem}/{path.relative_to(folder).as_posix()}")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target.stat().st_size


def _add(packed: ZipFile, path: Path, name: str) -> None:
    entry = ZipInfo(name, _THEN)
    entry.compress_type = ZIP_STORED if path.suffix in _PACKED else ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    entry.file_size = path.stat().st_size
    with path.open("rb") as source, packed.open(entry, "w") as out:
        while data := source.read(_CHUNK):
            out.write(data)
