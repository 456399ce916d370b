"""`/essence` and `/unessence`: marking what is worth keeping, or proposing it."""

from __future__ import annotations

import sqlite3

from archive.access import finder
from archive.errors import NotFound
from archive.essence import mark, unmark
from archive.messages import get_message
from archive.nominations import nominate
from archive.views import MessageView
from bot.commands.command import CODE, Answer, Asked, Command, Setting
from bot.commands.lines import gist, one_line, permalink, who
from bot.commands.tags import split_tags

_REASON = 200
_TITLE = 24


def _essence(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    assert asked.reply_key is not None
    view = get_message(db, finder(), asked.reply_key)
    if view.recalled:
        return Answer(
            asked.say(
                "这条消息已经被撤回，没有内容可以留了。",
                "That message was taken back; there is nothing of it to keep.",
            )
        )
    tags, reason, wrong = split_tags(asked.words)
    if wrong:
        return Answer(wrong_tag(asked, wrong))
    reason = reason[:_REASON]
    if not asked.is_admin:
        return _nominate(db, view, reason, asked)
    again = view.essence is not None
    mark(db, [view.key], by=asked.by, reason=reason, tags=tags, at=asked.at)
    if again and not (tags or reason):
        text = asked.say(
            f"这条早就是精华了 · {CODE}。要取消：/取消精华 {CODE}",
            f"That is essence already · {CODE}. To take it back: /unessence {CODE}",
        )
        return Answer(text, (view.key, view.key))
    return Answer(
        _thanks(view, again, tags, asked) + permalink(view, setting),
        (view.key, view.key),
        native=native(view, True),
    )


def _thanks(view: MessageView, again: bool, tags: tuple[str, ...], asked: Asked) -> str:
    title = gist(view, asked, _TITLE)
    labels = "".join(f" #{one_line(tag)}" for tag in tags)
    if again:
        first = asked.say(
            f"精华“{title}”改好了{labels} · {CODE}", f"Changed: “{title}”{labels} · {CODE}"
        )
    elif view.sender and view.sender_key != asked.sender_key:
        name = who(view, asked)
        first = asked.say(
            f"收进精华：“{title}”{labels} · {CODE}\n谢谢 {name}。",
            f"Kept as essence: “{title}”{labels} · {CODE}\nThank you, {name}.",
        )
    else:
        first = asked.say(
            f"收进精华：“{title}”{labels} · {CODE}", f"Kept as essence: “{title}”{labels} · {CODE}"
        )
    return first + asked.say(f"\n要取消：/取消精华 {CODE}", f"\nTo take it back: /unessence {CODE}")


def _nominate(db: sqlite3.Connection, view: MessageView, reason: str, asked: Asked) -> Answer:
    if view.essence is not None:
        return Answer(
            asked.say(f"这条已经是精华了 · {CODE}", f"That is essence already · {CODE}"),
            (view.key,),
        )
    number = nominate(db, view.key, asked.by, reason)
    title = gist(view, asked, _TITLE)
    return Answer(
        asked.say(
            f"提名了：“{title}” · {CODE}，到现在 {number} 人。\n"
            f"群主或管理员发 /精华 {CODE} 才算收下，不发就什么都不变。",
            f"Nominated: “{title}” · {CODE}, by {number} so far.\n"
            f"It is kept once the owner or an admin sends /essence {CODE}; until then nothing"
            " changes.",
        ),
        (view.key, view.key),
    )


def _unessence(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    assert asked.reply_key is not None
    view = get_message(db, finder(), asked.reply_key)
    try:
        unmark(db, view.key, by=asked.by, at=asked.at)
    except NotFound:
        return Answer(
            asked.say(f"这条不是精华 · {CODE}", f"That is not essence · {CODE}"), (view.key,)
        )
    title = gist(view, asked, _TITLE)
    return Answer(
        asked.say(
            f"不再是精华：“{title}”，消息还在。\n要恢复：/精华 {CODE}",
            f"No longer essence: “{title}”. The message stays.\nTo mark it again: /essence {CODE}",
        ),
        (view.key,),
        native=native(view, False),
    )


def native(view: MessageView, marked: bool) -> tuple[str, bool] | None:
    """Return the platform's id, unless the message came from a source without ids."""
    platform_id = view.key[len(view.group_key) + 1 :]
    return None if platform_id.startswith("~") else (platform_id, marked)


def wrong_tag(asked: Asked, name: str) -> str:
    """Say what a tag looks like."""
    shown = one_line(name, 20)
    return asked.say(
        f"“{shown}”不能当标签：标签是一个词，不超过 64 个字。",
        f"“{shown}” is no tag: a tag is one word of up to 64 characters.",
    )


COMMANDS = (
    Command(
        names=("essence", "精华", "加精"),
        who="member",
        run=_essence,
        takes=("[#标签] [理由]", "[#TAG] [WHY]"),
        chinese="收进精华并谢谢作者；群友发就是提名",
        english="keep a message as essence and thank its author; from members, a nomination",
        shelf="keep",
        writes=True,
        about_message=True,
    ),
    Command(
        names=("unessence", "取消精华"),
        who="admin",
        run=_unessence,
        chinese="取消精华，消息还在",
        english="take the mark away; the message stays",
        shelf="run",
        writes=True,
        about_message=True,
    ),
)
