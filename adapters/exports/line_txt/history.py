"""Follows a LINE text line by line and makes its group, members and messages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from adapters.exports.format import ExportFile, Options
from adapters.exports.line_txt.rows import (
    SAVED,
    TITLE,
    Content,
    Row,
    content_of,
    day_of,
    notice_of,
    row_of,
)
from adapters.exports.proposal import proposed_group, stem
from archive.keys import name_key
from archive.records import AnyRecord, Group, Member, Message, Rejected

MAX_BODY = 4 * 2**20
"""Characters of one message that are kept."""
LOOK_AHEAD = 200
"""Lines after one that looks like a row inside a quoted text, in which the quote must end."""
NO_DAY = "a time without a day above it"
_MOST_KNOWN = 100_000

Line = tuple[int, str, str | None]


class History:
    """The state between two lines; each line gives the records that it completes."""

    def __init__(self, file: ExportFile, options: Options, form: str) -> None:
        self._file = file
        self._options = options
        self._form = form
        self._title, self._private = stem(file).removeprefix("[LINE]").strip(), False
        self._group: Group | None = None
        self._known: dict[str, str] = {}
        self._day: date | None = None
        self._row: Row | None = None
        self._body: list[str] = []
        self._size = self._quotes = self._line = 0
        self._fault: str | None = None
        self._quoted = False
        self._closed = 0
        self._held: list[Line] | None = None
        self._more = 0

    def line(self, number: int, line: str, fault: str | None) -> Iterator[AnyRecord]:
        """Take one line with its end."""
        if self._held is not None:
            self._held.append((number, line, fault))
            self._more += line.count('"')
            if self._closes(line, self._more):
                held, self._held = self._held, None
                for one in held:
                    self._keep(*one)
                self._quoted, self._closed = False, len(self._body)
            elif len(self._held) > LOOK_AHEAD:
                yield from self._release()
            return
        bare = line.rstrip("\r\n")
        row = row_of(bare, self._form)
        day = day_of(bare) if row is None else None
        if self._quoted and (row or day):
            self._held, self._more = [(number, line, fault)], line.count('"')
        elif row:
            yield from self._flush()
            self._begin(number, row, line, fault)
        elif day:
            yield from self._flush()
            self._day = day
        elif self._row is not None:
            self._keep(number, line, fault)
            if self._quoted and self._closes(line, 0):
                self._quoted, self._closed = False, len(self._body)
        elif bare.strip("\ufeff "):
            yield from self._head(number, bare.strip("\ufeff "), fault)

    def end(self) -> Iterator[AnyRecord]:
        """Give what the last lines leave."""
        while self._held is not None:
            yield from self._release()
        yield from self._flush()
        if self._group is None:
            yield self._open_group()

    def _release(self) -> Iterator[AnyRecord]:
        """The quote did not end: what looked like rows are rows."""
        held, self._held, self._quoted = self._held or [], None, False
        for one in held:
            yield from self.line(*one)

    def _closes(self, line: str, more: int) -> bool:
        # quotes within a quoted text are doubled, so the number of all of them is even
        return line.rstrip("\r\n").endswith('"') and (self._quotes + more) % 2 == 0

    def _head(self, number: int, bare: str, fault: str | None) -> Iterator[Rejected]:
        found = TITLE.fullmatch(bare) if self._day is None else None
        if found:
            told = {key: value for key, value in found.groupdict().items() if value}
            titles = ("en", "zh_one", "zh", "ja_one", "ja")
            self._title = next((told[key] for key in titles if key in told), self._title)
            self._private = not {"with", "zh_one", "ja_one"}.isdisjoint(told)
        elif not SAVED.match(bare):
            yield Rejected(f"line {number}", fault or "text before the first message")

    def _begin(self, number: int, row: Row, line: str, fault: str | None) -> None:
        self._row, self._line, self._fault = row, number, fault
        ends = "\n" if line.endswith("\n") else ""
        self._body, self._size = [row.text.rstrip("\r") + ends], len(row.text)
        self._quotes, self._closed = row.text.count('"'), 0
        self._quoted = row.text.startswith('"') and not self._closes(row.text[1:], 0)

    def _keep(self, number: int, line: str, fault: str | None) -> None:
        self._fault = self._fault or fault
        self._quotes += line.count('"')
        if self._size <= MAX_BODY:
            self._body.append(line)
            self._size += len(line)

    def _flush(self) -> Iterator[AnyRecord]:
        row, body, where = self._row, self._body, f"line {self._line}"
        self._row, self._body, self._quoted = None, [], False
        if row is None:
            return
        if self._group is None:
            yield self._open_group()
        if self._fault or self._day is None:
            yield Rejected(where, self._fault or NO_DAY)
            return
        if self._size > MAX_BODY:
            yield Rejected(where, f"the text is cut after {MAX_BODY} characters")
        text = "".join(body).rstrip("\r\n").replace("\r\n", "\n")
        rest = "".join(body[self._closed :]).strip()
        if self._closed > 1 and not rest:
            text = text[1:-1].replace('""', '"')
        yield from self._message(row, text)

    def _message(self, row: Row, text: str) -> Iterator[AnyRecord]:
        assert self._group is not None
        if row.name is None:
            yield self._record(row, None, notice_of(text))
            return
        key = self._known.get(row.name)
        if key is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            key = self._known[row.name] = name_key(self._group.key, row.name)
            yield Member(key, row.name, group_key=self._group.key)
        yield self._record(row, key, content_of(text, self._form))

    def _record(self, row: Row, key: str | None, content: Content) -> Message:
        assert self._group is not None
        return Message(
            self._group.key, None, self._moment(row), key, row.name, content.kind, content.text,
            recalled=content.service == "recall" and bool(key), service=content.service,
            attachments=content.attachments, detail=content.detail, quality=0, precision=60,
        )  # fmt: skip

    def _moment(self, row: Row) -> int | None:
        assert self._day is not None
        try:
            clock = datetime(self._day.year, self._day.month, self._day.day, row.hour, row.minute,
                             tzinfo=self._options.time_zone)  # fmt: skip
            return int(clock.timestamp())
        except (ValueError, OverflowError):
            return None

    def _open_group(self) -> Group:
        kind = "private" if self._private else "group"
        self._group = proposed_group("line", self._title, self._options, kind)
        return self._group
