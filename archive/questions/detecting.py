"""What looks like a question, and whether a group wants to be offered look-alikes for it."""

from __future__ import annotations

import re
import sqlite3

from archive.audit import note
from archive.consent import group_keys
from archive.similar import LONGEST, words_of
from archive.text import normalise

COOLDOWN = 1_800
"""Seconds between two offers in a group."""

_COMMAND = re.compile(r"\s*(?:[@＠]\S+[\s,，:：]+)*[/／]\w{1,32}(?:[@＠]\S+)?(?![\w/])[\s:：]*")
_NAMELESS = re.compile(r"\s*(?:匿名提问|Anonymous question)[:：]\s*")
_ENDS = re.compile(
    r"(?:[?？]|吗|呢|么|嘛|怎么办|怎么弄|怎么搞|咋办|咋弄|求助|求推荐)[\s。.!！~～…啊呀]*$"
)
_ASKS = re.compile(
    r"怎么|怎样|如何|咋|请问|请教|求助|求推荐|求.{0,6}(?:方法|教程|资料|链接)|有没有|有谁"
    r"|有人(?:知道|用过|会)|谁(?:知道|有|能|会)|哪里|哪儿|在哪|哪个|哪些|哪家|多少|多久|几点|几号"
    r"|几天|为什么|为啥|为何|什么时候|啥时候|是什么|能不能|可不可以"
)
_ASKS_IN_ENGLISH = re.compile(
    r"(?:^|[,.!]\s*|^(?:hi|hey|hello|guys)\b[\s,]*)(?:how|what|where|when|why|which|who|is there"
    r"|are there|does|do|did|can|could|should|anyone|has anyone|any)\b"
)
_ENOUGH = 1.0
"""Weight of the words beside `怎么` and the like that a question about something has."""


def is_command(text: str) -> bool:
    """Tell whether a text speaks to a bot and to nobody else."""
    return _COMMAND.match(text) is not None


def question_text(text: str) -> str:
    """Return what a message asks, without the command that opened it."""
    if found := _NAMELESS.match(text):
        # what follows is how to answer it
        return text[found.end() :].partition("\n")[0].strip()
    found = _COMMAND.match(text)
    return text[found.end() :].strip() if found else text.strip()


def detect(text: str) -> bool:
    """Tell whether a text looks like a question about something; it is only proposed as one."""
    if is_command(text) or len(text) > LONGEST:
        return False
    plain = normalise(text).strip()
    asks = _ENDS.search(plain) or _ASKS.search(plain) or _ASKS_IN_ENGLISH.search(plain)
    return asks is not None and sum(words_of(text).weights.values()) >= _ENOUGH


def set_offers(db: sqlite3.Connection, group_key: str, enabled: bool, by: str) -> None:
    """Turn offering look-alikes for detected questions on or off in a group; it is off at first."""
    for key in group_keys(db, group_key):
        db.execute("UPDATE question_offers SET enabled = ? WHERE group_key = ?", (enabled, key))
    db.execute(
        "INSERT INTO question_offers(group_key, enabled) VALUES(?, ?)"
        " ON CONFLICT DO UPDATE SET enabled = excluded.enabled",
        (group_key, enabled),
    )
    note(db, by, "question offers", group_key, "on" if enabled else "off")


def wants_offers(db: sqlite3.Connection, group_key: str) -> bool:
    """Tell whether a group wants look-alikes offered for detected questions."""
    rows = (_offers(db, key) for key in group_keys(db, group_key))
    return any(row is not None and row[0] for row in rows)


def may_offer(db: sqlite3.Connection, group_key: str, now: int) -> bool:
    """Tell whether look-alikes may be offered in a group at a Unix time: it wants them, and the
    last offer is long enough ago."""
    rows = [row for key in group_keys(db, group_key) if (row := _offers(db, key))]
    last = max((offered or 0 for _, offered in rows), default=0)
    return any(enabled for enabled, _ in rows) and not now - COOLDOWN < last <= now


def note_offer(db: sqlite3.Connection, group_key: str, now: int) -> None:
    """Note that look-alikes were offered in a group."""
    db.execute(
        "INSERT INTO question_offers(group_key, enabled, offered_at) VALUES(?, 0, ?)"
        " ON CONFLICT DO UPDATE SET offered_at = excluded.offered_at",
        (group_key, now),
    )


def _offers(db: sqlite3.Connection, key: str) -> tuple[bool, int | None] | None:
    row: tuple[bool, int | None] | None = db.execute(
        "SELECT enabled, offered_at FROM question_offers WHERE group_key = ?", (key,)
    ).fetchone()
    return row
