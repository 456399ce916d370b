"""`/help` and `/start`: what this person can do here."""

from __future__ import annotations

import sqlite3

from archive.consent import standing
from archive.text import normalise
from bot.commands.command import Answer, Asked, Command, Run, Setting, Shelf, Who, usage
from bot.commands.lines import address, one_line
from bot.commands.people import newcomers_pack

_SHELVES: tuple[tuple[Shelf, str, str], ...] = (
    ("find", "找", "Find"),
    ("keep", "留", "Keep"),
    ("mine", "自己的话", "Your own words"),
    ("run", "管理", "Run it"),
)
_WHO: dict[Who, tuple[str, str]] = {
    "all": ("谁都能用", "everybody"),
    "member": ("群友都能用", "members of the group"),
    "admin": ("群主和管理员能用", "the group's owner and admins"),
    "author": ("说这句话的人能用，群主和管理员也能", "the message's author, the owner and admins"),
}


def commands(others: tuple[Command, ...]) -> tuple[Command, ...]:
    """Make the commands that tell of the others."""
    return (
        Command(
            names=("help", "帮助"),
            who="all",
            run=_help_on(others),
            chinese="在这里能做什么",
            english="what you can do here",
            needs_consent=False,
            wants_role=True,
        ),
        Command(
            names=("start", "新人"),
            who="all",
            run=_start,
            chinese="这是什么，从哪里开始",
            english="what this is, and where to begin",
            needs_consent=False,
            knows_groups=True,
        ),
    )


def _help_on(others: tuple[Command, ...]) -> Run:
    def run(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
        wanted = normalise(asked.words.strip().lstrip("/／"))
        for command in others:
            if wanted in map(normalise, command.names):
                return Answer(_one(command, asked))
        if asked.place is not None and not standing(db).keeps(asked.place):
            return Answer(_not_archived(asked))
        return Answer(_all(others, asked, wanted) + address(setting, "/"))

    return run


def _one(command: Command, asked: Asked) -> str:
    names = asked.say("、", ", ").join(f"/{name}" for name in command.names)
    about = command.chinese if asked.chinese else command.english
    lines = [
        f"{usage(command, asked.chinese)}{asked.say('：', ': ')}{about}",
        asked.say(f"叫法：{names}", f"Names: {names}"),
        asked.say(f"{_WHO[command.who][0]}。", f"Who: {_WHO[command.who][1]}."),
    ]
    if command.about_message:
        lines.append(
            asked.say(
                "（回复）就是回复一条消息再发；写它的短码也行。",
                "(reply) means: send it as a reply to a message; its short code does as well.",
            )
        )
    return "\n".join(lines)


def _all(others: tuple[Command, ...], asked: Asked, unknown: str) -> str:
    mine = [
        command
        for command in others
        if (command.who != "admin" or asked.is_admin) and not (asked.private and command.in_group)
    ]
    lines = []
    if unknown:
        name = one_line(unknown, 16)
        lines.append(
            asked.say(f"没有 /{name} 这条命令。有这些：", f"There is no /{name}. There are:")
        )
    for shelf, chinese, english in _SHELVES:
        told = [usage(command, asked.chinese) for command in mine if command.shelf == shelf]
        if told:
            lines.append(asked.say(f"{chinese}：", f"{english}: ") + " · ".join(told))
    if unknown:
        return "\n".join(lines)
    lines.append(
        asked.say(
            "某一条怎么用：/帮助 搜。不想被存的话，开头写 [不存]。",
            "More on one: /help search. Begin a message with [不存] and it is not archived.",
        )
    )
    return "\n".join(lines)


def _not_archived(asked: Asked) -> str:
    return asked.say(
        "这个群没有开启存档，什么都没有存。\n"
        "群主或管理员发 /开启存档 就开始，开始时会说明谁在存、存什么、存多久、怎么退出。\n"
        "先不想被存的，现在就可以发 /不要存我。",
        "This group is not archived; nothing is kept.\n"
        "Its owner or an admin starts it with /archive on; a notice then says who keeps what, for"
        " how long, and how to stay out.\n"
        "Who wants to stay out can send /optout right now.",
    )


def _start(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    pack = newcomers_pack(db, asked, setting)
    if pack is not None:
        return pack
    title = one_line(setting.title)
    return Answer(
        asked.say(
            f"我是「{title}」的机器人：群里值得留下的话沉淀在这里，能搜、能读、能引用。\n"
            "在群里发 /搜 词 找以前说过的，发 /看精华 看大家留下的。\n"
            "你说的话存不存、怎么删：/隐私。还能做什么：/帮助。",
            f"I am the bot of “{title}”: what is worth keeping in a group settles here, to be"
            " searched, read and cited.\n"
            "In the group, /search WORDS finds what was said, /best shows what was kept.\n"
            "Whether your words are kept, and how to erase them: /privacy. All else: /help.",
        )
        + address(setting, "/")
    )
