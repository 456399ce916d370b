"""`/thread` and `/column`: a page made of a run of messages, and essence put in an order."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from archive.codes import key_of
from archive.columns import MAX_TITLE, add, list_columns, take_out
from archive.errors import ArchiveError, NotFound
from archive.groups import get_group
from archive.messages import get_message
from archive.text import normalise
from archive.threads import (
    MAX_RUN,
    dissolve,
    gather,
    run_during,
    run_from,
    run_latest,
    thread_of,
)
from archive.views import MessageView
from bot.commands import refusals
from bot.commands.command import CODE, Answer, Asked, Command, Setting
from bot.commands.essence import native
from bot.commands.lines import address, gist, one_line, permalink
from bot.commands.parsing import names_command
from bot.commands.target import looks_like_code

TAKE_BACK = ("-", "－", "取消", "解散", "undo")
"""Words that take back what a command did."""

_TITLE = 60
_SHOWN = 24
_PEOPLE = 3
_LISTED = 4
_LATEST = re.compile(r"(?:最近|last)\s*(\d{1,4})\s*条?(?:\s+|$)(.*)", re.DOTALL | re.IGNORECASE)
_CLOCK = r"(\d{1,2})\s*[:：]\s*(\d{2})"
_DURING = re.compile(
    r"(?:(今天|昨天|前天|today|yesterday|\d{4}-\d{1,2}-\d{1,2})\s*)?"
    rf"{_CLOCK}\s*(?:[-－–—~～到至]|to)\s*{_CLOCK}(?:\s+|$)(.*)",
    re.DOTALL | re.IGNORECASE,
)
_DAYS_AGO = {"今天": 0, "today": 0, "昨天": 1, "yesterday": 1, "前天": 2}

Run = tuple[list[MessageView], str]
"""The messages meant and the title after them."""


def _thread(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    if asked.place is None:
        return refusals.in_a_group(asked)
    if asked.reply_key is not None and asked.words.strip() in TAKE_BACK:
        return _dissolve(db, asked, setting)
    try:
        found = _run(db, asked, setting)
    except NotFound:
        return refusals.not_there(asked)
    except ArchiveError:
        return Answer(
            asked.say(
                f"太长了：一个帖子最多 {MAX_RUN} 条消息。选晚一点的第一条，或者短一点的时间。",
                f"That is too long: a thread has at most {MAX_RUN} messages. Choose a later first"
                " message or a shorter time.",
            )
        )
    if found is None or not found[1].strip():
        return _how_to_gather(asked)
    messages = [view for view in found[0] if not names_command(view.text)]
    if not messages:
        return Answer(asked.say("那段时间里没有消息。", "Nothing was said then."))
    title = " ".join(found[1].split())[:_TITLE]
    gather(db, title, messages, by=asked.by, at=asked.at)
    return _gathered(title, messages, asked, setting)


def _run(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Run | None:
    """Find the messages meant; None where the words do not say."""
    assert asked.place is not None
    if asked.reply_key is not None:
        first, *rest = asked.words.split(maxsplit=1) or [""]
        until = key_of(db, first) if looks_like_code(first) else None
        # a code from elsewhere is a word like one that does not exist
        if until is not None and not until.startswith(f"{asked.place}:"):
            until = None
        title = "".join(rest) if until else asked.words
        return run_from(db, setting.reader, asked.reply_key, until, asked.at), title
    if found := _LATEST.match(asked.words):
        number = int(found[1])
        # commands among them are left out afterwards
        views = run_latest(
            db, setting.reader, asked.place, min(2 * number + 20, 2 * MAX_RUN), asked.at
        )
        said = [view for view in views if not names_command(view.text)]
        return (said[-min(number, MAX_RUN) :] if number else []), found[2]
    if found := _DURING.match(asked.words):
        span = _span(found, asked, get_group(db, setting.reader, asked.place).time_zone)
        if span is not None:
            return run_during(db, setting.reader, asked.place, *span), found[6]
    return None


def _span(found: re.Match[str], asked: Asked, zone: str) -> tuple[int, int] | None:
    """Return the Unix times of `昨天 19:30-21:00` where the group is; None: there is no such."""
    here = ZoneInfo(zone)
    now = datetime.fromtimestamp(asked.at, here)
    named = (found[1] or "").lower()
    try:
        day = (
            now.date() - timedelta(days=_DAYS_AGO.get(named, 0))
            if not named or named in _DAYS_AGO
            else date(*map(int, named.split("-")))
        )
        begin = datetime.combine(day, time(int(found[2]), int(found[3])), here)
        end = datetime.combine(day, time(int(found[4]), int(found[5])), here)
        if not named and begin > now:
            begin, end = begin - timedelta(days=1), end - timedelta(days=1)
        if end <= begin:
            end += timedelta(days=1)
        return int(begin.timestamp()), int(end.timestamp()) + 60
    except (ValueError, OverflowError):
        return None


def _gathered(
    title: str, messages: Sequence[MessageView], asked: Asked, setting: Setting
) -> Answer:
    first = messages[0]
    names = list(dict.fromkeys(one_line(view.sender, 12) for view in messages if view.sender))
    people = asked.say("、", ", ").join(names[:_PEOPLE])
    if len(names) > _PEOPLE:
        people += asked.say(f" 等 {len(names)} 人", f" and {len(names) - _PEOPLE} more")
    shown, number = one_line(title, _SHOWN), len(messages)
    return Answer(
        asked.say(
            f"归拢成帖：“{shown}”，{number} 条，{people} · {CODE}\n要取消：/归拢 {CODE} -",
            f"Gathered: “{shown}”, {number} messages, {people} · {CODE}\n"
            f"To take it back: /thread {CODE} -",
        )
        + permalink(first, setting),
        (first.key, first.key),
    )


def _dissolve(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    assert asked.reply_key is not None
    view = get_message(db, setting.reader, asked.reply_key)
    try:
        dissolve(db, thread_of(db, setting.reader, view.key), asked.by)
    except NotFound:
        return Answer(
            asked.say(f"这条不在帖子里 · {CODE}", f"That is in no thread · {CODE}"), (view.key,)
        )
    return Answer(
        asked.say(
            f"帖子解散了，消息都还在。要再做一个：/归拢 {CODE} 标题",
            f"The thread is gone; its messages stay. To make it again: /thread {CODE} TITLE",
        ),
        (view.key,),
    )


def _how_to_gather(asked: Asked) -> Answer:
    return Answer(
        asked.say(
            "回复第一条消息发 /归拢 标题，就到现在为止；写上最后一条的短码，就到那一条："
            "/归拢 K7Q2MD 标题。\n"
            "也可以：/归拢 最近 30 标题，/归拢 19:30-21:00 标题，/归拢 昨天 19:30-21:00 标题。",
            "Reply to the first message with /thread TITLE: up to now; with the last one's code, up"
            " to that: /thread K7Q2MD TITLE.\n"
            "Or: /thread last 30 TITLE, /thread 19:30-21:00 TITLE, /thread yesterday 19:30-21:00"
            " TITLE.",
        )
    )


def _column(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    if asked.place is None:
        return refusals.in_a_group(asked)
    if asked.reply_key is None:
        return _columns(db, asked, setting)
    view = get_message(db, setting.reader, asked.reply_key)
    if view.recalled:
        return Answer(asked.say("这条消息已经被撤回。", "That message was taken back."))
    head, *rest = asked.words.split(maxsplit=1) or [""]
    if head in TAKE_BACK:
        return _take_out(db, view, "".join(rest), asked)
    title, _, about = asked.words.replace("｜", "|").partition("|")
    title = " ".join(title.split())
    if not normalise(title) or len(title) > MAX_TITLE:
        return Answer(
            asked.say(
                f"写上专栏的名称，最多 {MAX_TITLE} 个字，例如 /专栏 新手必读；"
                "后面可以加 | 和一句备注。",
                f"Name the column with up to {MAX_TITLE} characters, as in /column basics; a note"
                " may follow after |.",
            )
        )
    column, marked = add(db, title, view.key, by=asked.by, about=about.strip()[:200], at=asked.at)
    shown, said = one_line(column.title, _SHOWN), gist(view, asked, _SHOWN)
    text = asked.say(
        f"“{said}”收进专栏「{shown}」，共 {column.essences} 篇 · {CODE}\n"
        f"要取消：/专栏 {CODE} - {shown}",
        f"“{said}” is now in the column “{shown}”, which has {column.essences} · {CODE}\n"
        f"To take it out: /column {CODE} - {shown}",
    )
    if marked:
        text += asked.say(
            f"\n它同时成了精华；要取消：/取消精华 {CODE}",
            f"\nIt became essence too; to take that back: /unessence {CODE}",
        )
    cited = (view.key,) * (3 if marked else 2)
    return Answer(text, cited, native=native(view, True) if marked else None)


def _take_out(db: sqlite3.Connection, view: MessageView, title: str, asked: Asked) -> Answer:
    left = take_out(db, view.key, asked.by, title)
    if not left:
        return Answer(
            asked.say(f"这条不在那个专栏里 · {CODE}", f"That is not in the column · {CODE}"),
            (view.key,),
        )
    names = asked.say("、", ", ").join(one_line(name, _SHOWN) for name in left[:_LISTED])
    return Answer(
        asked.say(
            f"从专栏「{names}」里拿出来了，还是精华 · {CODE}\n要放回去：/专栏 {CODE} 名称",
            f"Taken out of “{names}”; it is still essence · {CODE}\n"
            f"To put it back: /column {CODE} NAME",
        ),
        (view.key, view.key),
    )


def _columns(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    found = list_columns(db, setting.reader, asked.place)
    how = asked.say("收一篇：回复它发 /专栏 名称。", "To add one: reply to it with /column NAME.")
    if not found:
        return Answer(asked.say(f"还没有专栏。{how}", f"No columns yet. {how}"))
    names = asked.say("、", ", ").join(
        f"{one_line(view.title, _SHOWN)} {view.essences}" for view in found[: 2 * _LISTED]
    )
    head = asked.say(f"专栏 {len(found)} 个：{names}", f"Columns, {len(found)}: {names}")
    return Answer(f"{head}\n{how}{address(setting, '/essence', group=asked.place or '')}")


COMMANDS = (
    Command(
        names=("thread", "归拢", "整理成帖"),
        who="admin",
        run=_thread,
        takes=("标题", "TITLE"),
        chinese="把一段消息归拢成帖：从回复的那条到现在，或 最近 30，或 19:30-21:00",
        english="gather messages under a title: from the one replied to, last 30, or 19:30-21:00",
        shelf="run",
        writes=True,
        about_message=True,
        optional_message=True,
    ),
    Command(
        names=("column", "专栏", "收录"),
        who="admin",
        run=_column,
        takes=("名称", "NAME"),
        chinese="把一条精华收进专栏；不回复就列出专栏",
        english="put essence into a column; without a message, list the columns",
        shelf="run",
        writes=True,
        about_message=True,
        optional_message=True,
    ),
)
