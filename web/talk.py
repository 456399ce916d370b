"""Messages as lines of a quiet chat: people run on, greetings fold, days part."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import ClassVar
from zlib import crc32

import msgspec
from markupsafe import Markup

from archive.day_rows import Plain
from archive.media import MediaStore
from archive.records import Poll
from archive.views import MessageView, ReplyView
from web.addresses import Addresses
from web.body import Painter
from web.dates import clock_at, day_at
from web.files import Bar, Cabinet, Card, bars, card_of
from web.fold import is_slight, runs
from web.rows import Rows
from web.words import Words

RUNS_ON = 300
"""Seconds within which a person's next message goes under the same name."""
TINTS = 6
"""Quiet grounds of the initials, so that the eye tells people apart."""
_PEOPLE = 5_000
"""Whose initials are remembered."""
CUT = 1200
"""Characters of a message shown in a list; its own page shows all."""
_CUT_LINES = 40

_NAMED = frozenset(("location", "contact", "call", "red_packet", "transfer", "poke", "game"))
"""Kinds whose text does not say what it is."""


class Line(msgspec.Struct, frozen=True):
    """A message as the page shows it."""

    form: ClassVar[str] = "line"

    m: MessageView
    href: str
    time: str
    initial: str
    tint: int
    css: str
    more: bool
    """Goes on under the name above."""
    body: Markup
    card: Card | None
    rest: int
    """Characters left out of `body`."""
    before: bool
    """There is a quote or an origin above the text."""
    after: bool
    """There are files, reactions … below it."""
    here: bool = False
    sealed: bool = False
    """Essence begins here: the seal stands once before a run."""
    id: str = ""
    """By which links of a published page lead to it."""


class Fold(msgspec.Struct, frozen=True):
    """A run of stickers and greetings."""

    form: ClassVar[str] = "fold"

    lines: tuple[Line, ...]


class Parting(msgspec.Struct, frozen=True):
    """Where a new day begins among lines."""

    form: ClassVar[str] = "parting"

    name: str
    href: str


AnyLine = Line | Fold | Parting
Followed = MessageView | Plain


class Talk:
    """Makes lines for one visit."""

    def __init__(self, media: MediaStore, words: Words, addresses: Addresses) -> None:
        self.cabinet = Cabinet(media, words, addresses)
        self.to = addresses
        self.named = _NAMED
        self.answers = _answers
        self._words = words
        self._people: dict[tuple[str | None, str], tuple[str, int]] = {}
        self.paint = Painter(addresses.tag, words("message.spoiler")).paint

    @cached_property
    def rows(self) -> Rows:
        """Write lines as HTML."""
        return Rows(self._words, self)

    def listed(self, lines: Sequence[AnyLine], label: str = "") -> Markup:
        """Write lines as a list of the chat."""
        return Markup(self.rows.listed(lines, label))

    def quote(self, message: MessageView) -> Markup:
        """Write what a message answers; empty where there is nothing to show of it."""
        return self.rows.quote(message)

    def lines(
        self, messages: Sequence[MessageView], here: int | None = None, whole: bool = False
    ) -> list[AnyLine]:
        """Turn messages of one group, oldest first, into lines; `here` is never folded."""
        found: list[AnyLine] = []
        wanted = next((_day_of(m) for m in messages if m.id == here), None)
        for day, said in groupby(messages, _day_of):
            # the page is headed with the day of what is wanted: one before it says so
            if found or wanted not in (None, day):
                found.append(self._parting(day, messages[0].group_key))
            of_day = list(said)
            for start, end, slight in runs([m.id != here and is_slight(m) for m in of_day]):
                lines = self._run(of_day[start:end], here, whole)
                if slight:
                    found.append(Fold(tuple(lines)))
                else:
                    found += lines
        return found

    def _parting(self, day: date, group_key: str) -> Parting:
        name = f"{self._words.day(day)} {self._words.weekday(day)}"
        return Parting(name, self.to.day(group_key, day.isoformat()))

    def line(self, message: MessageView, whole: bool = True) -> Line:
        """Turn one message that stands by itself into a line."""
        line = self._line(message, False, False, whole)
        return msgspec.structs.replace(line, sealed=message.essence is not None)

    def words_of(self, messages: Sequence[MessageView]) -> list[Line]:
        """Turn the messages of one essence into lines: nothing folded, nothing cut."""
        return self._run(messages, None, True)

    def bars(self, poll: Poll) -> list[Bar]:
        """Return a poll's options with their share."""
        return bars(poll, self._words)

    def emoji(self, emoji: str) -> str:
        """Return what shows a reaction; a platform's own emoji is named."""
        if emoji.startswith("custom:"):
            return self._words("media.custom_emoji")
        return "⭐" if emoji == "paid" else emoji[:16]

    def unknown(self, message: MessageView) -> str:
        """Name what a message of unknown kind says it is."""
        for name in ("type", "what", "kind", "media_type"):
            value = message.detail.get(name)
            if isinstance(value, str | int) and str(value).strip():
                return str(value)[:60]
        return self._words("kind.unknown")

    def gist(self, message: MessageView) -> str:
        """Return a message's words in one breath, or what it is where it has none."""
        return gist_of(message, self._words)

    def _run(self, run: Sequence[MessageView], here: int | None, whole: bool) -> list[Line]:
        lines: list[Line] = []
        last: MessageView | None = None
        for message in run:
            is_here = message.id == here
            lines.append(self.behind(last, message, is_here, whole or is_here))
            last = message
        return lines

    def behind(self, last: Followed | None, message: MessageView, here: bool, whole: bool) -> Line:
        """Turn a message into the line that follows another of its run."""
        more = last is not None and not here and goes_on(last, message)
        fresh = last is None or last.essence != message.essence
        line = self._line(message, more, here, whole)
        sealed = message.essence is not None and (fresh or here)
        return msgspec.structs.replace(line, sealed=True) if sealed else line

    def _line(self, m: MessageView, more: bool, here: bool, whole: bool) -> Line:
        card = card_of(m.detail) if m.detail and m.kind != "service" else None
        words = "" if (card or m.attachments) and _told_below(m, card) else m.text
        text = words if whole else _beginning(words)
        first, tint = self.stands_for(m.sender_key, m.sender)
        answers = m.reply is not None and _answers(m)
        return Line(
            m,
            self.to.message(m.key),
            clock_at(m.sent_at, m.time_zone),
            first,
            tint,
            _css(m, more, here),
            more,
            self.paint(text, m.spans),
            card,
            len(words) - len(text),
            answers or m.forward is not None or (m.kind in _NAMED and bool(text)),
            bool(
                m.attachments or m.reactions or m.poll or m.nested or m.detail or m.edited_at
                or m.truncated or m.time_guessed or len(text) < len(words)
                or (m.kind != "text" and not m.text)
            ),
            here,
            id=self.to.row(m.key),
        )  # fmt: skip

    def stands_for(self, key: str | None, name: str) -> tuple[str, int]:
        """Return a person's initial and tint; remembered, as few people say much."""
        known = self._people.get((key, name))
        if known is None:
            tint = crc32((key or name).encode("utf-8", "replace")) % TINTS
            known = self._people[key, name] = initial(name), tint
            if len(self._people) > _PEOPLE:
                self._people.clear()
        return known


