"""A ZIP read in place, never extracted, and refused when anything about it is crooked."""

from __future__ import annotations

import copy
import io
import stat
import struct
import zipfile
import zlib
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from adapters.exports.format import ExportError
from adapters.exports.tree import Meter, Tree, TreeFile, in_order, is_hidden, natural, within

MAX_ENTRIES = 200_000
MAX_DIRECTORY = 128 * 2**20
"""Bytes of the list of entries."""
MAX_TOTAL = 128 * 2**30
"""Bytes of all entries, uncompressed."""
MAX_RATIO = 200
"""Times an entry, or the whole, may grow; DEFLATE reaches 1032, chats 20."""
RATIO_FROM = 100 * 2**20
"""Bytes uncompressed below which the ratio does not matter."""
MAX_NAME = 1024
MAX_DEPTH = 40

_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = 20
_WHOLE = "make the ZIP anew from the export's folder, or import the folder itself"


class Zip(Tree):
    """The files of a ZIP; all of it is checked before anything in it is read."""

    def __init__(self, path: Path, label: str, meter: Meter) -> None:
        super().__init__(label, meter)
        with _opened(path, label) as handle:
            _check_directory(handle, label)
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise ExportError(f"{label} is a damaged ZIP.", _WHOLE) from error
        entries = self._zip.infolist()
        _check_sizes(entries, label, path.stat().st_size)
        _check_overlaps(entries, self._zip.start_dir, label)
        self._entries = _checked_names(entries, label)
        self._folders = _folders(self._entries)

    def listing(self, folder: str) -> tuple[list[str], list[TreeFile]]:
        """Return the names of a folder's folders and its files in natural order."""
        folders, names = self._folders.get(folder, (set(), []))
        files = [found for name in names if (found := self.find(name))]
        return sorted(folders, key=natural), in_order(files)

    def find(self, path: str) -> TreeFile | None:
        """Find a file by its path."""
        info = self._entries.get(path)
        return TreeFile(self, path, info.file_size, _written(info)) if info else None

    def open(self, path: str) -> io.RawIOBase:
        """Open an entry; it is held to the size it declares."""
        info = self._entries[path]
        # zipfile would stop in silence at the declared size, and then complain of the checksum
        generous = copy.copy(info)
        generous.file_size += 1
        del generous.CRC
        label = f"{self.label}/{path}"
        try:
            return _Entry(self._zip.open(generous), label, info)
        except (zipfile.BadZipFile, OSError, EOFError, UnicodeError) as error:
            raise ExportError(f"{label} is damaged.", _WHOLE) from error
        except (NotImplementedError, RuntimeError) as error:
            raise ExportError(
                f"{label} is packed in a way this program cannot read.",
                "unpack it and import the folder",
            ) from error


class _Entry(io.RawIOBase):
    def __init__(self, handle: object, label: str, info: zipfile.ZipInfo) -> None:
        self._handle = cast(io.BufferedIOBase, handle)
        self._label = label
        self._left = info.file_size
        self._expected = info.CRC
        self._checksum = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            # a little at a time: what is unpacked before a fault is not lost with it
            block = self._handle.read1(min(len(buffer), self._left + 1))
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise ExportError(f"{self._label} is damaged.", _WHOLE) from error
        self._left -= len(block)
        if self._left < 0:
            raise ExportError(f"{self._label} holds more bytes than it declares.", _WHOLE)
        self._checksum = zlib.crc32(block, self._checksum)
        if not block and len(buffer):
            if self._left:
                raise ExportError(f"{self._label} holds fewer bytes than it declares.", _WHOLE)
            if self._checksum != self._expected:
                raise ExportError(f"{self._label} is damaged.", _WHOLE)
        buffer[: len(block)] = block
        return len(block)

    def close(self) -> None:
        self._handle.close()
        super().close()


def _written(info: zipfile.ZipInfo) -> int | None:
    try:  # a ZIP has local times of nobody knows where
        return int(datetime(*info.date_time).timestamp()) if info.date_time[0] > 1980 else None
    except (ValueError, OverflowError):
        return None


def _opened(path: Path, label: str) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise ExportError(
            f"cannot read {label}: {error.strerror}.", "check its permissions"
        ) from error


