"""Hands a person what is kept of them: a ZIP of JSON lines and their files."""

from __future__ import annotations

import os
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

import msgspec

from archive.audit import note
from archive.database import Archive
from archive.errors import ArchiveError
from archive.forget_now import check_member
from archive.rights import data_of

LINES = "mydata.jsonl"
README = "README.txt"
_README = """mydata.jsonl: one JSON object a line: who you are here, your messages with their former
texts, your reactions, nominations and reports. Times are UTC. files/: files of your messages, named
by SHA-256.
mydata.jsonl：每行一个 JSON：你的名字、你说的（含改过的旧文）、表情回应、提名和举报；时间是 UTC。
files/：你发的图片和文件，文件名是 SHA-256。
"""


_CHUNK = 1 << 20


class Handed(msgspec.Struct):
    """What is in the ZIP."""

    messages: int = 0
    files: int = 0


class _Pieces:
    """Takes what is written, piece by piece; a ZIP needs no more where it is never read back."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        self._held += data
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""

    def taken(self) -> bytes:
        """Return what was written since."""
        piece = bytes(self._held)
        self._held.clear()
        return piece


def hand_over(archive: Archive, member_key: str, target: Path, by: str) -> Handed:
    """Write a person's data into a new ZIP that nobody else on this machine may read.

    Raises NotFound, ArchiveError where the file is there already.
    """
    with archive.reading() as db:
        check_member(db, member_key)
    done = Handed()
    try:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ArchiveError(f"{target} is there already.", "name another --out") from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(in_pieces(archive, member_key, done))
    except BaseException:
        target.unlink()
        raise
    with archive.writing() as db:
        note_handed(db, member_key, by)
    return done


def note_handed(db: sqlite3.Connection, member_key: str, by: str) -> None:
    """Note that a person's data was given to somebody."""
    note(db, by, "data handed over", member_key)


def in_pieces(archive: Archive, member_key: str, done: Handed | None = None) -> Iterator[bytes]:
    """Yield a person's data as a ZIP, of which nothing is written down here; all of their words are
    in the first piece, later ones have up to a megabyte of a file each."""
    out, done = _Pieces(), done or Handed()
    with zipfile.ZipFile(cast("IO[bytes]", out), "w", zipfile.ZIP_DEFLATED) as packed:
        files = _lines(archive, member_key, packed, done)
        packed.writestr(README, _README)
        yield out.taken()
        for digest in files:
            try:
                file = archive.media.path(digest).open("rb")
            except FileNotFoundError:
                continue  # it is named in the lines
            with file, packed.open(f"files/{digest}", "w", force_zip64=True) as entry:
                while chunk := file.read(_CHUNK):
                    entry.write(chunk)
                    yield out.taken()
            done.files += 1
    yield out.taken()


def _lines(archive: Archive, member_key: str, packed: zipfile.ZipFile, done: Handed) -> list[str]:
    """Pack what is kept of a person; return the SHA-256 of their files."""
    files: dict[str | None, None] = {}
    with archive.reading() as db, packed.open(LINES, "w", force_zip64=True) as lines:
        for told in data_of(db, member_key):
            lines.write(msgspec.json.encode(told) + b"\n")
            done.messages += told["kind"] == "message"
            files |= dict.fromkeys(part["sha256"] for part in told.get("files", ()))
    return [digest for digest in files if digest]
