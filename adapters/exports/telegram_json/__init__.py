"""Telegram Desktop's JSON exports: one chat, or everything an account has."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.exports.format import ExportFile, Options
from adapters.exports.telegram_json.reader import read_export, recognise
from archive.records import AnyRecord

__all__ = ["NAME", "read", "sniff"]

NAME = "telegram-json"


def sniff(file: ExportFile, head: bytes) -> bool:
    """Tell by its content whether a file is such an export, whatever it is called."""
    return recognise(head)


def read(file: ExportFile, options: Options) -> Iterator[AnyRecord]:
    """Read the file as a stream, in one pass where chats name themselves before their messages.

    Raises ExportError when nothing in it can be read."""
    return read_export(file, options)
