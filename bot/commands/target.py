"""Finds the message a command is about: answered, named by its short code, or quoted."""

from __future__ import annotations

import re
import sqlite3
import time

import msgspec

from archive.access import Reader, finder
from archive.called import is_called
from archive.codes import key_of
from archive.errors import ArchiveError, NotFound
from archive.messages import get_message, newest
from archive.search import search
from archive.text import normalise
from archive.views import MessageView
from bot.commands.command import Answer, Asked
from bot.commands.lines import row
from bot.commands.periods import period

DAYS = 7
"""How far back a quotation is looked for."""

_CODE = re.compile(r"(?=.*\d)(?=.*[a-z])[0-9a-z]{6}", re.ASCII)
_SHOWN = 4
_LOOKED_AT = 200
_HAN = "\u4e00-\u9fff"
_LONGEST = 64
_SHORTEST = 4
"""Characters that must agree where a quotation may have been cut."""


class Target(msgspec.Struct, frozen=True):
    """What a command turned out to be about."""

    views: tuple[MessageView, ...] = ()
    """One, or several that fit a quotation."""
    words: str = ""
    """The command's words without the code."""
    named: bool = False
    """A message was named in some way, whether it is there or not."""
    by_code: bool = False
    """The words begin with what looks like a code: one of `views`, or none that there is. What
    there is and who asks may not see is treated as the latter, so that nobody can tell."""


def looks_like_code(word: str) -> bool:
    """Tell whether a word could be a short code; `java21` could, `9weeks` is a length of time."""
    return _CODE.fullmatch(normalise(word)) is not None and period(word) is None


def find_target(db: sqlite3.Connection, asked: Asked) -> Target:
    """Find the message meant, in the whole archive; who may see or change it is decided later."""
    if asked.reply_key is not None:
        view = _view(db, asked.reply_key)
        # an id that means nothing here may come with the words themselves
        if view is not None or not asked.quote_text:
            return Target((view,) if view else (), asked.words, named=True)
    first, *rest = asked.words.split(maxsplit=1) or [""]
    given = looks_like_code(first)
    coded = _by_code(db, first) if given else ()
    if asked.quote_text and asked.place:
        quoted = tuple(_quoted(db, asked))
        chosen = tuple(view for view in quoted if view in coded)
        if len(quoted) > 1 and chosen:
            return Target(chosen, "".join(rest), named=True)
        if quoted or not coded:
            return Target(quoted, asked.words, named=True)
    if coded:
        return Target(coded, "".join(rest), named=True, by_code=True)
    return Target(words=asked.words, by_code=given)


def _by_code(db: sqlite3.Connection, code: str) -> tuple[MessageView, ...]:
    key = key_of(db, code)
    view = _view(db, key) if key is not None else None
    return (view,) if view else ()


def which(views: tuple[MessageView, ...], asked: Asked) -> Answer:
    """Ask which of several messages is meant; a code each."""
    head = asked.say(
        f"有 {len(views)} 条都像，请用短码说是哪一条，例如 /{asked.name} 加短码：",
        f"{len(views)} messages fit. Say which by its code, as in /{asked.name} CODE:",
    )
    shown = views[:_SHOWN]
    lines = [row(view, asked) for view in shown]
    return Answer("\n".join([head, *lines]), tuple(view.key for view in shown))


def _view(db: sqlite3.Connection, key: str) -> MessageView | None:
    try:
        return get_message(db, finder(), key)
    except NotFound:
        return None


def _quoted(db: sqlite3.Connection, asked: Asked) -> list[MessageView]:
    """Return the group's messages of the last days that say what is quoted, newest first."""
    assert asked.quote_text and asked.place
    quoted = _comparable(asked.quote_text.rstrip().rstrip("….。"))
    reader = Reader(group_keys=frozenset((asked.place,)))
    since = (asked.at or int(time.time())) - DAYS * 86_400
    found = [
        view
        for view in _candidates(db, asked, reader)
        if view.group_key == asked.place
        and view.sent_at >= since
        and not view.recalled
        and view.key != asked.message_key
        and _is_sender(db, view, asked.quote_sender)
        and quoted
    ]
    alike = [view for view in found if _comparable(view.text) == _comparable(asked.quote_text)]
    if alike or len(quoted) < _SHORTEST:
        return alike
    # what is quoted may have been cut
    return [view for view in found if _comparable(view.text).startswith(quoted)]


def _candidates(db: sqlite3.Connection, asked: Asked, reader: Reader) -> list[MessageView]:
    word = _word_in(asked.quote_text or "")
    if word:
        query = f'"{word}" after:{DAYS + 1}d'
        try:
            hits = search(db, query, reader, limit=_LOOKED_AT, now=asked.at).hits
        except ArchiveError:
            hits = ()
        if hits:
            return [hit.message for hit in hits]
    # words that are not indexed: signs, personal numbers
    return newest(db, reader, asked.place, _LOOKED_AT)


def _word_in(quoted: str) -> str | None:
    """Return the longest piece that must stand in the index as it is; the end may be cut."""
    runs = re.findall(rf"[{_HAN}]+|[^\W{_HAN}]+", quoted)
    whole = [run for run in runs[:-1] if run[0] < "\u4e00"] + [r for r in runs if r[0] >= "\u4e00"]
    return max(whole or runs, key=len, default="")[:_LONGEST] or None


def _is_sender(db: sqlite3.Connection, view: MessageView, who: str | None) -> bool:
    if who is None or who == view.sender_key or normalise(who) == normalise(view.sender):
        return True
    # the platform knows nothing of an alias
    return view.sender_key is not None and is_called(db, view.group_key, view.sender_key, who)


def _comparable(text: str) -> str:
    return "".join(normalise(text).split())
