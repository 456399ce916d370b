"""`/privacy`, `/optout`, `/optin` and `/forget`: what is kept of a person, and how it goes."""

from __future__ import annotations

import sqlite3

from archive.access import finder
from archive.consent import member_keys, opt_in, opt_out, standing
from archive.forget import forget
from archive.messages import newest
from archive.text import normalise
from archive.views import MessageView
from bot.commands.archive import raw_data, state, whom
from bot.commands.command import Answer, Asked, Command, Setting
from bot.commands.lines import address
from bot.commands.periods import DAY, period, spoken

MOST = 500
"""Messages erased by one command."""

_LOOKED_AT = (200, 1_000, 5_000)
_ALL = ("全部", "所有", "所有人", "all", "everyone")


def _privacy(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    left = asked.sender_key is not None and asked.sender_key in standing(db).opted_out
    raw, lines = raw_data(setting, asked), []
    if asked.place is not None:
        lines.append(state(db, asked, setting))
    lines += [
        asked.say(
            f"开启存档的群里，存消息、图片和文件、引用、表情回应、群名片；{raw}。",
            f"Of archived groups, messages, files, quotes, reactions and names are kept; {raw}.",
        ),
        asked.say(
            "你选了不存：你说的、别人引用你的都不存。要恢复：/恢复存档"
            if left
            else "你说的也在内。不想被存：/不要存我；只是某一句：开头写 [不存]",
            "You chose to stay out: neither your words nor quotes of them are kept. Back: /optin"
            if left
            else "So are yours. To stay out: /optout; for one message: begin it with [不存]",
        ),
        asked.say(
            "删说过的：回复它发 /删掉，或 /删掉 30m 删自己最近半小时说的。",
            "To erase: reply /forget, or /forget 30m for all you said in the last half hour.",
        ),
        asked.say(f"管存档的是{whom(setting, asked)}。", f"Run by {whom(setting, asked)}."),
    ]
    return Answer("\n".join(lines) + address(setting, "/about"))


def _opt_out(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    if asked.sender_key is None or asked.sender_key == asked.group_key:
        return Answer(_unknown(asked))
    if not opt_out(db, asked.sender_key, asked.by):
        return Answer(
            asked.say(
                "你已经选了不存。要恢复：/恢复存档", "You have chosen that already. Back: /optin"
            )
        )
    return Answer(
        asked.say(
            "好，从现在起不存你说的，也不存别人引用你的，在哪个群都一样。\n"
            "以前存的也会删掉，删了找不回来；聊天里的原话还在，要自己撤回。\n"
            "命令照样能用。改主意了：/恢复存档",
            "From now on nothing you say is kept, nor what others quote of it, in any group.\n"
            "What was kept before is erased too, for good; in the chat itself it stays until you"
            " delete it there.\n"
            "You can use the commands as before. If you change your mind: /optin",
        ),
        consent_changed=True,
        leaving=asked.sender_key,
    )


def _opt_in(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    if asked.sender_key is None or asked.sender_key == asked.group_key:
        return Answer(_unknown(asked))
    if not opt_in(db, asked.sender_key, asked.by):
        return Answer(
            asked.say(
                "你说的本来就会存。不想被存：/不要存我",
                "Your words are kept as it is. To stay out: /optout",
            )
        )
    return Answer(
        asked.say(
            "好，从现在起又会存你在开启存档的群里说的；之前删掉的不会回来。\n要退出：/不要存我",
            "From now on your words are kept again in groups that are archived; what was erased"
            " stays so.\nTo stay out: /optout",
        ),
        consent_changed=True,
    )


def _unknown(asked: Asked) -> str:
    return asked.say(
        "你现在是匿名的，我不知道你是谁。请换成自己的身份再发。",
        "You are anonymous here, so I cannot tell who you are. Please send it as yourself.",
    )


def _forget(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    if asked.reply_key is not None:
        keys = [asked.reply_key]
    else:
        views = _meant(db, asked)
        if isinstance(views, str):
            return Answer(views)
        keys = [view.key for view in views]
    done = forget(db, keys, asked.by)
    number = done.messages
    return Answer(
        asked.say(
            f"从存档里删掉了 {number} 条：文字、图片、引用、精华和搜索里都没有了，不能撤销。\n"
            "聊天里的原话还在，要自己撤回。",
            f"Erased {number} {'message' if number == 1 else 'messages'} from the archive: words,"
            " files, quotes, essence and search. This cannot be undone.\n"
            "In the chat itself it stays until it is deleted there.",
        ),
        forgotten=done,
    )


def _found(db: sqlite3.Connection, asked: Asked, setting: Setting) -> tuple[str, ...]:
    """Return the platform ids of what `_forget` will erase."""
    assert asked.place is not None
    if asked.reply_key is not None:
        return (asked.reply_key[len(asked.place) + 1 :],)
    views = _meant(db, asked)
    if isinstance(views, str):
        return ()
    return tuple(view.key[len(view.group_key) + 1 :] for view in views)


def _meant(db: sqlite3.Connection, asked: Asked) -> list[MessageView] | str:
    """Return the messages of `30m`, or what to say instead."""
    first, *rest = normalise(asked.words).split() or [""]
    seconds = period(first)
    everyone = bool(rest) and rest[0] in _ALL
    if seconds is None or seconds > DAY or (rest and not everyone):
        return asked.say(
            f"删哪一条？回复它发 /{asked.name}，或写它的短码。\n"
            f"/{asked.name} 30m 删自己最近半小时说的，最长一天。\n"
            f"管理员要删所有人的：/{asked.name} 30m 全部",
            f"Which one? Reply to it with /{asked.name}, or /{asked.name} 30m erases all you said"
            f" in the last half hour, at most a day.\nAdmins, for everybody's: /{asked.name} 30m"
            " all",
        )
    if everyone and not asked.is_admin:
        return asked.say(
            "所有人的要群主或管理员来删。", "Only the owner and admins can erase everybody's."
        )
    assert asked.place is not None
    found = _said_since(db, asked.place, asked.at - seconds)
    if not everyone:
        mine = member_keys(db, asked.sender_key) if asked.sender_key else []
        found = [view for view in found if view.sender_key in mine]
    found = [view for view in found if view.key != asked.message_key]
    if not found:
        length = spoken(seconds, asked.chinese)
        return asked.say(
            f"最近 {length}里没有可删的。", f"In the last {length} nothing was kept to be erased."
        )
    if len(found) > MOST:
        return asked.say(
            f"有 {len(found)} 条，一次最多删 {MOST} 条，先没有动。请把时间写短一点。",
            f"That is {len(found)} messages; at most {MOST} go at once, so nothing was done yet."
            " Please give a shorter time.",
        )
    return found


def _said_since(db: sqlite3.Connection, place: str, since: int) -> list[MessageView]:
    found: list[MessageView] = []
    for limit in _LOOKED_AT:
        found = newest(db, finder(), place, limit)
        if len(found) < limit or found[-1].sent_at < since:
            break
    return [view for view in found if view.sent_at >= since]


COMMANDS = (
    Command(
        names=("privacy", "隐私"),
        who="all",
        run=_privacy,
        chinese="存了什么、谁能看、怎么不被存",
        english="what is kept, who reads it, how to stay out",
        shelf="mine",
        needs_consent=False,
    ),
    Command(
        names=("optout", "不要存我"),
        who="all",
        run=_opt_out,
        chinese="从现在起不存我说的，以前存的删掉",
        english="keep nothing I say from now on, and erase what was kept",
        shelf="mine",
        needs_consent=False,
        writes=True,
        urgent=True,
    ),
    Command(
        names=("optin", "恢复存档"),
        who="all",
        run=_opt_in,
        chinese="又可以存我说的了",
        english="my words may be kept again",
        shelf="mine",
        needs_consent=False,
        writes=True,
    ),
    Command(
        names=("forget", "删掉"),
        who="author",
        run=_forget,
        erases=_found,
        takes=("或 30m", "or 30m"),
        chinese="从存档里删掉一条，或自己最近说的；不能撤销",
        english="erase a message, or what you said lately, from the archive; for good",
        shelf="mine",
        needs_consent=False,
        writes=True,
        about_message=True,
        optional_message=True,
    ),
)
