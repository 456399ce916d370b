"""Follows a QQ text line by line and makes its groups, members and messages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapters.exports.format import ExportFile, Options
from adapters.exports.proposal import proposed_group, stem
from adapters.exports.qq_txt.dialects import (
    SYSTEM_IDS,
    Dialect,
    Header,
    day_of,
    header_of,
    moment,
)
from adapters.exports.qq_txt.rows import Card, Content, badge_detail, card_of, content_of
from archive.keys import name_key
from archive.records import AnyRecord, Group, Member, Message, Rejected

MAX_BODY = 4 * 2**20
"""Characters of one message that are kept."""
NO_DATE = "a time without a date; name the day with --date, or on a line of its own above it"

_rule = re.compile(r"={16,}")
_head_line = re.compile(r"消息(?:(分组)|(对象))[:：](.*)", re.DOTALL)
_private = re.compile(r"我的好友|我的设备|陌生人|黑名单|临时会话|特别关心|家人|朋友|同学")
_aside = re.compile(r"(?:.{1,60}撤回了一条(?:成员)?消息(?: 重新编辑)?|.{1,80}点击添加好友。)")
_cut_header = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?: |$)")
_OPENING = "消息记录（此消息记录为文本格式"


class History:
    """The state between two lines; each line gives the records that it completes."""

    def __init__(self, file: ExportFile, options: Options, dialect: Dialect) -> None:
        self._options = options
        self._dialect = dialect
        self._title = stem(file)
        self._category = ""
        self._group: Group | None = None
        self._cards: dict[str, Card] = {}
        self._numbered = False
        self._in_head = True
        self._apart = True
        self._whole = True
        self._day = options.date
        self._last: int | None = None
        self._header: Header | None = None
        self._body: list[str] = []
        self._size = 0
        self._line = 0
        self._fault: str | None = None
        self._rules = 0

    def line(self, number: int, line: str, fault: str | None) -> Iterator[AnyRecord]:
        """Take one line with its end."""
        bare = line.rstrip("\r\n")
        fresh, apart = self._whole, self._apart
        self._whole = line.endswith("\r\n") or not self._dialect.crlf
        self._apart = fresh and self._whole and not bare.strip()
        # where rows end with CR LF, what ends with a bare LF is inside a message
        if not fresh or not (self._whole or not line.endswith("\n")):
            yield from self._keep(number, line, fault)
        elif self._opens(bare):
            yield from self._flush()
            self._in_head, self._group, self._numbered = True, None, False
            self._cards, self._last = {}, None
            self._read_head(bare)
        elif self._in_head and self._read_head(bare):
            pass
        elif header := self._header_of(bare, apart):
            yield from self._flush()
            self._in_head = False
            self._header, self._line, self._fault = header, number, fault
        elif apart and self._dialect.name in ("copied", "times") and _aside.fullmatch(bare):
            yield from self._flush()
            yield from self._notice(bare)
        elif (apart or self._in_head) and (day := day_of(bare)):
            yield from self._flush()
            self._day = day
        elif apart and line == bare and _cut_header.match(bare):
            yield from self._flush()
            yield Rejected(f"line {number}", "the file ends in the middle of a header")
        else:
            yield from self._keep(number, line, fault)

    def end(self) -> Iterator[AnyRecord]:
        """Give what the last line leaves."""
        yield from self._flush()
        if self._group is None:
            yield self._open_group()

    def _opens(self, bare: str) -> bool:
        """Tell the second line of a group's head: the first, a rule of =, text may hold too."""
        rules, self._rules = self._rules, 0
        if _rule.fullmatch(bare):
            self._rules = rules + 1
        elif bare.startswith("消息分组") and rules and not self._in_head:
            del self._body[-rules:]
            return True
        return False

    def _read_head(self, bare: str) -> bool:
        found = _head_line.fullmatch(bare)
        if found and found[1]:
            self._category = found[3].strip()
        elif found:
            self._title = found[3].strip() or self._title
        return bool(found or not bare.strip() or _rule.fullmatch(bare) or bare.startswith(_OPENING))

    def _header_of(self, bare: str, apart: bool) -> Header | None:
        if not (apart or self._in_head or self._dialect.tight):
            return None
        dialect = self._dialect.name
        numbers = dialect in ("ids", "names")
        header = header_of(bare, "ids" if numbers else dialect)
        if header and header.sender not in (None, *SYSTEM_IDS):
            self._numbered = True
        if header or self._numbered or not numbers:
            return header
        # a discussion group has no numbers; of many groups in a file some are that
        header = header_of(bare, "names")
        at = moment(header, None, self._options.time_zone) if header else None
        # only its place in time tells such a header from text that begins with a date
        return header if at is not None and at >= (self._last or at) else None

    def _keep(self, number: int, line: str, fault: str | None) -> Iterator[AnyRecord]:
        if self._header is None:
            if line.strip():
                yield Rejected(f"line {number}", fault or "text before the first message")
            return
        self._fault = self._fault or fault
        if self._size <= MAX_BODY:
            self._body.append(line)
            self._size += len(line)

    def _flush(self) -> Iterator[AnyRecord]:
        header, body, size = self._header, "".join(self._body), self._size
        self._header, self._body, self._size = None, [], 0
        if header is None:
            return
        if self._group is None:
            yield self._open_group()
        where = f"line {self._line}"
        if self._fault:
            yield Rejected(where, self._fault)
            return
        sent_at = moment(header, self._day, self._options.time_zone)
        if header.date is None and self._day is None:
            yield Rejected(where, NO_DATE)
            return
        if size > MAX_BODY:
            body = body[:MAX_BODY]
            yield Rejected(where, f"the text is cut after {MAX_BODY} characters")
        self._last = sent_at or self._last
        yield from self._message(header, body, sent_at)

    def _message(self, header: Header, body: str, sent_at: int | None) -> Iterator[AnyRecord]:
        assert self._group is not None
        system = header.sender in SYSTEM_IDS
        body = body.rstrip("\r\n").replace("\r\n", "\n").replace("\r", "\n")
        content = content_of(body, system)
        card = card_of(header.name)
        key, name = (None, content.who) if system else self._sender(header, card)
        if key and self._cards.get(key) != card:
            self._cards[key] = card
            yield Member(
                key,
                group_key=self._group.key,
                group_name=card.name if card.name not in ("", header.sender) else None,
                role=card.role,
            )
        yield self._record(header, content, sent_at, key, name, card)

    def _record(
        self,
        header: Header,
        content: Content,
        sent_at: int | None,
        key: str | None,
        name: str | None,
        card: Card,
    ) -> Message:
        assert self._group is not None
        return Message(
            self._group.key,
            None,
            sent_at,
            key,
            name,
            content.kind,
            content.text,
            service=content.service,
            attachments=content.attachments,
            detail=badge_detail(card),
            quality=0,
            precision=1 if header.time.count(":") == 2 else 60,
        )

    def _sender(self, header: Header, card: Card) -> tuple[str | None, str | None]:
        assert self._group is not None
        if header.sender:
            return f"qq:{header.sender}", card.name or header.sender
        if not card.name:
            return None, None
        return name_key(self._group.key, card.name), card.name

    def _notice(self, text: str) -> Iterator[AnyRecord]:
        """A line between the messages of a copied window: it has no time but the neighbour's."""
        if self._group is None:
            yield self._open_group()
        assert self._group is not None
        content = content_of(text.removesuffix(" 重新编辑"), system=True)
        yield Message(
            self._group.key, sent_at=self._last, kind="service", text=content.text,
            service=content.service, quality=0,
        )  # fmt: skip

    def _open_group(self) -> Group:
        private = _private.fullmatch(self._category) is not None
        kind = "private" if private else "group"
        self._group = proposed_group("qq", self._title, self._options, kind)
        return self._group
