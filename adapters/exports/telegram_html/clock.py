"""When a row was sent: the exporter's way of writing times, and a time for rows without one."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from archive.records import Message

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_TITLE = re.compile(
    r"\s*(\d{1,2}\.\d{1,2}\.\d{4})\s+(\d{1,2}):(\d{2}):(\d{2})\s*(.*?)\s*", re.ASCII
)
_WORDS = re.compile(
    r"\s*([A-Za-z]+)\.? (\d{1,2}), (\d{4}),? (\d{1,2}):(\d{2})\s?([AP]M)\s*", re.ASCII
)
_DAY = re.compile(r"\s*(\d{1,2}) ([A-Za-z]+) (\d{4})\s*", re.ASCII)
_OFFSET = re.compile(r"(?:UTC|GMT)?([+\-−])(\d{1,2})(?::?(\d{2}))?", re.ASCII)
# Hours from UTC. Names that several zones share (CST, IST, BST, AST) are left out: the group's
# own time zone is the better guess.
_ABBREVIATIONS = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3,
    "MSK": 3, "TRT": 3, "IRST": 3.5, "SAMT": 4, "GST": 4, "YEKT": 5, "PKT": 5,
    "UZT": 5, "OMST": 6, "NOVT": 7, "KRAT": 7, "ICT": 7, "WIB": 7, "IRKT": 8, "HKT": 8, "SGT": 8,
    "AWST": 8, "JST": 9, "KST": 9, "YAKT": 9, "AEST": 10, "VLAT": 10, "AEDT": 11, "NZST": 12,
    "NZDT": 13, "BRT": -3, "ART": -3, "EDT": -4, "EST": -5, "CDT": -5, "MDT": -6, "MST": -7,
    "PDT": -7, "PST": -8, "AKST": -9, "HST": -10,
}  # fmt: skip
_EARLIEST = 946_684_800
_EPOCH = date(1970, 1, 1).toordinal()
_MOST_WAITING = 1000


class Moment(NamedTuple):
    """A time as Unix seconds, the offset it was written with (seconds) and its unit (seconds)."""

    at: int
    offset: int | None
    precision: int = 1


def moment(text: str, zone: ZoneInfo) -> Moment | None:
    """Read `22.11.2018 18:04:28 UTC+04:00`; None for what is no time, or an absurd one."""
    match = _TITLE.fullmatch(text)
    if match is None:
        return _in_words(text, zone)
    day, *clock, name = match.groups()
    hour, minute, second = map(int, clock)
    midnight = _midnight(day)
    if midnight is None or hour > 23 or minute > 59 or second > 59:
        return None
    seconds = midnight + hour * 3600 + minute * 60 + second
    return _sane(seconds, _offset(name), zone, 1)


def _in_words(text: str, zone: ZoneInfo) -> Moment | None:
    """Read `Jan 15, 2024, 10:30 AM`, as pages written by other programs have it."""
    match = _WORDS.fullmatch(text)
    if match is None:
        return None
    month, day, year, hour, minute, half = match.groups()
    midnight = _midnight(f"{day}.{_month(month)}.{year}")
    if midnight is None or not 1 <= int(hour) <= 12 or int(minute) > 59:
        return None
    hours = int(hour) % 12 + (12 if half == "PM" else 0)
    return _sane(midnight + hours * 3600 + int(minute) * 60, None, zone, 60)


def _sane(seconds: int, offset: int | None, zone: ZoneInfo, precision: int) -> Moment | None:
    if not _possible(seconds):
        return None
    east = _zone_offset(seconds // 900 * 900, zone) if offset is None else offset
    return Moment(seconds - east, offset, precision)


def _possible(at: int) -> bool:
    """Tell whether a message could have been sent then, give or take a time zone."""
    return _EARLIEST <= at <= time.time() + 2 * 86400


@lru_cache(1024)
def _midnight(day: str) -> int | None:
    number, month, year = map(int, day.split("."))
    try:
        return (date(year, month, number).toordinal() - _EPOCH) * 86400
    except ValueError:
        return None


@lru_cache(256)
def _offset(name: str) -> int | None:
    """Return a zone's seconds east of UTC; None where the name does not tell."""
    match = _OFFSET.fullmatch(name)
    if match is None:
        hours = _ABBREVIATIONS.get(name.upper())
        return None if hours is None else int(hours * 3600)
    sign, whole, minutes = match.groups()
    seconds = int(whole) * 3600 + int(minutes or 0) * 60
    return None if seconds > 18 * 3600 else seconds if sign == "+" else -seconds


@lru_cache(4096)
def _zone_offset(local: int, zone: ZoneInfo) -> int:
    """Return the zone's seconds east of UTC at a local time, given as if it were UTC."""
    naive = datetime(1970, 1, 1) + timedelta(seconds=local)
    offset = naive.replace(tzinfo=zone).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def separator_day(text: str) -> date | None:
    """Read the date of a separator row: `7 November 2018`."""
    match = _DAY.fullmatch(text)
    if match is None:
        return None
    day, month, year = match.groups()
    try:
        return date(int(year), _month(month), int(day))
    except ValueError:
        return None


def _month(name: str) -> int:
    short = name.lower()[:3]
    return next((i for i, full in enumerate(_MONTHS, 1) if full.startswith(short)), 0)


class Clock:
    """Gives rows without a time that of the row before, or of the next row on the same day, or
    the day's beginning; rows leave it in the order in which they came."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone: tzinfo = zone
        self._last: int | None = None
        self._day: date | None = None
        self._waiting: list[tuple[Message, date | None, bool]] = []

    def separator(self, day: date | None) -> None:
        """A new day begins; a page also opens with its day, which may be that of the last row."""
        if day is None or self._last is None:
            self._day = day or self._day
        elif datetime.fromtimestamp(self._last, self._zone).date() != day:
            self._day = day

    def timed(self, message: Message, found: Moment) -> Iterator[Message]:
        """A row with its own time; it answers for those waiting."""
        if found.offset is not None:
            self._zone = timezone(timedelta(seconds=found.offset))
        yield from self._release(found.at)
        self._last, self._day = found.at, None
        yield message

    def untimed(self, message: Message, guess: bool) -> Iterator[Message]:
        """A row without a time; with `guess` it is given one and flagged."""
        if not self._waiting and (not guess or (self._day is None and self._last is not None)):
            yield _dated(message, self._last) if guess else message
            return
        self._waiting.append((message, self._day, guess))
        if len(self._waiting) > _MOST_WAITING:
            yield from self.end()

    def end(self) -> Iterator[Message]:
        """Let go of the rows that still wait for a neighbour."""
        yield from self._release(None)

    def _release(self, at: int | None) -> Iterator[Message]:
        waiting, self._waiting = self._waiting, []
        for message, day, guess in waiting:
            near = at if day is None or (day == self._day and at is not None) else self._start(day)
            yield _dated(message, near) if guess else message

    def _start(self, day: date) -> int | None:
        if not _possible((day.toordinal() - _EPOCH) * 86400):
            return None
        return int(datetime(day.year, day.month, day.day, tzinfo=self._zone).timestamp())


def _dated(message: Message, at: int | None) -> Message:
    if at is None:
        return message
    detail = {**message.detail, "time_from": "neighbour"}
    return msgspec.structs.replace(message, sent_at=at, detail=detail)
