"""What a hit shows: files of 64 messages each, with where they stand in the pages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from archive.ids import first_id, seconds_of
from archive.published_texts import Said, Text
from web.publish.places import PART, anchor, beginning_of, day_file
from web.publish.search_scripts import Scripts

PER_FILE = 64
_PER_FOLDER = 256
_MINUTES = 24 * 60
_NUMBER = re.compile(r"0|[1-9][0-9]{0,14}")

Row = list[Any]
"""[group, name of the day's file, anchor, minute of the day, sender, text, essence, personal
numbers], the last two where there are any; an anchor that is the group's own beginning and a number
is that number."""


class _Day:
    """The day that a group's messages have reached."""

    def __init__(self, key: str, zone: str) -> None:
        self.key = key
        self.beginning = beginning_of(key)
        self._zone = ZoneInfo(zone)
        self.until = -1
        """The id after the last that its messages may have."""
        self.held = 0
        self._since = 0
        self._is_even = True
        """Clocks are not changed on it."""
        self._name = ""
        self.file = ""

    def turn(self, message_id: int) -> None:
        """Begin the day of a message, or the next part of it."""
        if message_id >= self.until:
            start = datetime.fromtimestamp(seconds_of(message_id), UTC).astimezone(self._zone)
            day = start.date()
            next_day = datetime.combine(day + timedelta(days=1), datetime.min.time(), self._zone)
            self.until = first_id(int(next_day.timestamp()))
            midnight = datetime.combine(day, datetime.min.time(), self._zone)
            self._since = int(midnight.timestamp())
            self._is_even = int(next_day.timestamp()) - self._since == _MINUTES * 60
            self._name, self.held = day.isoformat(), 0
        file = day_file(self.key, self._name, self.held // PART + 1)
        self.file = file.rpartition("/")[2].removesuffix(".html")

    def anchor(self, platform_id: str) -> int | str:
        """Return a message's anchor, or the number that ends it."""
        if self.beginning and _NUMBER.fullmatch(platform_id):
            return int(platform_id)
        return anchor(f"{self.key}:{platform_id}")

    def minute(self, sent_at: int) -> int:
        """Return how many minutes a clock shows since midnight."""
        if self._is_even:
            return (sent_at - self._since) // 60 % _MINUTES
        at = datetime.fromtimestamp(sent_at, self._zone)
        return at.hour * 60 + at.minute


class Snippets:
    """Turns messages, in order of time, into rows, and writes them."""

    def __init__(self, groups: dict[int, tuple[str, str, str]]) -> None:
        self._numbers = {row_id: at for at, row_id in enumerate(groups)}
        self._days = {row_id: _Day(key, zone) for row_id, (key, _, zone) in groups.items()}

    def row(self, message: Said) -> Row | None:
        """Return what is shown of a message; None of one that is not found. All must be told of,
        for a day's parts are counted."""
        day = self._days[message.group]
        if message.id >= day.until or day.held % PART == 0:
            day.turn(message.id)
        day.held += 1
        if message.text is None:
            return None
        row: Row = [
            self._numbers[message.group],
            day.file,
            day.anchor(message.platform_id),
            day.minute(message.sent_at),
            message.sender,
            message.text.words,
        ]
        if message.essence or message.text.personal:
            row.append(int(message.essence))
        if message.text.personal:
            row.append(_in_units(message.text))
        return row


def folder_of(key: str) -> str:
    """Return the folder of a group's day files, with a slash."""
    return day_file(key, "").rpartition("/")[0] + "/"


def write_rows(scripts: Scripts, number: int, rows: Iterable[Row]) -> int:
    """Write the rows of one file as `s/…`; return its bytes."""
    name = f"s/{number // _PER_FOLDER}/{number % _PER_FOLDER}"
    return scripts.values(name, *shared(rows))


def shared(rows: Iterable[Row]) -> tuple[list[str], list[Row]]:
    """Return the names that rows have in common, day files and senders, and rows with their
    places among them."""
    names: dict[str, int] = {}
    told = []
    for group, file, place, minute, sender, *rest in rows:
        day = names.setdefault(file, len(names))
        who = names.setdefault(sender, len(names))
        told.append([group, day, place, minute, who, *rest])
    return list(names), told


def _in_units(text: Text) -> list[int]:
    """Return where personal numbers stand in UTF-16, as JavaScript counts."""
    return [len(text.words[:at].encode("utf-16-le")) // 2 for both in text.personal for at in both]


def searched(text: Text | None) -> str:
    """Return a message's words without personal numbers."""
    if text is None:
        return ""
    if not text.personal:
        return text.words
    parts, at = [], 0
    for start, end in text.personal:
        parts.append(text.words[at:start])
        at = end
    return " ".join([*parts, text.words[at:]])
