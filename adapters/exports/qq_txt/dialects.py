"""The ways QQ has written the line above a message, and how to tell which one a file uses."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

TITLED = re.compile(r"^(?:消息记录（此消息记录为文本格式|消息(?:分组|对象)[:：])", re.MULTILINE)
SYSTEM_IDS = ("10000", "1000000")

_DATE = r"(?P<date>\d{4}[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}/\d{1,2}/\d{4})"
_HALF = r"(?P<before>上午|下午|凌晨|早上|中午|晚上)? ?(?P<time>"
_END = r")(?: (?P<after>[AaPp][Mm]|上午|下午))?"
_TIME = _HALF + r"\d{1,2}:\d{2}(?::\d{2})?" + _END
_TIME_TO_SECONDS = _HALF + r"\d{1,2}:\d{2}:\d{2}" + _END
_WHO = r"(?P<name>.*?)(?:\((?P<id>\d{4,12})\)|<(?P<mail>[^<>\s@]+@[^<>\s]+)>)"
HEADERS = {
    "ids": re.compile(rf"{_DATE} {_TIME} {_WHO}[ \t]*"),
    "names": re.compile(rf"{_DATE} {_TIME} (?P<name>\S.*?)[ \t]*"),
    "copied": re.compile(rf"(?P<name>\S.*?) +{_DATE} +{_TIME}[ \t]*"),
    "times": re.compile(rf"(?P<name>\S.*?)  ?{_TIME_TO_SECONDS}[ \t]*"),
}
"""Date first with the QQ number or mail; date first with a name only (discussion groups); copied
from the side window, name first; copied from a window that shows times only."""
DAY = re.compile(r"[—\-–=\s]*(\d{4})[-/年](\d{1,2})[-/月](\d{1,2})日?[—\-–=\s]*")
_LATE = ("pm", "下午", "晚上")
_EARLY = ("am", "上午", "凌晨")
_ANOTHER_DATE = re.compile(r"\d{1,2}[-/月]\d{1,2}日?$")
_LONGEST = 400
"""Characters of a header line; a longer line is text."""


class Dialect(msgspec.Struct, frozen=True):
    """What the headers of a file look like."""

    name: str
    """A key of HEADERS."""
    crlf: bool = False
    """Rows end with CR LF, so that a bare LF or CR belongs to a message."""
    tight: bool = False
    """No empty line parts the messages."""


class Header(NamedTuple):
    """The line above a message, read."""

    date: str | None
    time: str
    half: str
    name: str
    sender: str | None
    """QQ number or mail."""


def header_of(line: str, dialect: str) -> Header | None:
    """Read a line as a message header of the dialect; None if it is something else."""
    if len(line) > _LONGEST or ":" not in line or "\r" in line:
        return None
    found = HEADERS[dialect].fullmatch(line)
    if found is None:
        return None
    parts = found.groupdict()
    if dialect == "times" and _ANOTHER_DATE.search(parts["name"]):
        return None
    half = (parts["before"] or parts["after"] or "").lower()
    sender = parts.get("id") or parts.get("mail")
    return Header(parts.get("date"), parts["time"], half, parts["name"], sender)


def dialect_of(head: str) -> Dialect | None:
    """Tell from the head of a file which headers it uses; None if it has none."""
    crlf = "\r\n" in head[: head.find("\n") + 1]
    lines = [line.rstrip("\r") for line in head.split("\n")]
    titled = TITLED.search(head) is not None
    for name in ("ids",) if titled else ("ids", "copied", "times"):
        rows = [n for n, line in enumerate(lines) if header_of(line, name)]
        parted = sum(n == 0 or not lines[n - 1].strip() for n in rows)
        if name == "times" and parted < 2:
            continue
        if rows:
            # the first header may stand right under the head of the file
            return Dialect(name, crlf, tight=len(rows) > 1 and parted * 2 < len(rows))
    if titled and any(header_of(line, "names") for line in lines):
        return Dialect("names", crlf)
    return None


def moment(header: Header, day: date | None, zone: ZoneInfo) -> int | None:
    """Return Unix seconds of a header; None where the date or time is impossible or not known."""
    try:
        day = _day(header.date) if header.date else day
        if day is None:
            return None
        hour, minute, second = map(int, f"{header.time}:0".split(":")[:3])
        if header.half in _LATE and hour < 12:
            hour += 12
        elif header.half in _EARLY and hour == 12:
            hour = 0
        clock = time(hour, minute, second)
        return int(datetime.combine(day, clock, zone).timestamp())
    except (ValueError, OverflowError):
        return None


def day_of(line: str) -> date | None:
    """Read a line that holds a date and nothing else."""
    found = DAY.fullmatch(line)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _day(written: str) -> date:
    first, second, third = map(int, re.split("[-/]", written))
    if len(written.split("/")[0]) <= 2 and "/" in written:
        return date(third, first, second)
    return date(first, second, third)
