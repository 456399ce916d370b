"""Follows the rows of the page and makes its group, members and messages."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import date, datetime

from adapters.exports.format import ExportFile, Options
from adapters.exports.proposal import proposed_group, stem
from adapters.notices import action_of
from archive.keys import name_key
from archive.records import AnyRecord, Attachment, Group, Member, Message, Rejected

SYSTEM = ("系统消息", "系统提示")
_SYSTEM_IDS = ("10000", "1000000")
_private = re.compile(r"我的好友|我的设备|陌生人|黑名单|临时会话|特别关心|家人|朋友|同学")
_head = re.compile(r"消息(?P<what>分组|对象)\s*[:：]\s*(?P<value>.*)", re.DOTALL)
_day = re.compile(r"日期\s*[:：]\s*(\d{4})[-/年](\d{1,2})[-/月](\d{1,2})日?")
_message = re.compile(
    r"<div[^>]*>\s*<div[^>]*>(?P<name>.{0,2000}?)</div>\s*"
    r"(?P<before>上午|下午|AM|PM)?\s*(?P<time>\d{1,2}:\d{2}(?::\d{2})?)\s*(?P<after>AM|PM)?\s*"
    r"</div>(?P<body>.*)",
    re.DOTALL | re.IGNORECASE,
)
_with_id = re.compile(r"(?P<name>.*?)(?:\((?P<id>\d{4,12})\)|<(?P<mail>[^<>\s@]+@[^<>\s]+)>)\s*")
_image = re.compile(r"<img\b[^<>]*?\bsrc\s*=\s*[\"']?(?P<src>[^\"'\s>]{1,1024})", re.IGNORECASE)
_break = re.compile(r"<br\s*/?>|</(?:p|div)>", re.IGNORECASE)
_tag = re.compile(r"<[^<>]*>")
_spaces = re.compile(r"[\r\n\t]+")
_kinds = {"[表情]": "sticker", "[语音]": "voice", "[视频]": "video", "[图片]": "photo"}


class History:
    """The state between two rows; each row gives the records that it completes."""

    def __init__(self, file: ExportFile, options: Options) -> None:
        self._options = options
        self._title, self._category = stem(file), ""
        self._group: Group | None = None
        self._date: date | None = options.date
        self._named: set[tuple[str, str]] = set()
        self._held: list[str] = []
        self.number = 0

    def row(self, piece: str, fault: str | None, whole: bool = True) -> Iterator[AnyRecord]:
        """Take what stands between two ends of rows; of half a row only a message."""
        self.number += 1
        where = f"row {self.number}"
        if fault:
            yield Rejected(where, fault)
            return
        cell = piece[max(piece.lower().rfind("<td"), 0) :]
        cell = cell[cell.find(">") + 1 :]
        cell = re.sub(r"</td\s*>\s*\Z", "", cell.strip(), flags=re.IGNORECASE)
        found = _message.fullmatch(cell)
        if found is not None:
            yield from self._said(found, where)
            return
        text = _words(cell).strip()
        head, day = _head.fullmatch(text), _day.search(text[:60])
        if head and self._group is None:
            if head["what"] == "分组":
                self._category = head["value"].strip()
            else:
                self._title = head["value"].strip() or self._title
        elif day:
            self._go_to(*map(int, day.groups()))
        elif text and whole and self._group is not None:
            yield from self._notice(text)

    def end(self) -> Iterator[AnyRecord]:
        """Give the group of a file without messages."""
        yield from self._opened()

    def _go_to(self, year: int, month: int, day: int) -> None:
        try:
            self._date = date(year, month, day)
        except ValueError:
            self._date = None

    def _opened(self) -> Iterator[Group]:
        if self._group is None:
            kind = "private" if _private.search(self._category) else "group"
            self._group = proposed_group("qq", self._title, self._options, kind)
            yield self._group

    def _said(self, found: re.Match[str], where: str) -> Iterator[AnyRecord]:
        yield from self._opened()
        assert self._group is not None
        sent_at = self._moment(found)
        if sent_at is None:
            yield Rejected(where, "a time without a day, or one that is none; name it with --date")
            return
        name, number = _words(found["name"]).strip(), ""
        if told := _with_id.fullmatch(name):
            name, number = told["name"].strip(), told["id"] or told["mail"]
        text, attachments = _content(found["body"])
        if number in _SYSTEM_IDS or (not number and name in SYSTEM):
            action = action_of(text)
            yield Message(self._group.key, None, sent_at, kind="service", text=text,
                          service=action, quality=0)  # fmt: skip
            return
        sender = f"qq:{number}" if number else name_key(self._group.key, name) if name else None
        if sender and (sender, name) not in self._named:
            self._named.add((sender, name))
            yield Member(sender, group_key=self._group.key, group_name=name or None)
        kind = attachments[0].kind if attachments and not text else "text"
        yield Message(
            self._group.key, None, sent_at, sender, name or number or None, kind, text,
            attachments=attachments, quality=0,
            precision=1 if found["time"].count(":") == 2 else 60,
        )  # fmt: skip

    def _notice(self, text: str) -> Iterator[AnyRecord]:
        """A row that is no message has no time but its neighbour's."""
        assert self._group is not None
        yield Message(self._group.key, None, None, kind="service", text=text,
                      service=action_of(text), quality=0)  # fmt: skip

    def _moment(self, found: re.Match[str]) -> int | None:
        if self._date is None:
            return None
        half = (found["before"] or found["after"] or "").lower()
        hour, minute, second = map(int, f"{found['time']}:0".split(":")[:3])
        if half in ("pm", "下午") and hour < 12:
            hour += 12
        elif half in ("am", "上午") and hour == 12:
            hour = 0
        try:
            at = datetime(self._date.year, self._date.month, self._date.day, hour, minute, second,
                          0, self._options.time_zone)  # fmt: skip
            return int(at.timestamp())
        except (ValueError, OverflowError):
            return None


def _words(markup: str) -> str:
    """Return the words of a piece of HTML; line breaks are those it asks for."""
    text = _break.sub("\n", _spaces.sub("", markup))
    return html.unescape(_tag.sub("", text)).replace("\xa0", " ").rstrip("\n")


def _content(body: str) -> tuple[str, tuple[Attachment, ...]]:
    pictures = tuple(Attachment("photo", path=html.unescape(src)) for src in _image.findall(body))
    text = _words(body)
    kind = _kinds.get(text.strip())
    if kind and not pictures:
        return "", (Attachment(kind, missing="not exported"),)
    return ("" if pictures and not text.strip() else text), pictures