def gist_of(message: MessageView, words: Words) -> str:
    """Return a message's words in one breath, or what it is where it has none."""
    if message.recalled:
        return words("message.recalled")
    text = message.text or message.more
    kind = f"[{words.name('kind', message.kind)}]"
    return " ".join(text[:400].split())[:180] or kind


def _day_of(message: MessageView) -> date:
    return day_at(message.sent_at, message.time_zone)


def _told_below(m: MessageView, card: Card | None) -> bool:
    """Tell whether the text only repeats what the card or the file below it says."""
    if card is not None:
        return m.text.strip() in (card.title, card.text)
    return len(m.attachments) == 1 and m.text == m.attachments[0].name


def _answers(m: MessageView) -> bool:
    """Tell whether there is a quote to show."""
    return m.reply is not None and is_answer(m, m.reply, m.group_key)


def is_answer(m: Followed, reply: ReplyView, group_key: str) -> bool:
    """Tell whether it answers that; where a topic begins is not what its posts answer."""
    return not m.topic or reply.key != f"{group_key}:{m.topic}"


def goes_on(last: Followed, message: Followed) -> bool:
    """Tell whether a message goes under the same name as the one before it."""
    # the public sees one name for everybody, so that a name alone is nobody's
    same = message.sender_key is not None and last.sender_key == message.sender_key
    plain = not (last.recalled or message.recalled or last.service or message.service)
    near = 0 <= message.sent_at - last.sent_at <= RUNS_ON
    said = last.kind != "service" and message.kind != "service" and bool(message.sender)
    kept = last.essence == message.essence
    return same and plain and near and said and kept and not message.forward


def _css(m: MessageView, more: bool, here: bool) -> str:
    if m.recalled:
        css = "gone"
    elif m.kind == "service":
        css = "note"
    else:
        css = "more" if more else "msg"
        if m.essence:
            css += " ess"
    return f"{css} here" if here else css


def initial(name: str) -> str:
    """Return the character that stands for a person: the first letter, digit or Han."""
    for char in name[:40]:
        if char.isalnum():
            return char.upper() if char.upper() != char and len(char.upper()) == 1 else char
    return "·"


def _beginning(text: str) -> str:
    if len(text) < _CUT_LINES:
        return text
    if len(text) > CUT:
        text = text[:CUT]
    if text.count("\n") >= _CUT_LINES:
        text = "\n".join(text.split("\n", _CUT_LINES)[:_CUT_LINES])
    return text
