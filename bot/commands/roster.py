"""`/roster`, `/expiring`, `/invite`: who belongs here and until when."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from archive.errors import NotFound
from archive.group_texts import INVITATION, MAX_TEXT, set_text, text_of
from archive.groups import get_group
from archive.roster import RosterLine, expiring, roster
from archive.roster_csv import ROLES
from archive.text import normalise
from bot.commands.command import Answer, Asked, Command, Setting
from bot.commands.gathering import TAKE_BACK
from bot.commands.lines import one_line
from bot.commands.periods import DAY, period

SOON = 14
"""Days looked ahead where none are named."""

_MOST_DAYS = 366
_LISTED = 4
_NAME = 16


def _roster(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    try:
        lines, today = _lines(db, asked, setting)
    except NotFound:
        lines = []
    if not lines:
        return Answer(
            asked.say(
                "名册是空的。管理存档的人用 chendian roster import 从表格导入。",
                "The roster is empty. Whoever runs the archive takes one in with chendian roster"
                " import.",
            ),
            direct=True,
        )
    wanted = normalise(asked.words).strip()
    if wanted:
        return _named([line for line in lines if wanted in normalise(line.name)], today, asked)
    roles = Counter(line.role for line in lines)
    told = asked.say("、", ", ").join(
        f"{_role(role, asked)} {roles[role]}" for role in ROLES if roles[role]
    )
    gone = [line for line in lines if line.expired(today)]
    soon = expiring(db, setting.reader, asked.place or "", today, SOON)
    head = asked.say(f"名册 {len(lines)} 人：{told}", f"The roster, {len(lines)}: {told}")
    state = asked.say(
        f"{SOON} 天内到期 {len(soon)} 人，已过期 {len(gone)} 人。",
        f"Within {SOON} days {len(soon)} end; {len(gone)} have ended.",
    )
    how = asked.say(
        "看谁快到期：/快到期；看一个人：/名册 名字。说过的话到期也还在。",
        "Who ends soon: /expiring. One person: /roster NAME. What they said stays.",
    )
    return Answer(f"{head}\n{state}\n{how}", direct=True)


def _expiring(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    days = _days(asked.words)
    if days is None:
        return Answer(
            asked.say(
                f"写天数，1 到 {_MOST_DAYS}，例如 /{asked.name} {SOON}",
                f"Name 1 to {_MOST_DAYS} days, as in /{asked.name} {SOON}",
            )
        )
    try:
        _, today = _lines(db, asked, setting)
        soon = expiring(db, setting.reader, asked.place or "", today, days)
    except NotFound:
        soon = []
    if not soon:
        text = asked.say(f"{days} 天内没有人到期。", f"Nobody ends within {days} days.")
        return Answer(text, direct=True)
    head = asked.say(f"{days} 天内到期 {len(soon)} 人：", f"Within {days} days {len(soon)} end:")
    return Answer("\n".join([head, *_listed(soon, today, asked)]), direct=True)


def _invite(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    assert asked.place is not None
    words = asked.words.strip()
    try:
        if words in TAKE_BACK:
            former = set_text(db, asked.place, INVITATION, "", asked.by, asked.at)
            return _uninvited(former, asked)
        if len(words) > MAX_TEXT:
            return Answer(asked.say(f"最多 {MAX_TEXT} 个字。", f"Use up to {MAX_TEXT} characters."))
        if words:
            set_text(db, asked.place, INVITATION, words, asked.by, asked.at)
            return Answer(
                asked.say(
                    "邀请语记下了，发 /邀请 就能看到。要改就再发一次；要删掉：/邀请 -",
                    "Noted; /invite shows it. Send it again to change it. To take it away:"
                    " /invite -",
                )
            )
        text = text_of(db, setting.reader, asked.place, INVITATION)
    except NotFound:
        text = ""
    if not text:
        return Answer(
            asked.say(
                "还没有邀请语。写一段：/邀请 怎么加入、找谁、多少人……",
                "There is no invitation yet. Write one: /invite HOW TO JOIN",
            )
        )
    shown = one_line(text, MAX_TEXT)
    return Answer(asked.say(f"邀请语：{shown}", f"The invitation: {shown}"))


def _uninvited(former: str, asked: Asked) -> Answer:
    if not former:
        return Answer(asked.say("本来就没有邀请语。", "There was no invitation."))
    return Answer(
        asked.say(
            "邀请语删掉了。要再写：/邀请 文本",
            "The invitation is gone. To write one again: /invite TEXT",
        )
    )


def _lines(db: sqlite3.Connection, asked: Asked, setting: Setting) -> tuple[list[RosterLine], date]:
    """Return the group's roster and what day it is there."""
    assert asked.place is not None
    zone = ZoneInfo(get_group(db, setting.reader, asked.place).time_zone)
    return roster(db, setting.reader, asked.place), datetime.fromtimestamp(asked.at, zone).date()


def _days(words: str) -> int | None:
    text = words.strip()
    if not text:
        return SOON
    days = int(text) if re.fullmatch(r"[0-9]{1,4}", text) else (period(text) or 0) // DAY
    return days if 1 <= days <= _MOST_DAYS else None


def _named(found: Sequence[RosterLine], today: date, asked: Asked) -> Answer:
    if not found:
        return Answer(
            asked.say("名册上没有这个名字。", "Nobody on the roster is called so."), direct=True
        )
    return Answer("\n".join(_listed(found, today, asked)), direct=True)


def _listed(found: Sequence[RosterLine], today: date, asked: Asked) -> list[str]:
    lines = [_line(line, today, asked) for line in found[:_LISTED]]
    if len(found) > _LISTED:
        rest = len(found) - _LISTED
        lines[-1] += asked.say(f"；还有 {rest} 人", f"; and {rest} more")
    return lines


def _line(line: RosterLine, today: date, asked: Asked) -> str:
    name = one_line(line.name, _NAME) or asked.say("没有名字", "without a name")
    if line.expires_on is None:
        end = asked.say("不到期", "without end")
    elif line.expired(today):
        end = asked.say(f"{line.expires_on} 已过期", f"ended on {line.expires_on}")
    else:
        end = asked.say(f"到 {line.expires_on}", f"until {line.expires_on}")
    about = f" · {one_line(line.note, 24)}" if line.note else ""
    return f"{name} · {_role(line.role, asked)} · {end}{about}"


def _role(role: str, asked: Asked) -> str:
    return asked.say(ROLES[role][0], role)


COMMANDS: tuple[Command, ...] = (
    Command(
        names=("roster", "名册"),
        who="admin",
        run=_roster,
        takes=("[名字]", "[NAME]"),
        chinese="这个群的名册：多少人、什么角色、谁过期了",
        english="this group's roster: how many, as what, who has ended",
        shelf="run",
        in_group=True,
    ),
    Command(
        names=("expiring", "快到期"),
        who="admin",
        run=_expiring,
        takes=("[14]", "[14]"),
        chinese="名册上谁快到期",
        english="who on the roster ends soon",
        shelf="run",
        in_group=True,
    ),
    Command(
        names=("invite", "邀请"),
        who="admin",
        run=_invite,
        takes=("[文本]", "[TEXT]"),
        chinese="看或者写这个群的邀请语；- 删掉",
        english="show or set this group's invitation; - takes it away",
        shelf="run",
        writes=True,
        in_group=True,
    ),
)
