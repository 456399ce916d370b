"""Hands a person what is kept of them: a ZIP of JSON lines and their files."""

from __future__ import annotations

import os
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

import msgspec

from archive.audit import note
from archive.database import Archive
from archive.errors import ArchiveError
from archive.forget_now import check_member
from archive.own_data import data_of
from archive.own_records import own_records

LINES = "mydata.jsonl"
RECORDS = "chendian.jsonl"
WORDS = "messages.txt"
README = "README.txt"
_README = """messages.txt: what you said, to be read. Times are UTC.
mydata.jsonl: one JSON object a line, all that is kept: who you are here, your messages with their
former texts and what became of them (tags, essence, question, answer), your reactions,
nominations, reports, saved messages, introductions, consents, sessions, and what you did as an
admin. What others said, also where you quoted it, is not in it.
chendian.jsonl and files/: your messages again, for `chendian import` of this ZIP into another
archive; files are named by SHA-256.

messages.txt：你说过的话，可以直接看。时间是 UTC。
mydata.jsonl：存着的全部，每行一个 JSON：你的名字、你说的（含改过的旧文，还有后来的标签、精华、
问答）、表情回应、提名、举报、收藏、自我介绍、同意和退出、登录，以及你作为管理员做过的。
别人说的不在里面，你引用的也不在。
chendian.jsonl 和 files/：同样这些消息，可用 chendian import 把这个 ZIP 导入别的存档；
文件名是 SHA-256。
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
        for name, digest in files.items():
            try:
                file = archive.media.path(digest).open("rb")
            except FileNotFoundError:
                continue  # it is named in the lines
            with file, packed.open(name, "w", force_zip64=True) as entry:
                while chunk := file.read(_CHUNK):
                    entry.write(chunk)
                    yield out.taken()
            done.files += 1
    yield out.taken()


def _lines(
    archive: Archive, member_key: str, packed: zipfile.ZipFile, done: Handed
) -> dict[str, str]:
    """Pack what is kept of a person; return the SHA-256 of their files, by name."""
    files: dict[str, str] = {}
    read = []
    with archive.reading() as db:
        with packed.open(LINES, "w", force_zip64=True) as lines:
            for told in data_of(db, member_key):
                lines.write(msgspec.json.encode(told) + b"\n")
                if told["kind"] == "message":
                    done.messages += 1
                    read.append(_as_read(told))
                    files |= {f["file"]: f["sha256"] for f in told.get("files", ()) if f["file"]}
        with packed.open(RECORDS, "w", force_zip64=True) as records:
            for record in own_records(db, member_key):
                records.write(msgspec.json.encode(record) + b"\n")
    packed.writestr(WORDS, "\n".join(read))
    return files


def _as_read(told: dict[str, Any]) -> str:
    """Return a message as a person reads it."""
    head = f"{told['sent_at'] or ''} {told['group_title'] or told['group']}"
    said = (told.get("text") or "").splitlines()
    said += [f"[{f['type']}] {f['name'] or ''} {f['file'] or ''}" for f in told.get("files", ())]
    if not said:
        said = ["[recalled]" if told.get("recalled") else f"[{told['type']}]"]
    # set in, so that no line of somebody's begins as an export of another program does
    return "\n    ".join([head, *said]) + "\n"
