"""Reads the generated export back as a stream, by no code of the program under test."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import msgspec

_CHUNK = 1 << 20
_LIST = '"messages": ['
_NAME = re.compile(r'"name": ("(?:[^"\\]|\\.)*")')
_ID = re.compile(r'"id": (\d+)')


class Line(msgspec.Struct, frozen=True):
    """A message as far as a search can ask for it."""

    group_key: str
    group_title: str
    id: int
    sender_key: str
    sender: str
    sent_at: int
    text: str

    @property
    def key(self) -> str:
        """The key the archive must give it."""
        return f"{self.group_key}:{self.id}"


def read_lines(path: Path, limit: int | None = None) -> Iterator[Line]:
    """Yield the messages in the order of the file."""
    with path.open(encoding="utf-8") as file:
        for number, (title, group_key, row) in enumerate(_rows(file)):
            if number == limit:
                return
            yield Line(
                group_key,
                title,
                row["id"],
                f"telegram:{row['from_id'].removeprefix('user')}",
                row["from"],
                int(row["date_unixtime"]),
                "".join(entity["text"] for entity in row["text_entities"]),
            )


def _rows(file: TextIO) -> Iterator[tuple[str, str, dict[str, Any]]]:
    decode = json.JSONDecoder().raw_decode
    buffer = ""
    while True:
        while (at := buffer.find(_LIST)) < 0:
            if not (more := file.read(_CHUNK)):
                return
            buffer += more
        title = json.loads(_NAME.findall(buffer, 0, at)[-1])
        group_key = f"telegram:-100{_ID.findall(buffer, 0, at)[-1]}"
        buffer, at = buffer[at + len(_LIST) :], 0
        while True:
            at = _skip(buffer, at)
            if len(buffer) - at < _CHUNK // 4 and (more := file.read(_CHUNK)):
                buffer, at = buffer[at:] + more, 0
                continue
            if buffer[at] == "]":
                buffer = buffer[at:]
                break
            row, at = decode(buffer, at)
            yield title, group_key, row


def _skip(buffer: str, at: int) -> int:
    while at < len(buffer) and buffer[at] in " \n,":
        at += 1
    return at
