"""The published folder: made beside it, put in its place only when it is whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

import msgspec

from archive.errors import ArchiveError
from web.publish.state import Made, State

STATE = ".chendian-published"
"""The file by which a folder is known as ours: what lies in it, as hashes."""
SEARCH = "x"
"""The folder of the search; each version of it is a folder whose name says what is in it."""
_CONTENTS = "contents.js"
_HEAD = 200
"""Characters in which it names its version."""
_JOURNAL = "journal"
_FRESH = "files"
_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)


class _Journal(msgspec.Struct, frozen=True):
    remove: list[str]


class Folder:
    """One published folder, and the one beside it in which the next is made."""

    def __init__(self, out: Path) -> None:
        self.out = out.absolute()
        self.beside = self.out.with_name(f".{self.out.name}.publishing")
        self.fresh = self.beside / _FRESH
        """Where the files lie that the next site has and this one has not."""
        self._root = str(self.fresh)
        self._folders: set[str] = set()

    def open(self) -> State:
        """Finish what a killed run had made whole, drop what it had not; return what is published.

        Raises ArchiveError where the folder holds something else.
        """
        self._check()
        if (self.beside / _JOURNAL).exists():
            self._put_in_place()
        self.drop()
        try:
            data = (self.out / STATE).read_bytes()
            return msgspec.msgpack.decode(data, type=State)
        except FileNotFoundError:
            return State()
        except msgspec.DecodeError:
            # written by another version, or damaged: everything is made anew
            return State(made={"": Made(dict.fromkeys(self._all_files(), b""))})

    def _check(self) -> None:
        if self.out.is_symlink() or (self.out.exists() and not self.out.is_dir()):
            raise ArchiveError(f"{self.out} is not a folder.", "choose another place")
        if (
            self.out.is_dir()
            and any(self.out.iterdir())
            and not (self.out / STATE).exists()
            and not (self.beside / _JOURNAL).exists()
        ):
            raise ArchiveError(
                f"{self.out} holds something that chendian did not publish.",
                "choose an empty folder, or one that does not exist yet",
            )

    def _all_files(self) -> Iterator[str]:
        for path in self.out.rglob("*"):
            file = path.relative_to(self.out).as_posix()
            if path.is_file() and path.name != STATE and not file.startswith(f"{SEARCH}/"):
                yield file

    def begin(self) -> None:
        """Make the folder beside."""
        self.fresh.mkdir(parents=True)

    def drop(self) -> None:
        """Remove the folder beside."""
        shutil.rmtree(self.beside, ignore_errors=True)

    def put(self, file: str, body: bytes, was: bytes | None) -> bytes:
        """Write a file beside, unless it is what it was; return its hash."""
        mark = blake2b(body, digest_size=12).digest()
        if mark != was:
            self._make_room(file)
            # tens of thousands of files: no object for each
            out = os.open(f"{self._root}/{file}", _NEW, 0o666)
            try:
                left = memoryview(body)
                while left:
                    left = left[os.write(out, left) :]
            finally:
                os.close(out)
        return mark

    def take(self, file: str, source: Path) -> None:
        """Take a stored file, as a link where the disk can."""
        self._make_room(file)
        path = self.fresh / file
        try:
            os.link(source, path)
        except OSError:
            shutil.copyfile(source, path)

    def _make_room(self, file: str) -> None:
        folder = file.rpartition("/")[0]
        if folder not in self._folders:
            (self.fresh / folder).mkdir(parents=True, exist_ok=True)
            self._folders.add(folder)

    def finish(self, state: State, remove: Iterable[str]) -> None:
        """Put what was made in its place; killed here, the next run goes on."""
        (self.fresh / STATE).write_bytes(msgspec.msgpack.encode(state))
        if not self.out.exists() or not any(self.out.iterdir()):
            self._put_first()
            return
        journal = self.beside / "journal.part"
        journal.write_bytes(msgspec.msgpack.encode(_Journal(sorted(remove))))
        journal.rename(self.beside / _JOURNAL)
        self._put_in_place()
        self.drop()

    def _put_first(self) -> None:
        with suppress(FileNotFoundError):
            self.out.rmdir()
        self.fresh.rename(self.out)
        self.drop()

    def _put_in_place(self) -> None:
        data = (self.beside / _JOURNAL).read_bytes()
        gone = msgspec.msgpack.decode(data, type=_Journal).remove
        last = None
        self._put_search()
        for path in sorted(self.fresh.rglob("*")):
            if path.is_dir():
                continue
            target = self.out / path.relative_to(self.fresh)
            if target.name == STATE:
                last = path, target
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
        for file in gone:
            self._remove(self.out / file)
        if last is not None:
            last[0].replace(last[1])

    def _put_search(self) -> None:
        """Put a search that was made anew in its place: its folder, then what leads to it."""
        fresh, there = self.fresh / SEARCH, self.out / SEARCH
        if not (fresh / _CONTENTS).exists():
            return
        there.mkdir(exist_ok=True)
        for path in (path for path in fresh.iterdir() if path.is_dir()):
            shutil.rmtree(there / path.name, ignore_errors=True)
            path.rename(there / path.name)
        head = (fresh / _CONTENTS).read_text("utf-8")[:_HEAD]
        for path in there.iterdir():
            # before it: what was forgotten must be gone also where this is killed and begun again
            if path.is_dir() and f'"{path.name}"' not in head:
                shutil.rmtree(path)
        (fresh / _CONTENTS).replace(there / _CONTENTS)

    def _remove(self, path: Path) -> None:
        with suppress(FileNotFoundError):
            path.unlink()
        with suppress(OSError):
            while path.parent != self.out:
                path = path.parent
                path.rmdir()
