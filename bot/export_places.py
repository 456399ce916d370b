"""Where an export is put: a file, a folder or a ZIP, which is there when it is whole."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from archive.errors import ArchiveError

_PACKED = (".jsonl", ".json", ".csv", ".md", ".txt")
"""What a ZIP presses together; pictures and the like are pressed already."""


class Place(Protocol):
    """Takes the parts of an export one after another."""

    takes_files: bool

    def write(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write a part, piece by piece."""

    def copy(self, name: str, source: Path) -> bool:
        """Copy a stored file in; False where it is not there."""


class FilePlace:
    """One file: the part is the whole."""

    takes_files = False

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write the one part."""
        with _made(self.path) as file:
            file.writelines(pieces)

    def copy(self, name: str, source: Path) -> bool:
        """Take no files."""
        return False


class FolderPlace:
    """A folder: parts are files in it."""

    takes_files = True

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write a part as a file."""
        with _made(self._path / name) as file:
            file.writelines(pieces)

    def copy(self, name: str, source: Path) -> bool:
        """Copy a stored file."""
        target = self._path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(source, target)
        except FileNotFoundError:
            return False
        return True


class ZipPlace:
    """A ZIP: parts are entries."""

    takes_files = True

    def __init__(self, packed: zipfile.ZipFile) -> None:
        self._packed = packed

    def write(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write a part as an entry."""
        with self._packed.open(self._entry(name), "w", force_zip64=True) as entry:
            for piece in pieces:
                entry.write(piece)

    def copy(self, name: str, source: Path) -> bool:
        """Copy a stored file."""
        if not source.is_file():
            return False
        with (
            source.open("rb") as file,
            self._packed.open(self._entry(name), "w", force_zip64=True) as entry,
        ):
            shutil.copyfileobj(file, entry, 1 << 20)
        return True

    def _entry(self, name: str) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = 0o600 << 16
        if name.endswith(_PACKED):
            entry.compress_type = zipfile.ZIP_DEFLATED
        return entry


@contextmanager
def placed_at(target: Path, single: tuple[str, ...]) -> Iterator[Place]:
    """Give the place for an export: a ZIP or a file by its name's end (`single`), else a folder.

    It has its name only once all went well. Raises ArchiveError where something is there already.
    """
    if target.exists():
        raise ArchiveError(f"{target} is there already.", "name another place to export to")
    draft = target.with_name(f".unfinished-{os.getpid()}-{target.name}")
    suffix = target.suffix.lower()
    try:
        if suffix == ".zip":
            with _made(draft) as file, zipfile.ZipFile(file, "w") as packed:
                yield ZipPlace(packed)
        elif suffix in single:
            yield FilePlace(draft)
        else:
            draft.mkdir(mode=0o700, parents=True)
            yield FolderPlace(draft)
        draft.rename(target)
    except BaseException:
        if draft.is_dir():
            shutil.rmtree(draft, ignore_errors=True)
        else:
            draft.unlink(missing_ok=True)
        raise


@contextmanager
def _made(path: Path) -> Iterator[BinaryIO]:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb", 1 << 20) as file:
        yield file
