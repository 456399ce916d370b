"""`/file`, `/links`, `/save`, `/saved`: finding again, and keeping for oneself."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from archive.consent import standing
from archive.errors import BadQuery
from archive.finding import find_files, find_links, narrowed
from archive.masks import mask
from archive.messages import get_message
from archive.saved import MOST, save, saved, unsave
from archive.views import MessageView, Results
from bot.commands import gathering
from bot.commands.command import CODE, Answer, Asked, Command, Setting
from bot.commands.gathering import TAKE_BACK
from bot.commands.lines import address, gist, one_line, row
from bot.commands.parsing import names_command

SHOWN = 3
"""Files, links or saved messages in one answer."""

_LOOKED_AT = 24
_NAME = 40
_URL = 70


def _file(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    try:
        found, results = find_files(
            db, setting.reader, asked.words, asked.place, limit=_LOOKED_AT, now=asked.at,
            time_zone=setting.time_zone,
        )  # fmt: skip
    except BadQuery as error:
        return Answer(one_line(f"{error.what} {error.hint}", 200))
    shown = [
        (file.message, _named(file.name, file.size, file.missing, asked)) for file in found[:SHOWN]
    ]
    none = asked.say("没有找到这样的文件。", "There is no such file.")
    return _list(shown, results, "has:file", none, asked, setting)


def _named(name: str, size: int | None, missing: str | None, asked: Asked) -> str:
    said = one_line(mask(name), _NAME) or asked.say("没有名字的文件", "a file without a name")
    if missing is not None:
        return said + asked.say("（没存到）", " (not kept)")
    return f"{said} {_bytes(size)}".rstrip() if size is not None else said


def _bytes(size: int) -> str:
    for unit, name in ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size} B"


def _links(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    try:
        found, results = find_links(
            db, setting.reader, asked.words, asked.place, limit=_LOOKED_AT, now=asked.at,
            time_zone=setting.time_zone,
        )  # fmt: skip
    except BadQuery as error:
        return Answer(one_line(f"{error.what} {error.hint}", 200))
    others = [link for link in found if not names_command(link.message.text)]
    shown = [(link.message, one_line(mask(link.url), _URL)) for link in others[:SHOWN]]
    none = asked.say("没有找到这样的链接。", "There is no such link.")
    return _list(shown, results, "has:link", none, asked, setting)


def _list(
    shown: Sequence[tuple[MessageView, str]],
    results: Results,
    wanted: str,
    none: str,
    asked: Asked,
    setting: Setting,
) -> Answer:
    if not shown:
        return Answer(none)
    number = f"{results.count:,}{'' if results.exact else '+'}"
    head = asked.say(f"{number} 条消息里有，最近的：", f"In {number} messages, the newest:")
    lines = [head, *(row(view, asked, piece) for view, piece in shown)]
    query = narrowed(asked.words, wanted, asked.place)
    return Answer(
        "\n".join(lines) + address(setting, "/search", q=query),
        tuple(view.key for view, _ in shown),
    )


def _save(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    assert asked.reply_key is not None
    view = get_message(db, setting.reader, asked.reply_key)
    if setting.reader.member_key is None or asked.sender_key == asked.group_key:
        return Answer(asked.say("匿名的人没有收藏夹。", "Who is anonymous cannot save."))
    if asked.words.strip() in TAKE_BACK:
        unsave(db, setting.reader, view.key)
        text = asked.say(
            f"不再收藏了。要收回来：/收藏 {CODE}",
            f"No longer saved. To save it again: /save {CODE}",
        )
        return Answer(text, (view.key,), direct=True)
    if setting.reader.member_key in standing(db).opted_out:
        return Answer(
            asked.say(
                "你说过不要存你，收藏也算；要收藏先发 /恢复存档。",
                "You asked that nothing of you be kept, what you save included. Send /optin first.",
            ),
            direct=True,
        )
    if view.recalled:
        return Answer(
            asked.say("这条消息已经被撤回。", "That message was taken back."), direct=True
        )
    if not save(db, setting.reader, view.key, asked.at):
        return Answer(
            asked.say(
                f"早就收藏了（最多 {MOST} 条）· {CODE}",
                f"That was saved before (up to {MOST} are) · {CODE}",
            ),
            (view.key,),
            direct=True,
        )
    said = gist(view, asked, 24)
    text = asked.say(
        f"收藏了：“{said}” · {CODE}，只有你看得到。\n看收藏：/我的收藏。要取消：/收藏 {CODE} -",
        f"Saved: “{said}” · {CODE}; only you see it.\n"
        f"To see all: /saved. To take it back: /save {CODE} -",
    )
    return Answer(text, (view.key, view.key), direct=True)


def _saved(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    page = int(asked.words) if asked.words.isdecimal() and len(asked.words) < 5 else 1
    skip = (max(1, page) - 1) * SHOWN
    views = saved(db, setting.reader, SHOWN + 1, skip)
    if not views:
        text = asked.say(
            "没有收藏，或者都看完了。收藏一条：回复它发 /收藏。",
            "Nothing is saved, or that was all. To save a message, reply to it with /save.",
        )
        return Answer(text, direct=True)
    shown = views[:SHOWN]
    head = asked.say("你的收藏，最近的在前：", "What you saved, newest first:")
    if len(views) > SHOWN:
        head = asked.say(
            f"你的收藏（往后：/我的收藏 {page + 1}）：",
            f"What you saved (more: /saved {page + 1}):",
        )
    lines = [head, *(row(view, asked) for view in shown)]
    return Answer("\n".join(lines), tuple(view.key for view in shown), direct=True)


COMMANDS: tuple[Command, ...] = (
    Command(
        names=("file", "文件"),
        who="member",
        run=_file,
        takes=("词", "WORDS"),
        chinese="按名字找群里的文件",
        english="find files by name",
    ),
    Command(
        names=("links", "链接"),
        who="member",
        run=_links,
        takes=("词", "WORDS"),
        chinese="找群里发过的链接",
        english="find links by word",
    ),
    Command(
        names=("save", "收藏"),
        who="member",
        run=_save,
        chinese="给自己收藏一条，别人看不到",
        english="keep a message for yourself; nobody else sees it",
        shelf="mine",
        writes=True,
        about_message=True,
    ),
    Command(
        names=("saved", "我的收藏"),
        who="member",
        run=_saved,
        takes=("[2]", "[2]"),
        chinese="自己的收藏，单独发给你",
        english="what you saved, sent to you alone",
        shelf="mine",
    ),
    *gathering.COMMANDS,
)
