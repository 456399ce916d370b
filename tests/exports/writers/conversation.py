"""A conversation of no format, from which each writer makes a file of its own."""

from __future__ import annotations

import msgspec


class Person(msgspec.Struct, frozen=True):
    """Who said something."""

    id: str
    name: str


class File(msgspec.Struct, frozen=True):
    """What came with a message; `kind` as in `archive.records`."""

    name: str
    kind: str
    data: bytes


class Said(msgspec.Struct, frozen=True):
    """One message; `at` is in Unix seconds, `reply_to` another one's id."""

    id: str
    sender: Person | None
    at: int
    text: str
    reply_to: str | None = None
    file: File | None = None
    kind: str = "text"


class Conversation(msgspec.Struct, frozen=True):
    """A group, and what was said in it in order of time."""

    id: str
    name: str
    platform: str
    said: tuple[Said, ...]
    time_zone: str = "Asia/Shanghai"
