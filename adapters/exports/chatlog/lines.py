"""Follows the text form line by line: a header, the body, an empty line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from adapters.exports.chatlog.rows import SYSTEM, Rows
from adapters.exports.format import ExportFile, Options
from adapters.exports.wechat_words import worded
from adapters.wechat_xml.message import QUOTED
from archive.records import AnyRecord, Note, Quote, Rejected

MAX_BODY = 4 * 2**20
_LONGEST = 400
_header = re.compile(
    r"(?:(?P<name>.*)\((?P<id>[^()\s]{1,80})\)|(?P<bare>\S{1,80}))"
    r" (?:\[(?:(?P<title>.*)\()?(?P<talker>[\w.@-]{3,80})\)?\] )?"
    r"(?P<date>(?:\d{4}-)?\d{2}-\d{2} )?(?P<time>\d{2}:\d{2}:\d{2})"
)
_wechat = re.compile(r"(?:wxid|gh)_\w+|\d+@chatroom|我|系统消息", re.ASCII)

_account = re.compile(r"[A-Za-z][\w-]{5,19}", re.ASCII)


class Header(NamedTuple):
    """The line above a message, read."""

    name: str
    sender: str
    title: str
    talker: str
    date: str
    """Empty where the text is of one day; without a year where it is of one year."""
    time: str

    @property
    def is_of_wechat(self) -> bool:
        """Whether its sender can be nobody of another platform."""
        if _wechat.fullmatch(self.sender):
            return True
        return bool(self.name and self.date) and _account.fullmatch(self.sender) is not None


def header_of(line: str) -> Header | None:
    """Read a line as a header; None if it is something else."""
    line = line.rstrip("\r\n")
    found = _header.fullmatch(line) if len(line) <= _LONGEST else None
    if found is None:
        return None
    return Header(
        (found["name"] or "").strip(), found["id"] or found["bare"], found["title"] or "",
        found["talker"] or "", (found["date"] or "").strip(), found["time"],
    )  # fmt: skip


class History:
    """The state between two lines; each line gives the records that it completes."""

    def __init__(self, file: ExportFile, options: Options) -> None:
        self._rows = Rows(file, options)
        self._zone = options.time_zone
        at = datetime.fromtimestamp(file.modified or 0, self._zone).date()
        self._day = options.date or (at if file.modified else None)
        self._guessed = False
        self._header: Header | None = None
        self._body: list[str] = []
        self._size = 0
        self._line = 0
        self._fault: str | None = None
        self._apart = True

    def line(self, number: int, line: str, fault: str | None) -> Iterator[AnyRecord]:
        """Take one line with its end."""
        header = header_of(line) if self._apart else None
        self._apart = not line.strip()
        if header is not None:
            yield from self._flush()
            self._header, self._line, self._fault = header, number, fault
        elif self._header is not None:
            self._fault = self._fault or fault
            if self._size <= MAX_BODY:
                self._body.append(line)
                self._size += len(line)
        elif line.strip():
            yield Rejected(f"line {number}", fault or "text before the first message")

    def end(self) -> Iterator[AnyRecord]:
        """Give what the last line leaves."""
        yield from self._flush()
        if self._guessed:
            yield Note(
                "文件里的时间没有写全年份或日期，按 --date 或文件的修改日期补全（its times lack"
                f" the year or the day; taken from --date or the file's date: {self._day}）"
            )
        yield from self._rows.end()

    def _flush(self) -> Iterator[AnyRecord]:
        header, body = self._header, "".join(self._body).replace("\r\n", "\n").rstrip("\n")
        self._header, self._body, self._size = None, [], 0
        if header is None:
            return
        where = f"line {self._line}"
        if self._fault:
            yield Rejected(where, self._fault)
            return
        yield from self._rows.opened(header.talker, header.title)
        sent_at = self._moment(header)
        if sent_at is None:
            yield Rejected(where, "its time is none; name the day with --date, like 2024-05-01")
            return
        if header.sender == SYSTEM or not body.startswith("> "):
            yield from self._rows.said(body, sent_at, 1, header.sender, header.name)
            return
        quote, rest = self._quoted(body)
        found = worded(rest)
        found.quote = quote
        yield from self._rows.message(found, sent_at, 1, header.sender, header.name)

    def _quoted(self, body: str) -> tuple[Quote | None, str]:
        lines = body.split("\n")
        count = next((n for n, line in enumerate(lines) if not line.startswith("> ")), len(lines))
        said = [line.removeprefix("> ") for line in lines[:count]]
        rest = "\n".join(lines[count:])
        header = header_of(said[0])
        if header is None:
            text = "\n".join(said).strip()
            return Quote(text[:QUOTED] if text != "[引用]" else ""), rest
        name = header.name or header.sender
        return Quote("\n".join(said[1:])[:QUOTED], name, self._moment(header)), rest

    def _moment(self, header: Header) -> int | None:
        try:
            day = self._date(header.date)
            if day is None:
                return None
            hour, minute, second = map(int, header.time.split(":"))
            at = datetime(day.year, day.month, day.day, hour, minute, second, 0, self._zone)
            return int(at.timestamp())
        except (ValueError, OverflowError):
            return None

    def _date(self, written: str) -> date | None:
        if len(written) > 5:
            return date.fromisoformat(written)
        self._guessed = True
        if self._day is None or not written:
            return self._day
        # a text of one year has none: the last in which that day was not in the future
        month, day = map(int, written.split("-"))
        is_past = (month, day) <= (self._day.month, self._day.day)
        return date(self._day.year - (not is_past), month, day)
