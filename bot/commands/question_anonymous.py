"""`/anon`: a question that the bot asks in the group for somebody it does not name."""

from __future__ import annotations

import re
import sqlite3

from archive.access import operator
from archive.errors import NotFound
from archive.groups import get_group
from archive.questions import anonymous
from archive.text import normalise
from bot.commands.command import Answer, Asked, Command, Setting
from bot.commands.lines import one_line

LONGEST = 400
"""Characters of such a question."""

_SHORTEST = 4
_IN = re.compile(r"(?:群|in)\s*[:：]\s*", re.I)
_GROUPS = 4
_NAME = 24


def _anon(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    if asked.group_key is not None or asked.sender_key is None:
        return Answer(
            asked.say(
                f"匿名提问要私聊我发 /{asked.name}；在群里发，大家都看见是你了。",
                f"Send /{asked.name} to me in private; here everybody sees that it is you.",
            )
        )
    place, words = _place(db, asked, setting)
    if place is None:
        return _which_group(db, asked, setting)
    question = one_line(words, LONGEST)
    if len(words.strip()) < _SHORTEST:
        return Answer(
            asked.say(
                f"问什么？例如 /{asked.name} 怎么申请退款。由我发到群里，不写你的名字。",
                f"Ask what? For example /{asked.name} how do I get a refund. I post it in the group"
                " without your name.",
            )
        )
    title = one_line(get_group(db, operator(), place).title, _NAME)
    refused = anonymous.may_ask(db, place, asked.sender_key, asked.at)
    if refused is not None:
        return _refused(asked, refused)
    shown = asked.say(
        f"匿名提问：{question}\n回复这条就是回答。",
        f"Anonymous question: {question}\nReply to this to answer it.",
    )
    anonymous.ask(db, asked.account, place, asked.sender_key, shown, asked.key, asked.at)
    return Answer(
        asked.say(
            f"会发到「{title}」，不写你的名字。一天能这样问 {anonymous.A_DAY} 个。\n"
            "发出去以后要关掉：在这里发 /解决了 加它的短码（/待回答 里有）。",
            f"It goes to “{title}” without your name. You can ask {anonymous.A_DAY} a day like"
            " this.\nTo close it later, send /solved and its code here (/open shows it).",
        )
    )


def _place(db: sqlite3.Connection, asked: Asked, setting: Setting) -> tuple[str | None, str]:
    """Return the group it is for and the question: the person's only one, or `群:技术群 …`."""
    keys = sorted(setting.reader.group_keys)
    words = asked.words.strip()
    named = _IN.match(words)
    if named is None:
        return (keys[0] if len(keys) == 1 else None), words
    rest = words[named.end() :].strip('「」“”" ')
    titles = sorted(
        ((get_group(db, operator(), key).title, key) for key in keys), key=lambda t: -len(t[0])
    )
    for title, key in titles:
        if title and normalise(rest).startswith(normalise(title)):
            return key, rest[len(title) :].strip('」”"，, ')
    return None, words


def _which_group(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    titles = []
    for key in sorted(setting.reader.group_keys):
        try:
            titles.append(one_line(get_group(db, operator(), key).title, _NAME))
        except NotFound:
            continue
    listed = asked.say("、", ", ").join(titles[:_GROUPS])
    return Answer(
        asked.say(
            f"发到哪个群？写成 /{asked.name} 群:群名 问题。你在：{listed}",
            f"To which group? Write /{asked.name} in:GROUP QUESTION. Yours: {listed}",
        )
    )


def _refused(asked: Asked, why: str) -> Answer:
    if why == "muted":
        return Answer(
            asked.say(
                "你在这个群的匿名提问被停用了，没有发。可以在群里用 /问。",
                "Asking without a name was turned off for you in that group; nothing was posted."
                " You can use /ask in the group.",
            )
        )
    return Answer(
        asked.say(
            f"一天最多匿名问 {anonymous.A_DAY} 个，这一个没有发。明天再问，或者在群里用 /问。",
            f"That would be more than {anonymous.A_DAY} a day, so it was not posted. Ask tomorrow,"
            " or use /ask in the group.",
        )
    )


COMMANDS = (
    Command(
        names=("anon", "匿名问"),
        who="member",
        run=_anon,
        takes=("问题", "QUESTION"),
        chinese="私聊我发：由我在群里提问，不写名字",
        english="in private: I ask it in the group without your name",
        shelf="keep",
        writes=True,
        alone=True,
    ),
)
