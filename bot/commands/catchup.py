"""`/catchup`: what a person missed, told to them alone."""

from __future__ import annotations

import re
import sqlite3
from datetime import datetime
from zoneinfo import ZoneInfo

from archive.catchup import MOST_READ, CatchUp, catch_up
from archive.groups import get_group
from archive.query.chips import filter_text
from archive.text import normalise
from bot.commands.command import CODE, Answer, Asked, Command, Setting
from bot.commands.lines import address, one_line, when
from bot.commands.periods import DAY, period

LONGEST = 90 * DAY
"""Seconds looked back at most."""

_LINES = 5
_CODES = 3
"""Short codes of answers and of mentions."""
_TITLE = 40
_COUNT = re.compile(r"(?:最近|近|last)?(\d{1,5})(?:条|条消息|messages?|msgs?)?")


def _catchup(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    if asked.sender_key is None or asked.sender_key == asked.group_key:
        return Answer(_not_for_nobody(asked))
    words = "".join(normalise(asked.words).split())
    length = period(words)
    counted = _COUNT.fullmatch(words) if length is None else None
    count = int(counted[1]) if counted else None
    if (words and length is None and not count) or (count or 0) > MOST_READ:
        return Answer(_how(asked))
    groups = [asked.place] if asked.place else sorted(setting.reader.group_keys)
    found = catch_up(
        db, setting.reader, asked.sender_key, groups, now=asked.at, count=count,
        since=asked.at - min(length, LONGEST) if length else None,
        language="zh-Hans" if asked.chinese else "en",
    )  # fmt: skip
    if not found.messages and not found.essence:
        return Answer(_nothing(asked), direct=True)
    lines, cited = _lines(found, asked, _zone(db, setting, groups))
    return Answer("\n".join(lines) + _rest(found, asked, setting), tuple(cited), direct=True)


def _lines(found: CatchUp, asked: Asked, zone: str) -> tuple[list[str], list[str]]:
    """Write five lines at most, and the keys of the messages whose codes they show."""
    since = when(found.since, zone, asked)
    lines = [
        asked.say(
            f"{since} 以来 {found.messages} 条，{found.people} 人：",
            f"Since {since}: {found.messages} messages, {found.people} people:",
        )
    ]
    told: list[str] = []
    cited: list[str] = []
    # what a topic tells below needs no code of its own
    shown = {key for topic in found.topics[: _LINES - 2] for key in topic.keys}
    essence = tuple(key for key in found.essence if key not in shown)
    for name, keys in (
        (asked.say("回复你", "answers to you"), found.answers),
        (asked.say("提到你", "mentions of you"), found.mentions),
        (asked.say("精华", "essence"), essence),
        (asked.say("文件", "files"), found.files),
    ):
        if keys:
            told.append(f"{name} {len(keys)}: {' '.join([CODE] * len(keys[:_CODES]))}")
            cited += keys[:_CODES]
    if told:
        lines.append(" · ".join(told))
    for topic in found.topics[: _LINES - len(lines)]:
        why = asked.say(f"（{topic.why}）", f" ({topic.why})")
        lines.append(f"· {one_line(topic.title, _TITLE)}{why} · {CODE}")
        cited.append(topic.keys[0])
    return lines, cited


def _rest(found: CatchUp, asked: Asked, setting: Setting) -> str:
    if asked.place is None:
        return address(setting, "/")
    day = datetime.fromtimestamp(found.since, ZoneInfo(setting.time_zone)).date().isoformat()
    return address(setting, "/search", q=f"{filter_text('in', asked.place)} after:{day}")


def _zone(db: sqlite3.Connection, setting: Setting, groups: list[str]) -> str:
    if len(groups) != 1:
        return setting.time_zone
    return get_group(db, setting.reader, groups[0]).time_zone


def _nothing(asked: Asked) -> str:
    return asked.say(
        "你没有错过什么：从那以后没有人说话。",
        "You missed nothing: nobody has said anything since.",
    )


def _how(asked: Asked) -> str:
    return asked.say(
        f"这样用：/{asked.name}（从你上次说话起），或 /{asked.name} 24h，或 /{asked.name} 300条",
        f"Use it like this: /{asked.name} (since you last spoke), /{asked.name} 24h or"
        f" /{asked.name} 300",
    )


def _not_for_nobody(asked: Asked) -> str:
    return asked.say(
        "这个只发给本人：请不要匿名，再发一次。",
        "The answer goes to one person alone: please ask again as yourself, not as the group.",
    )


COMMANDS: tuple[Command, ...] = (
    Command(
        names=("catchup", "我错过了什么", "补课"),
        who="member",
        run=_catchup,
        takes=("[24h/300条]", "[24h/300]"),
        chinese="你上次说话以后的话题、回复你的、提到你的，只发给你",
        english="what was said since you last spoke: topics, answers to you; sent to you alone",
    ),
)
