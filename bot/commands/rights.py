"""`/alias`, `/mydata`, `/publish`, `/report`: what people may ask of what is kept."""

from __future__ import annotations

import sqlite3

from archive import outbox
from archive.access import finder
from archive.codes import code_of
from archive.errors import ArchiveError
from archive.messages import get_message
from archive.reports import report, withdraw
from archive.rights import (
    LONGEST_ALIAS,
    alias_of,
    may_publish,
    message_count,
    publish,
    remove_alias,
    set_alias,
)
from archive.speakers import known_admins
from archive.text import normalise
from archive.views import MessageView
from bot.commands.archive import whom
from bot.commands.command import CODE, Answer, Asked, Command, Setting
from bot.commands.lines import gist, one_line, who

_REASON = 200
_ADMINS = 20
"""Admins told of a report at most."""
_AWAY = ("-", "off", "取消", "撤回", "不")
"""Words that take back what the same command did."""


def _is_away(words: str) -> bool:
    return normalise(words).strip() in _AWAY


def _unknown(asked: Asked) -> Answer | None:
    if asked.sender_key is not None and asked.sender_key != asked.group_key:
        return None
    return Answer(
        asked.say(
            "你现在是匿名的，我不知道你是谁。请换成自己的身份再发。",
            "You are anonymous here, so I cannot tell who you are. Please send it as yourself.",
        )
    )


