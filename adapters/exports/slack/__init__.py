"""Reads a Slack export: its ZIP or folder, with a file a day in a folder for each channel."""

from __future__ import annotations

import re

from adapters.exports.encoding import peek
from adapters.exports.format import ExportFile, Options
from adapters.exports.slack.history import read
from adapters.exports.slack.workspace import DAY, LISTS, listed_folders

__all__ = ["NAME", "read", "sniff"]

NAME = "slack"

_ROW = re.compile(r'\[\s*\{[^\0]{0,4000}?"ts"\s*:\s*"\d{9,11}\.\d{1,8}"')
_LISTED = re.compile(r'\s*\[\s*(?:\{\s*"id"\s*:\s*"[A-Z][A-Z0-9]{1,20}"|\])')


def sniff(file: ExportFile, head: bytes) -> bool:
    """Claim a list of channels, or the first day of a channel whose lists are not there."""
    folder, _, name = file.name.rpartition("/")
    if name in LISTS[:-1]:
        return _LISTED.match(peek(head)) is not None and _first(file, name)
    if not DAY.fullmatch(name) or not _ROW.match(peek(head)):
        return False
    if next(f.name for f in file.siblings() if _is_day(f)) != file.name:
        return False
    # what the lists name is read with them
    return folder.rpartition("/")[2] not in listed_folders(file, Options())


def _first(file: ExportFile, name: str) -> bool:
    """Tell whether this list is the first of those that are there: one of them stands for all."""
    found = (
        one for one in LISTS[:-1] if (it := file.beside(one)) and _LISTED.match(peek(it.head()))
    )
    return next(found, name) == name


def _is_day(file: ExportFile) -> bool:
    return DAY.fullmatch(file.name.rpartition("/")[2]) is not None
