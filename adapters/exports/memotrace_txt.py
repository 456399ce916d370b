"""Reads the text that MemoTrace (WeChatMsg, 留痕) writes: a time, a name, the words below."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapters.exports.encoding import open_text, peek
from adapters.exports.format import ExportFile, Options
from adapters.exports.memotrace_words import KINDS, content_of
from adapters.exports.wechat_chat import Conversation
from adapters.exports.wechat_words import worded
from adapters.notices import action_of
from adapters.wechat_xml.content import Content
from archive.records import AnyRecord, Message, Rejected

__all__ = ["NAME", "read", "sniff"]

NAME = "memotrace-txt"

MAX_BODY = 4 * 2**20
"""Characters of one message that are kept."""
_header = re.compile(r"(?P<time>\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2})(?: (?P<name>.{0,100}))?")
_of_qq = re.compile(r".*(?:\(\d{4,12}\)|<[^<>\s@]+@[^<>\s]+>)[ \t]*")
_foreign = re.compile(r"^消息(?:记录（|(?:分组|对象)[:：])", re.MULTILINE)
_named = re.compile(r"\s*【(?P<name>[^】\n]{1,20})】")
_quote = re.compile(r"\n引用：[^:\n]{0,60}: ")


def sniff(file: ExportFile, head: bytes) -> bool:
    """Claim a text that begins with such a header, if most of its headers are not QQ's."""
    if not file.name.lower().endswith(".txt"):
        return False
    text = peek(head)
    lines = [line.rstrip("\r") for line in text.lstrip("\ufeff\r\n").split("\n")]
    if _foreign.search(text) or not _header.fullmatch(lines[0]):
        return False
    found = [line for n, line in enumerate(lines) if (not n or not lines[n - 1].strip())
             and _header.fullmatch(line)]  # fmt: skip
    return sum(_of_qq.fullmatch(line) is not None for line in found) * 2 < len(found)


def read(file: ExportFile, options: Options) -> Iterator[AnyRecord]:
    """Read the conversation as a stream."""
    history = _History(file, options)
    with open_text(file, options) as text:
        for number, line in enumerate(text.lines(), 1):
            yield from history.line(number, line, text.fault(line))
    yield from history.end()


class _History:
    """The state between two lines."""

    def __init__(self, file: ExportFile, options: Options) -> None:
        self._conversation = Conversation(file, options)
        self._header: re.Match[str] | None = None
        self._body: list[str] = []
        self._size = 0
        self._line = 0
        self._fault: str | None = None
        self._apart = True

    def line(self, number: int, line: str, fault: str | None) -> Iterator[AnyRecord]:
        bare = line.rstrip("\r\n").removeprefix("\ufeff")
        header = _header.fullmatch(bare) if self._apart and len(bare) < 200 else None
        self._apart = not bare.strip()
        if header is not None:
            yield from self._flush()
            self._header, self._line, self._fault = header, number, fault
        elif self._header is None:
            if bare.strip():
                yield Rejected(f"line {number}", fault or "text before the first message")
        elif self._size <= MAX_BODY:
            self._fault = self._fault or fault
            self._body.append(line)
            self._size += len(line)

    def end(self) -> Iterator[AnyRecord]:
        yield from self._flush()
        yield from self._conversation.end()

    def _flush(self) -> Iterator[AnyRecord]:
        header, body = self._header, "".join(self._body).replace("\r\n", "\n").rstrip("\n")
        self._header, self._body, self._size = None, [], 0
        if header is None:
            return
        sent_at, _ = self._conversation.seconds(header["time"])
        if self._fault or sent_at is None:
            yield Rejected(f"line {self._line}", self._fault or "its time is none")
            return
        yield from self._conversation.open()
        group = self._conversation.group
        assert group is not None
        name = (header["name"] or "").strip()
        found = self._content(body) if name else Content("service", body, service=action_of(body))
        sender = self._conversation.named(name) if found.kind != "service" else None
        if sender:
            yield from self._conversation.member(sender, name, None)
        yield Message(
            group.key,
            sent_at=sent_at,
            sender_key=sender,
            sender_name=name if sender else None,
            kind=found.kind,
            text=found.text,
            quote=found.quote,
            service=found.service,
            attachments=found.attachments,
            spans=found.spans,
            nested=found.nested,
            detail=found.detail,
            quality=0,
        )

    def _content(self, body: str) -> Content:
        named = _named.match(body)
        kind = KINDS.get(named["name"]) if named else None
        if named and kind not in (None, "text"):
            return content_of(named["name"], body, self._conversation)
        if _quote.search(body):
            return content_of("引用消息", body, self._conversation)
        return worded(body)