def _alias(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    if unknown := _unknown(asked):
        return unknown
    assert asked.place is not None and asked.sender_key is not None
    if not asked.words.strip():
        return Answer(_alias_now(db, asked, asked.place, asked.sender_key))
    if _is_away(asked.words):
        if not remove_alias(db, asked.place, asked.sender_key, asked.by):
            return Answer(asked.say("你在这个群没有化名。", "You have no alias in this group."))
        return Answer(
            asked.say(
                f"化名去掉了，存档里又显示群里的名字。\n要再用：/{asked.name} 名字",
                f"The alias is gone; the archive shows your name again.\nAgain: /{asked.name} NAME",
            )
        )
    try:
        set_alias(db, asked.place, asked.sender_key, asked.words, asked.by)
    except ArchiveError:
        return Answer(
            asked.say(
                f"这个不能当化名：要 1 到 {LONGEST_ALIAS} 个字，也不能是群里别人的名字。",
                f"That cannot be your alias: 1 to {LONGEST_ALIAS} characters, and nobody else's"
                " name here.",
            )
        )
    name = one_line(asked.words, LONGEST_ALIAS)
    return Answer(
        asked.say(
            f"好，存档里这个群的你从现在起叫“{name}”，以前说的也是，搜索也按它。\n"
            f"别人话里写的你的名字不会改；管存档的人仍能知道是谁。\n要去掉：/{asked.name} -",
            f"In the archive of this group you are “{name}” from now on, in what you said before"
            " and in searches, too.\nYour name in others' words stays; whoever runs the archive can"
            f" still tell who it is.\nTo remove it: /{asked.name} -",
        )
    )


def _alias_now(db: sqlite3.Connection, asked: Asked, place: str, member_key: str) -> str:
    name = alias_of(db, place, member_key)
    if name is None:
        return asked.say(
            f"你在这个群没有化名。要用一个：/{asked.name} 名字",
            f"You have no alias in this group. To use one: /{asked.name} NAME",
        )
    return asked.say(
        f"你在这个群的化名是“{one_line(name)}”。要去掉：/{asked.name} -",
        f"Your alias in this group is “{one_line(name)}”. To remove it: /{asked.name} -",
    )


def _publish(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    if unknown := _unknown(asked):
        return unknown
    assert asked.sender_key is not None
    agrees = not _is_away(asked.words)
    changed = publish(db, asked.sender_key, agrees, asked.by)
    if not may_publish(db, asked.sender_key) and agrees:
        return Answer(
            asked.say(
                "你选了不存，所以没有什么可以公开。要恢复存档：/恢复存档",
                "You chose to stay out, so there is nothing to publish. Back: /optin",
            )
        )
    if agrees:
        text = asked.say(
            "好，你说的话收进精华后可以署名公开。" if changed else "你早就同意公开了。",
            "Your essence may be shown to everybody, with your name."
            if changed
            else "You have agreed to that already.",
        )
        back = asked.say(f"要收回：/{asked.name} -", f"To take it back: /{asked.name} -")
    else:
        text = asked.say(
            "好，不公开了，马上生效。" if changed else "你没有同意公开过。",
            "Not public any more, at once." if changed else "You had not agreed to that.",
        )
        back = asked.say(f"要同意：/{asked.name}", f"To agree: /{asked.name}")
    return Answer(f"{text}\n{back}")


def _my_data(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    if unknown := _unknown(asked):
        return unknown
    assert asked.sender_key is not None
    number, key = message_count(db, asked.sender_key), asked.sender_key
    return Answer(
        asked.say(
            f"存着你说的 {number} 条，还有你的名字、表情回应、收藏、提名、举报和登录。\n"
            f"要一份文件（ZIP）：{_copy(key, asked, setting)}\n"
            "要删掉：/删掉 或 /不要存我；要换个名字显示：/化名",
            f"{number} messages of yours are kept, with your names, reactions, saved messages,"
            f" nominations, reports and logins.\nFor a copy (ZIP), {_copy(key, asked, setting)}\n"
            "To erase: /forget or /optout; to be shown under another name: /alias",
        ),
        direct=True,
    )


def _copy(member_key: str, asked: Asked, setting: Setting) -> str:
    """Say how a person gets a copy: on the site, or where there is none by the operator."""
    if setting.base_url:
        page = f"{setting.base_url}/me"
        return asked.say(f"发 /登录 进网站，在 {page} 下载", f"send /login and take it at {page}")
    who_runs_it = whom(setting, asked)
    return asked.say(
        f"请{who_runs_it}运行 chendian mydata {member_key}",
        f"ask {who_runs_it} to run: chendian mydata {member_key}",
    )


def _report(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    if unknown := _unknown(asked):
        return unknown
    assert asked.reply_key is not None
    view = get_message(db, finder(), asked.reply_key)
    if _is_away(asked.words):
        gone = withdraw(db, view.key, asked.by)
        return Answer(
            asked.say("举报撤回了。", "The report is withdrawn.")
            if gone
            else asked.say("你没有举报过这条。", "You have not reported that."),
            direct=True,
        )
    reason = one_line(asked.words, _REASON)
    if not report(db, view.key, asked.by, reason):
        return Answer(
            asked.say(
                f"这条你举报过了 · {CODE}。要撤回：/{asked.name} {CODE} -",
                f"You have reported that · {CODE}. To withdraw it: /{asked.name} {CODE} -",
            ),
            (view.key, view.key),
            direct=True,
        )
    told = _tell_admins(db, view, reason, asked, setting)
    return Answer(
        asked.say(
            ("已经告诉群主和管理员" if told else f"记下了，会由{whom(setting, asked)}来看")
            + f" · {CODE}，不会说是谁举报的。\n要撤回：/{asked.name} {CODE} -",
            ("The owner and admins are told" if told else f"It is noted for {whom(setting, asked)}")
            + f" · {CODE}, not by whom.\nTo withdraw it: /{asked.name} {CODE} -",
        ),
        (view.key, view.key),
        direct=True,
    )


def _tell_admins(
    db: sqlite3.Connection, view: MessageView, reason: str, asked: Asked, setting: Setting
) -> bool:
    """Write to the group's admins one by one; False where nobody is known."""
    told = known_admins(db, view.group_key, setting.own_names)
    known = {*told, *setting.admins.get(view.group_key, ())}
    code = code_of(db, view.key)
    why = asked.say("\n理由：", "\nWhy: ") + reason if reason else ""
    text = asked.say(
        f"有群友举报“{one_line(view.group_title)}”的一条：{who(view, asked)}："
        f"{gist(view, asked)} · {code}{why}\n看：/出处 {code}　删：/删掉 {code}",
        f"A member reports a message in “{one_line(view.group_title)}”: {who(view, asked)}:"
        f" {gist(view, asked)} · {code}{why}\nSee: /link {code}  Erase: /forget {code}",
    )
    mine = sorted(key for key in known if key.startswith(f"{asked.platform}:"))[:_ADMINS]
    for admin in mine:
        outbox.put(
            db,
            outbox.Draft(
                asked.account,
                text,
                member_key=admin,
                purpose="report",
                unique=f"{asked.key}:report:{admin}",
            ),
        )
    return bool(mine)


COMMANDS: tuple[Command, ...] = (
    Command(
        names=("alias", "化名"),
        who="member",
        run=_alias,
        takes=("名", "NAME"),
        chinese="在存档里换一个名字显示；- 去掉",
        english="be shown under another name in the archive; - removes it",
        shelf="mine",
        writes=True,
        in_group=True,
    ),
    Command(
        names=("publish", "可以公开"),
        who="all",
        run=_publish,
        takes=("或 -", "or -"),
        chinese="我说的收进精华后可以公开；- 收回",
        english="my essence may be shown to everybody; - takes it back",
        shelf="mine",
        needs_consent=False,
        writes=True,
    ),
    Command(
        names=("mydata", "我的数据"),
        who="all",
        run=_my_data,
        chinese="存了我多少，怎样拿到一份",
        english="how much of mine is kept, and how to get a copy",
        shelf="mine",
        needs_consent=False,
    ),
    Command(
        names=("report", "举报"),
        who="member",
        run=_report,
        takes=("[理由]", "[WHY]"),
        chinese="请群主和管理员看一条消息",
        english="ask the admins to look at a message",
        shelf="mine",
        writes=True,
        about_message=True,
    ),
)
