"""The files of one source as export formats see them: on disk here, in a ZIP in `zipped`."""

from __future__ import annotations

import io
import re
import unicodedata
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote

from adapters.exports.format import ExportError, ExportFile


class Meter:
    """How far reading has come, for a progress bar."""

    def __init__(self) -> None:
        self.done = 0
        """Bytes read of the exports, uncompressed; a part read twice counts once, media do not."""
        self.total = 0
        """Bytes there are to read, known when `find_exports` returns."""
        self._reached: dict[str, int] = {}

    def expect(self, file: TreeFile) -> None:
        """Count a file in."""
        if file.label not in self._reached:
            self._reached[file.label] = 0
            self.total += file.size

    def reached(self, label: str, position: int) -> None:
        """Note that a file has been read up to a position in bytes."""
        before = self._reached.get(label, position)
        if position > before:
            self.done += position - before
            self._reached[label] = position


class Tree(ABC):
    """A folder or an archive; paths in it have `/` and never leave it."""

    def __init__(self, label: str, meter: Meter) -> None:
        self.label = label
        self.meter = meter

    @abstractmethod
    def listing(self, folder: str) -> tuple[list[str], list[TreeFile]]:
        """Return the names of a folder's folders and its files, hidden ones left out."""

    @abstractmethod
    def find(self, path: str) -> TreeFile | None:
        """Find a file by its path."""

    @abstractmethod
    def open(self, path: str) -> io.RawIOBase:
        """Open a file found before."""


class TreeFile:
    """One file of a tree; the `ExportFile` that formats read."""

    def __init__(self, tree: Tree, name: str, size: int, modified: int | None = None) -> None:
        self._tree = tree
        self.name = name
        self.modified = modified
        self.label = f"{tree.label}/{name}" if tree.label else name
        self.size = size

    def __repr__(self) -> str:
        return f"<{self.label}>"

    def open(self) -> BinaryIO:
        """Open for streaming; what is read is counted by the tree's meter."""
        raw = self._tree.open(self.name)
        return _Stream(_Counted(raw, self.label, self._tree.meter), 131072)

    def head(self, size: int = 65536) -> bytes:
        """Return the first bytes."""
        raw = self._tree.open(self.name)
        with _Stream(_Counted(raw, self.label, Meter()), max(size, 1)) as stream:
            return stream.read(size)

    def beside(self, path: str) -> ExportFile | None:
        """Find a file by its path relative to this one's folder, as text or as an href."""
        folder = self.name.rpartition("/")[0]
        for written in (path, unquote(path)):
            inside = within(folder, written)
            if inside is None:
                continue
            for form in (inside, *(unicodedata.normalize(f, inside) for f in ("NFC", "NFD"))):
                if found := self._tree.find(form):
                    return found
        return None

    def siblings(self) -> list[ExportFile]:
        """Return the files in the same folder in natural order."""
        return list(self._tree.listing(self.name.rpartition("/")[0])[1])

    def inside(self, folder: str) -> list[ExportFile]:
        """Return the files of a folder beside this one; reading them counts as progress."""
        path = within(self.name.rpartition("/")[0], folder)
        if path is None:
            return []
        try:
            files = self._tree.listing(path)[1]
        except ExportError:
            return []
        for file in files:
            self._tree.meter.expect(file)
        return list(files)


class Folder(Tree):
    """A folder on disk; what lies outside of it, or is no plain file, is not there."""

    def __init__(self, root: Path, label: str, meter: Meter) -> None:
        super().__init__(label, meter)
        self._root = root.resolve()

    def listing(self, folder: str) -> tuple[list[str], list[TreeFile]]:
        """Return the names of a folder's folders and its files in natural order."""
        try:
            entries = [e for e in (self._root / folder).iterdir() if not is_hidden(e.name)]
            folders = [e.name for e in entries if e.is_dir() and not e.is_symlink()]
        except OSError as error:
            raise ExportError(
                f"cannot read {self.label}/{folder}: {error.strerror}.", "check its permissions"
            ) from error
        prefix = f"{folder}/" if folder else ""
        files = [self.find(prefix + e.name) for e in entries if e.name not in folders]
        return sorted(folders, key=natural), in_order([f for f in files if f])

    def find(self, path: str) -> TreeFile | None:
        """Find a plain file that lies in the folder, symbolic links followed."""
        try:
            full = (self._root / path).resolve()
            if full.is_relative_to(self._root) and full.is_file():
                told = full.stat()
                return TreeFile(self, path, told.st_size, int(told.st_mtime))
        except (OSError, RuntimeError, ValueError):
            return None
        return None

    def open(self, path: str) -> io.RawIOBase:
        """Open a file found before."""
        try:
            return (self._root / path).open("rb", buffering=0)
        except OSError as error:
            raise ExportError(
                f"cannot read {self.label}/{path}: {error.strerror}.", "check its permissions"
            ) from error


class _Counted(io.RawIOBase):
    def __init__(self, raw: io.RawIOBase, label: str, meter: Meter) -> None:
        self._raw = raw
        self._label = label
        self._meter = meter
        self._position = 0
        self.fault: ExportError | None = None
        """Kept back until what was read before it has been given."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self.fault:
            raise self.fault
        try:
            count = self._raw.readinto(buffer) or 0
        except ExportError as error:
            self.fault, count = error, 0
        self._position += count
        self._meter.reached(self._label, self._position)
        return int(count)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Stream(io.BufferedReader):
    """Gives all that stands before a fault, and only then raises it."""

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        fault = self.raw.fault if isinstance(self.raw, _Counted) else None
        if fault and not data:
            raise fault
        return data


def within(folder: str, path: str) -> str | None:
    """Resolve a relative path against a folder of the source; None if it leaves the source."""
    path = path.replace("\\", "/")
    if not path or "\0" in path or path.startswith("/") or re.match(r"[A-Za-z]:|\w+://", path):
        return None
    parts = folder.split("/") if folder else []
    for part in path.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts) or None


def natural(name: str) -> tuple[list[tuple[int, int, str]], str]:
    """Sort key for messages.html, messages2.html, messages10.html."""
    stem, dot, suffix = name.rpartition(".")
    pieces = re.split(r"([0-9]+)", stem if dot else name)
    return [(1, int(p[:18]), p) if p[0] in "0123456789" else (0, 0, p) for p in pieces if p], suffix


def in_order(files: list[TreeFile]) -> list[TreeFile]:
    """Sort files by their names in natural order."""
    return sorted(files, key=lambda file: natural(file.name))


def is_hidden(name: str) -> bool:
    """Tell files that systems and editors leave behind."""
    return name.startswith((".", "~$", "__MACOSX"))
