"""Hands a person what is kept of them: a ZIP of JSON lines and their files."""

from __future__ import annotations

import os
import zipfile
from contextlib import suppress
from pathlib import Path

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


class Handed(msgspec.Struct):
    """What is in the ZIP."""

    messages: int = 0
    files: int = 0


def hand_over(archive: Archive, member_key: str, target: Path, by: str) -> Handed:
    """Write a person's data into a new ZIP that nobody else on this machine may read.

    Raises NotFound, ArchiveError where the file is there already.
    """
    done = Handed()
    try:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ArchiveError(f"{target} is there already.", "name another --out") from None
    try:
        with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w", _DEFLATED) as packed:
            _fill(archive, member_key, packed, done)
    except BaseException:
        target.unlink()
        raise
    with archive.writing() as db:
        note(db, by, "data handed over", member_key)
    return done


_DEFLATED = zipfile.ZIP_DEFLATED


def _fill(archive: Archive, member_key: str, packed: zipfile.ZipFile, done: Handed) -> None:
    files: dict[str, None] = {}
    with archive.reading() as db:
        check_member(db, member_key)
        with packed.open(LINES, "w", force_zip64=True) as lines:
            for told in data_of(db, member_key):
                lines.write(msgspec.json.encode(told) + b"\n")
                done.messages += told["kind"] == "message"
                files |= dict.fromkeys(part["sha256"] for part in told.get("files", ()))
    packed.writestr(README, _README)
    for digest in filter(None, files):
        # one that is missing is named in the lines
        with suppress(FileNotFoundError):
            packed.write(archive.media.path(digest), f"files/{digest}")
            done.files += 1
