"""A conversation as values of no format; each writer beside this writes it in its own."""

from __future__ import annotations

import msgspec


class Person(msgspec.Struct, frozen=True):
    """Somebody who speaks."""

    id: str
    name: str


class File(msgspec.Struct, frozen=True):
    """What was sent with a message; `kind` as in `archive.records.KINDS`."""

    name: str
    kind: str
    data: bytes


class Said(msgspec.Struct, frozen=True):
    """One row; nobody says what the platform says, and `at` is Unix seconds."""

    id: str
    sender: Person | None
    at: int
    text: str
    reply_to: str | None = None
    file: File | None = None
    kind: str = "text"


class Conversation(msgspec.Struct, frozen=True):
    """A group or chat with its rows, oldest first."""

    id: str
    name: str
    platform: str
    said: tuple[Said, ...]
    time_zone: str = "Asia/Shanghai"