def _check_directory(handle: BinaryIO, label: str) -> None:
    """Count the entries before `zipfile` makes an object of each."""
    size = handle.seek(0, io.SEEK_END)
    handle.seek(max(0, size - 65536 - _END.size - _LOCATOR_64 - _END_64.size))
    tail = handle.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise ExportError(f"{label} is a ZIP cut short.", "copy or download it again")
    count, length = _END.unpack_from(tail, at)[4:6]
    at_64 = at - _LOCATOR_64 - _END_64.size
    if at_64 >= 0 and tail[at_64:].startswith(b"PK\x06\x06"):
        count, length = _END_64.unpack_from(tail, at_64)[7:9]
    if count > MAX_ENTRIES:
        raise ExportError(f"{label} has {count} entries; the cap is {MAX_ENTRIES}.", _WHOLE)
    if length > min(MAX_DIRECTORY, size):
        raise ExportError(
            f"{label} has a list of entries of {length} bytes; "
            f"the cap is {min(MAX_DIRECTORY, size)}.",
            _WHOLE,
        )
    before = length + _END_64.size + _LOCATOR_64
    handle.seek(max(0, size - len(tail) + at - before))
    listed = handle.read(before).count(b"PK\x01\x02")
    if listed > MAX_ENTRIES:
        raise ExportError(f"{label} lists {listed} entries; the cap is {MAX_ENTRIES}.", _WHOLE)


def _check_sizes(entries: list[zipfile.ZipInfo], label: str, packed: int) -> None:
    for info in entries:
        if info.flag_bits & 0x41:
            raise ExportError(
                f"{label} is locked with a password ({_shown(info)}).",
                "unpack it and import the folder",
            )
        if info.file_size > RATIO_FROM and info.file_size > MAX_RATIO * info.compress_size:
            raise ExportError(
                f"{label}: {_shown(info)} grows more than {MAX_RATIO} times; that is the cap.",
                _WHOLE,
            )
    total = sum(info.file_size for info in entries)
    if total > MAX_TOTAL:
        raise ExportError(f"{label} unpacks to {total} bytes; the cap is {MAX_TOTAL}.", _WHOLE)
    if total > RATIO_FROM and total > MAX_RATIO * packed:
        raise ExportError(f"{label} grows more than {MAX_RATIO} times; that is the cap.", _WHOLE)


def _check_overlaps(entries: list[zipfile.ZipInfo], directory: int, label: str) -> None:
    end = directory
    for info in sorted(entries, key=lambda info: info.header_offset, reverse=True):
        least = 30 + len(info.orig_filename) + info.compress_size
        if info.header_offset < 0 or info.header_offset + least > end:
            raise ExportError(f"{label}: {_shown(info)} overlaps another entry.", _WHOLE)
        end = info.header_offset


def _checked_names(entries: list[zipfile.ZipInfo], label: str) -> dict[str, zipfile.ZipInfo]:
    files: dict[str, zipfile.ZipInfo] = {}
    seen: set[str] = set()
    for info in entries:
        name = _name(info).replace("\\", "/")
        path = within("", name)
        if name in (".", "./"):
            continue
        if why := _crooked(info, name, path) or ("is there twice" if path in seen else ""):
            raise ExportError(f"{label}: {_shown(info)} {why}.", _WHOLE)
        if path is None:
            continue
        seen.add(path)
        if not name.endswith("/"):
            files[path] = info
    return files


def _crooked(info: zipfile.ZipInfo, name: str, path: str | None) -> str:
    parts = name.split("/")
    if path is None or ".." in parts:
        return "leaves the ZIP"
    if len(name) > MAX_NAME or len(parts) > MAX_DEPTH:
        return f"has a name longer than {MAX_NAME} or deeper than {MAX_DEPTH}; that is the cap"
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link or a device"
    return ""


def _name(info: zipfile.ZipInfo) -> str:
    """The name as it was meant: Chinese Windows writes GBK, others UTF-8 without the flag."""
    name = info.orig_filename
    if info.flag_bits & 0x800 or name.isascii():
        return name
    try:
        written = name.encode("cp437")
    except UnicodeEncodeError:
        return name
    for encoding in ("utf-8", "gb18030"):
        try:
            return written.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name


def _folders(names: dict[str, zipfile.ZipInfo]) -> dict[str, tuple[set[str], list[str]]]:
    folders: dict[str, tuple[set[str], list[str]]] = {"": (set(), [])}
    for path in names:
        if any(is_hidden(part) for part in path.split("/")):
            continue
        folder = path.rpartition("/")[0]
        folders.setdefault(folder, (set(), []))[1].append(path)
    for folder in list(folders):
        while folder:
            above, _, last = folder.rpartition("/")
            known = above in folders
            folders.setdefault(above, (set(), []))[0].add(last)
            folder = "" if known else above
    return folders


def _shown(info: zipfile.ZipInfo) -> str:
    return repr(_name(info)[:200])
