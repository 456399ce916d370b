"""Reads what people copy from WeChat's window on a computer: names and words, no times."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time

from adapters.exports.encoding import open_text, peek
from adapters.exports.format import ExportFile, Options
from adapters.exports.wechat_chat import Conversation
from adapters.exports.wechat_words import worded
from archive.records import AnyRecord, Message, Note, Rejected

__all__ = ["NAME", "read", "sniff"]

NAME = "wechat-paste"

MAX_BODY = 4 * 2**20
COMPARED = 1_000
"""Messages that are looked for among those of the same day; later ones are only kept."""
_DAY = 86_400
_header = re.compile(r"(?P<name>[^\s:：](?:[^\n:：]{0,38}[^\s:：])?)[:：][ \t]*")
_placeholder = re.compile(
    r"\[(?:图片|视频|语音|动画表情|文件|链接|位置|名片|聊天记录|小程序|红包|转账|"
    r"圖片|影片|語音|動態貼圖|檔案|連結|聊天記錄)\]"
)
_url = re.compile(r"https?|ftp|file|www\b")
_LOOKED_AT = 60
"""Blocks of the head by which a paste is recognised."""


def sniff(file: ExportFile, head: bytes) -> bool:
    """Claim a text of blocks under names, one of which speaks again or sends what is not text."""
    if not file.name.lower().endswith(".txt"):
        return False
    text = peek(head).lstrip("\ufeff").replace("\r\n", "\n")
    blocks = [block for block in re.split(r"\n[ \t]*\n", text) if block.strip()][:_LOOKED_AT]
    found = [_name(block.lstrip("\n").split("\n", 1)) for block in blocks]
    names = Counter(name for name in found if name)
    if not found or not found[0] or names.total() * 2 < len(found):
        return False
    named = file.name.rpartition("/")[2].lower()
    if "微信" in named or "wechat" in named:
        return True
    return names.total() >= 2 and (
        names.most_common(1)[0][1] > 1 or _placeholder.search(text) is not None
    )


def read(file: ExportFile, options: Options) -> Iterator[AnyRecord]:
    """Read the messages in order; all have the day that is asked for, or the file's."""
    paste = _Paste(file, options)
    with open_text(file, options) as text:
        for number, line in enumerate(text.lines(), 1):
            yield from paste.line(number, line, text.fault(line))
    yield from paste.end()


def _name(lines: list[str]) -> str | None:
    header = _header.fullmatch(lines[0])
    if header is None or len(lines) < 2 or not lines[1].strip() or _url.match(header["name"]):
        return None
    return header["name"]


class _Paste:
    """The state between two lines."""

    def __init__(self, file: ExportFile, options: Options) -> None:
        self._conversation = Conversation(file, options)
        self._day = _day(file, options)
        noon = datetime.combine(self._day, time(12), options.time_zone)
        self._at = int(noon.timestamp())
        self._name: str | None = None
        self._body: list[str] = []
        self._size = self._line = self._count = 0
        self._fault: str | None = None
        self._apart = True

    def line(self, number: int, line: str, fault: str | None) -> Iterator[AnyRecord]:
        bare = line.rstrip("\r\n").removeprefix("\ufeff")
        header = _header.fullmatch(bare) if self._apart and len(bare) < 80 else None
        self._apart = not bare.strip()
        if header is not None and not _url.match(header["name"]):
            yield from self._flush()
            self._name, self._line, self._fault = header["name"], number, fault
        elif self._name is None:
            if bare.strip():
                yield Rejected(f"line {number}", fault or "text before the first name")
        elif self._size <= MAX_BODY:
            self._fault = self._fault or fault
            self._body.append(line)
            self._size += len(line)

    def end(self) -> Iterator[AnyRecord]:
        yield from self._flush()
        yield from self._conversation.end()
        if self._count:
            yield Note(
                f"粘贴的聊天没有时间：{self._count:,} 条按原来的顺序记在 {self._day}，标为推测；"
                "可用 --date 指定日期（what was pasted has no times: its messages are kept in order"
                f" on {self._day}, marked as guessed; --date names another day）"
            )

    def _flush(self) -> Iterator[AnyRecord]:
        name, body = self._name, "".join(self._body).replace("\r\n", "\n").strip("\n")
        self._name, self._body, self._size = None, [], 0
        if name is None:
            return
        if self._fault:
            yield Rejected(f"line {self._line}", self._fault)
            return
        yield from self._conversation.open()
        group = self._conversation.group
        assert group is not None
        sender = self._conversation.named(name)
        assert sender is not None
        yield from self._conversation.member(sender, name, None)
        found = worded(body)
        self._count += 1
        yield Message(
            group.key,
            sent_at=self._at,
            sender_key=sender,
            sender_name=name,
            kind=found.kind,
            text=found.text,
            service=found.service,
            attachments=found.attachments,
            spans=found.spans,
            detail=found.detail,
            quality=0,
            precision=_DAY if self._count <= COMPARED else 1,
            time_guessed=True,
        )


def _day(file: ExportFile, options: Options) -> date:
    if options.date is not None:
        return options.date
    if file.modified is not None:
        return datetime.fromtimestamp(file.modified, options.time_zone).date()
    return datetime.now(options.time_zone).date()
