"""`/ask` and `/open`: opening a question beside what was answered before; what waits."""

from __future__ import annotations

import sqlite3

import msgspec

from archive.access import Reader
from archive.codes import key_of
from archive.errors import ArchiveError, NotFound
from archive.masks import mask
from archive.messages import get_message
from archive.questions import Similar, open_question, open_questions, question_text, similar
from archive.views import MessageView
from bot.commands import question_anonymous, question_answers
from bot.commands.command import CODE, Answer, Asked, Command, Setting
from bot.commands.lines import gist, one_line, permalink, who
from bot.commands.target import find_target

SHOWN = 3
"""Look-alikes, or questions that wait, in one answer."""

_LOOKED_AT = 12
_PIECE = 40
_HOUR, _DAY = 3_600, 86_400


def _ask(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    view = _asked_about(db, asked, setting.reader)
    if isinstance(view, Answer):
        return view
    text = question_text(view.text or view.more)
    alike = _answered_before(db, asked, setting.reader, text, view.key)
    try:
        made = open_question(db, view.key, asked.by, event_key=asked.key)
    except NotFound:
        return _not_kept(asked)
    cited = [view.key]
    if made:
        head = asked.say(
            f"问题记下了 · {CODE}，回复它就是回答。不问了：/解决了 {CODE}",
            f"The question is open · {CODE}; a reply to it answers it. To close it: /solved {CODE}",
        )
        cited.append(view.key)
    else:
        head = asked.say(f"这条已经是问题了 · {CODE}", f"That is an open question already · {CODE}")
    lines = [head]
    if alike:
        lines.append(asked.say("以前问过差不多的：", "This was asked before:"))
    for one in alike:
        lines.append(alike_line(db, asked, setting.reader, one))
        cited += [one.answer_key or one.key]
    return Answer("\n".join(lines) + permalink(view, setting), tuple(cited))


def _asked_about(db: sqlite3.Connection, asked: Asked, reader: Reader) -> MessageView | Answer:
    """Find the message that is to be a question: the command itself, or the one replied to."""
    words = asked.words.strip()
    key = asked.message_key if words else None
    if words and (meant := _by_code(db, asked, words)) is not None:
        key = meant
    elif not words and (asked.reply_key or asked.quote_text):
        views = find_target(db, asked).views
        if len(views) != 1:
            return _not_kept(asked)
        key = views[0].key
    if not words and key is None:
        return Answer(
            asked.say(
                f"问什么？例如 /{asked.name} docker 怎么看日志；或者回复一条消息发 /{asked.name}。",
                f"Ask what? For example /{asked.name} how do I read docker logs; or reply to a"
                f" message with /{asked.name}.",
            )
        )
    try:
        view = get_message(db, reader, key or "")
    except NotFound:
        return _not_kept(asked)
    return view if view.group_key == asked.place and not view.recalled else _not_kept(asked)


def _by_code(db: sqlite3.Connection, asked: Asked, words: str) -> str | None:
    """Return the message of this group that the words are the short code of."""
    key = key_of(db, words)
    return key if key is not None and key.startswith(f"{asked.place}:") else None


def _not_kept(asked: Asked) -> Answer:
    return Answer(
        asked.say(
            "这句话没有存下来，所以不能当问题：可能在暂停存档，或者你不让存。",
            "That message was not archived, so it cannot be a question: archiving is paused here,"
            " or you asked not to be kept.",
        )
    )


def _answered_before(
    db: sqlite3.Connection, asked: Asked, reader: Reader, text: str, besides: str
) -> list[Similar]:
    """Return up to three look-alikes with an answer; none while the index is made anew."""
    try:
        found = similar(db, reader, text, asked.place, _LOOKED_AT, besides=besides)
    except ArchiveError:
        return []
    return [one for one in found if one.answer_key is not None][:SHOWN]


def alike_line(db: sqlite3.Connection, asked: Asked, reader: Reader, one: Similar) -> str:
    """Write a look-alike with its answer in a line that ends in the answer's code."""
    assert one.answer_key is not None
    view = get_message(db, reader, one.answer_key)
    answer = msgspec.structs.replace(view, text=question_text(view.text))
    said = gist(answer, asked, _PIECE)
    question = one_line(mask(one.question), _PIECE)
    return f"{question} → {who(view, asked)}{asked.say('：', ': ')}{said} · {CODE}"


def _open(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    places = [asked.place] if asked.place else sorted(setting.reader.group_keys)
    found = open_questions(db, setting.reader, places)
    if not found:
        return Answer(
            asked.say(
                "没有等回答的问题。要问就发 /问 加问题。",
                "No question waits for an answer. Ask one with /ask.",
            )
        )
    shown = found[:SHOWN]
    head = asked.say(
        f"{len(found)} 个问题等回答，等得最久的：" if len(found) > SHOWN else "等回答的问题：",
        f"{len(found)} questions wait; the oldest:" if len(found) > SHOWN else "Not answered yet:",
    )
    lines = [head]
    for view in shown:
        age = _age(max(0, asked.at - view.asked_at), asked)
        lines.append(f"{one_line(mask(view.text), _PIECE)}{age} · {CODE}")
    return Answer("\n".join(lines), tuple(view.key for view in shown))


def _age(seconds: int, asked: Asked) -> str:
    if seconds < _HOUR:
        return asked.say("（刚问的）", " (just asked)")
    if seconds < _DAY:
        hours = seconds // _HOUR
        return asked.say(f"（等了 {hours} 小时）", f" ({hours} h)")
    days = seconds // _DAY
    return asked.say(f"（等了 {days} 天）", f" ({days} d)")


COMMANDS = (
    Command(
        names=("ask", "问", "提问"),
        who="member",
        run=_ask,
        takes=("问题", "QUESTION"),
        chinese="提一个问题，先看看以前有没有答过；回复一条消息发就是问那一条",
        english="open a question, and see what was answered before; as a reply, that message",
        shelf="keep",
        writes=True,
        in_group=True,
    ),
    *question_anonymous.COMMANDS,
    *question_answers.COMMANDS,
    Command(
        names=("open", "待回答"),
        who="member",
        run=_open,
        chinese="还没有人回答的问题，最久的在前",
        english="questions nobody has answered, the oldest first",
    ),
)
