"""What was said on a day, as HTML and as Markdown in one pass: most messages are plain."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

import msgspec
from markupsafe import Markup

from archive.day_rows import AnyRow, Plain
from archive.views import GroupView
from web.dates import clock_at, day_at
from web.fold import is_slight, is_slight_text, runs
from web.markdown import Markdown, Pen, escaped, quoted
from web.markup import escaped as as_html
from web.publish.places import Places, anchor, beginning_of
from web.talk import Followed, Parting, Talk, goes_on, is_answer
from web.words import Words

_NUMBER = re.compile(r"0|[1-9][0-9]{0,14}")
_MEANS = re.compile(
    "[\\\\`*_\\[\\]{}<>&~|$^:\n\r\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff"
    "\u200e\u200f\u202a-\u202e\u2066-\u2069]|^[#+=%\\- \t0-9]"
)
"""What may mean something to Markdown; in most texts there is nothing of it."""
_PEOPLE = 5_000


class Said(msgspec.Struct, frozen=True):
    """What was said on a day, or in a part of it, in both forms."""

    html: Markup
    markdown: Markdown


class DayLines:
    """Writes what was said in one group."""

    def __init__(self, group: GroupView, words: Words, places: Places, talk: Talk) -> None:
        self._key, self._zone = group.key, group.time_zone
        self._words, self._places, self._talk = words, places, talk
        self._rows = talk.rows
        self._pen = Pen(words, talk.cabinet, places)
        self._beginning = beginning_of(group.key)
        self._people: dict[tuple[str | None, str], tuple[str, str]] = {}
        self._colon = words("colon")
        self._unknown = words("message.unknown_sender")
        self._nothing = f"> \\[{escaped(words.name('kind', 'text'))}\\]"
        self._page = ""

    def anchor(self, platform_id: str) -> str:
        """Return the id of a message's row."""
        if self._beginning and _NUMBER.fullmatch(platform_id):
            return self._beginning + platform_id
        return anchor(f"{self._key}:{platform_id}")

    def written(self, said: Sequence[AnyRow], page: str) -> Said:
        """Write what was said, oldest first; `page` is the file it stands in."""
        self._page = page.rpartition("/")[2]
        rows: list[str] = []
        twins: list[str] = []
        for at, (day, of_day) in enumerate(groupby(said, self._day_of)):
            if at:
                name = f"{self._words.day(day)} {self._words.weekday(day)}"
                parting = Parting(name, self._places.day(self._key, day.isoformat()))
                rows.append(self._rows.parted(parting))
                twins.append(self._pen.lines([parting]))
            for run, folded in _runs([*of_day]):
                both = [*self._run(run)]
                twins += [twin for _, twin in both]
                html = [row for row, _ in both]
                rows += [self._rows.folded(html)] if folded else html
        return Said(Markup(self._rows.together(rows)), Markdown("\n\n".join(twins)))

    def _day_of(self, m: AnyRow) -> date:
        return day_at(m.sent_at, self._zone)

    def _run(self, run: Sequence[AnyRow]) -> Iterator[tuple[str, str]]:
        last: Followed | None = None
        for m in run:
            if isinstance(m, Plain):
                yield self._plain(m, last)
            else:
                line = self._talk.behind(last, m, False, True)
                row = self._rows.one(line)
                if line.href[:1] == "#":
                    line = msgspec.structs.replace(line, href=f"{self._page}{line.href}")
                yield row, self._pen.said(line)
            last = m

    def _plain(self, m: Plain, last: Followed | None) -> tuple[str, str]:
        text, reply = m.text, m.reply
        name = self.anchor(m.platform_id)
        who, written = self._people.get((m.sender_key, m.sender)) or self._person(m)
        time = clock_at(m.sent_at, self._zone)
        at = f'<a class="at" href="#{name}"><time>{time}</time></a>'
        more = last is not None and m.sender_key is not None and goes_on(last, m)
        head = at if more else f"{who} {at}</div>"
        body, twin = "", []
        if reply is not None and is_answer(m, reply, self._key):
            body = self._rows.answer(reply)
            twin.append(_quoted(f"{reply.sender}{self._colon}{reply.text or '…'}", "> > "))
        if m.spans or "#" in text or "://" in text:
            body += f'<div class="txt" dir="auto">{self._talk.paint(text, m.spans)}</div>'
            twin.append(quoted(text, m.spans))
        elif text:
            body += f'<div class="txt" dir="auto">{as_html(text)}</div>'
            twin.append(_quoted(text, "> "))
        else:
            twin.append(self._nothing)
        row = f'<li class="{"more" if more else "msg"}" id="{name}">{head}{body}</li>'
        return row, f"{written}[{time}](<{self._page}#{name}>)\n\n" + "\n>\n".join(twin)

    def _person(self, m: Plain) -> tuple[str, str]:
        initial, tint = self._talk.stands_for(m.sender_key, m.sender)
        both = (
            self._rows.named(m.sender, initial, tint),
            f"**{escaped(m.sender or self._unknown)}** · ",
        )
        if len(self._people) > _PEOPLE:
            self._people.clear()
        self._people[m.sender_key, m.sender] = both
        return both


def _runs(said: Sequence[AnyRow]) -> Iterator[tuple[Sequence[AnyRow], bool]]:
    slight = [
        m.reply is None and is_slight_text(m.text) if isinstance(m, Plain) else is_slight(m)
        for m in said
    ]
    for first, end, folded in runs(slight):
        yield said[first:end], folded


def _quoted(text: str, mark: str) -> str:
    """Return what `quoted` does; most texts need nothing but the mark."""
    if _MEANS.search(text):
        return quoted(text, depth=len(mark) // 2)
    return f"{mark}{text}".rstrip()
