"""Follows a WhatsApp text line by line and makes its members and messages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from adapters.exports.format import ExportFile, Options
from adapters.exports.proposal import proposed_group, stem
from adapters.exports.whatsapp_txt.header import (
    MARKS,
    Header,
    header_of,
    said_by,
    shown,
    visible,
)
from adapters.exports.whatsapp_txt.survey import Survey, day_of
from adapters.exports.whatsapp_txt.words import Content, content_of, notice_of
from archive.keys import name_key
from archive.records import AnyRecord, Member, Message, Rejected

MAX_BODY = 4 * 2**20
"""Characters of one message that are kept."""

_LATE = ("pm", "下午", "晚上", "傍晚", "午後")
_EARLY = ("am", "上午", "凌晨", "清晨", "早上", "午前")
_TITLES = tuple(
    map(
        re.compile,
        (
            r"WhatsApp Chat (?:with|-) (.+)",
            r"(?:与|與) ?(.+?) ?的 ?WhatsApp ?(?:聊天|对话|對話)(?:记录|紀錄|記錄)?",
            r"WhatsApp ?(?:与|與|聊天) ?[-—]? ?(.+?)(?: ?的?(?:聊天|对话|對話)(?:记录|記錄)?)?",
        ),
    )
)
_copy = re.compile(r" ?\(\d{1,3}\)$")
_phone = re.compile(r"\+[\d\s().-]{6,24}")
_MOST_KNOWN = 100_000


class History:
    """The state between two lines; each line gives the records that it completes."""

    def __init__(self, file: ExportFile, options: Options, form: str, found: Survey) -> None:
        self._form = form
        self._zone = options.time_zone
        self._orders = list(found.orders)
        self._order = self._orders[0][1]
        self._title = _title(file)
        kind = "group" if found.is_group else "private"
        self.group = proposed_group("whatsapp", self._title, options, kind)
        self._known: dict[str, str] = {}
        self._header: Header | None = None
        self._at: int | None = None
        self._body: list[str] = []
        self._size = 0
        self._line = 0
        self._fault: str | None = None

    def line(self, number: int, line: str, fault: str | None) -> Iterator[AnyRecord]:
        """Take one line with its end."""
        header = header_of(line, self._form)
        if header is None:
            if self._header is None:
                if line.strip(MARKS + " \r\n"):
                    yield Rejected(f"line {number}", fault or "text before the first message")
            elif self._size <= MAX_BODY:
                self._body.append(line)
                self._size += len(line)
            self._fault = self._fault or fault
            return
        yield from self.end()
        while self._orders and self._orders[0][0] <= number:
            self._order = self._orders.pop(0)[1]
        self._header, self._line, self._fault = header, number, fault
        self._body, self._size = [header.rest], len(header.rest)

    def end(self) -> Iterator[AnyRecord]:
        """Give the message that the lines so far make."""
        header, body, fault = self._header, "".join(self._body), self._fault
        self._header, self._fault = None, None
        if header is None:
            return
        where = f"line {self._line}"
        if fault:
            yield Rejected(where, fault)
            return
        if self._size > MAX_BODY:
            yield Rejected(where, f"the text is cut after {MAX_BODY} characters")
        name, text = said_by(body.rstrip("\r\n"))
        text = text.replace("\r\n", "\n")
        if name is None:
            yield self._message(header, None, None, notice_of(visible(text).strip()))
            return
        yield from self._said(header, shown(name), text)

    def _said(self, header: Header, name: str, text: str) -> Iterator[AnyRecord]:
        marked = self._form == "bracket" and text[:1] == "\u200e"
        content = content_of(visible(text) if marked else text.lstrip(MARKS), marked)
        if content.service and name == self._title:
            # iPhones write what WhatsApp says under the group's name
            yield self._message(header, None, None, content)
            return
        key = self._known.get(name)
        if key is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            key = self._known[name] = self._key(name)
            yield Member(key, name, group_key=self.group.key)
        yield self._message(header, key, name, content)

    def _key(self, name: str) -> str:
        if _phone.fullmatch(name):
            return f"whatsapp:{re.sub(r'[^0-9]', '', name)}"
        return name_key(self.group.key, name)

    def _message(
        self, header: Header, key: str | None, name: str | None, content: Content
    ) -> Message:
        return Message(
            self.group.key,
            None,
            self._moment(header),
            key,
            name,
            content.kind,
            content.text,
            recalled=content.recalled,
            service=content.service,
            attachments=content.attachments,
            poll=content.poll,
            detail=content.detail,
            quality=0,
            precision=60 if header.second is None else 1,
        )

    def _moment(self, header: Header) -> int | None:
        """Return Unix seconds; None where date or time is impossible."""
        day, hour = day_of(header.date, self._order), header.hour
        half = re.sub(r"[.\s]", "", header.half)
        if half in _LATE and hour < 12:
            hour += 12
        elif half in _EARLY and hour == 12:
            hour = 0
        elif half == "中午" and hour < 10:
            hour += 12
        if day is None:
            return None
        try:
            clock = datetime(day.year, day.month, day.day, hour, header.minute,
                             header.second or 0, tzinfo=self._zone)  # fmt: skip
            return int(clock.timestamp())
        except (ValueError, OverflowError):
            return None


def _title(file: ExportFile) -> str:
    """Return the chat's name: of the file, or of the ZIP or folder it lies in."""
    parts = file.label.split("/")
    name = stem(file)
    if name.startswith("_chat") and len(parts) > 1:
        name = parts[-2].removesuffix(".zip")
    name = _copy.sub("", name)
    for pattern in _TITLES:
        if found := pattern.fullmatch(name):
            return found[1].strip()
    return name
