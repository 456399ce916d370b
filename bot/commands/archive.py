"""`/archive` and `/pause`: a group agrees to be archived, stops it, or pauses it."""

from __future__ import annotations

import sqlite3
import time

from archive.access import VISIBILITIES, operator
from archive.consent import NOTICE, Standing, pause, standing, start, stop
from archive.errors import NotFound
from archive.groups import get_group
from archive.text import normalise
from bot.commands.command import Answer, Asked, Command, Setting
from bot.commands.lines import address, one_line, when
from bot.commands.periods import DAY, HOUR, period, spoken

LONGEST_PAUSE = 30 * DAY

_ON = ("开启存档", "on", "开", "开启", "打开")
_OFF = ("关闭存档", "off", "关", "关闭")
_READERS: dict[str, tuple[str, str]] = {
    "private": ("只有群友和管理存档的人能看", "Only members and whoever runs it can read it"),
    "members": (
        "存档里各个群的群友都能看，别群的人看不到名字",
        "Members of every archived group can read it; those of other groups without names",
    ),
    "public": ("谁都能看，发言的人不署名", "Anyone can read it, without senders' names"),
}
assert set(_READERS) == set(VISIBILITIES)


def _archive(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    assert asked.place is not None
    word = normalise(asked.words)
    if asked.name in _ON or word in _ON:
        return _on(db, asked, setting)
    if asked.name in _OFF or word in _OFF:
        return _off(db, asked, setting)
    return Answer(
        state(db, asked, setting)
        + asked.say("\n/开启存档，/关闭存档", "\n/archive on, /archive off")
    )


def _on(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    assert asked.place is not None
    before = standing(db)
    paused = _paused_until(before, asked.place, asked.at)
    started = start(db, asked.place, by=asked.by, notice=NOTICE)
    if paused is not None:
        pause(db, asked.place, 0, asked.by, since=asked.at)
    if started:
        text = notice(asked, setting, readers(db, asked.place))
    elif paused is not None:
        text = asked.say(
            "暂停结束了，从现在起接着存。要停：/关闭存档",
            "The pause is over; messages are archived again from now on. To stop: /archive off",
        )
    else:
        text = asked.say(
            "这个群已经在存档了。要停：/关闭存档；停一会儿：/暂停存档 1h",
            "This group is archived already. To stop: /archive off; for a while: /pause 1h",
        )
    return Answer(text, consent_changed=True)


def _off(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    assert asked.place is not None
    if not stop(db, asked.place, by=asked.by):
        return Answer(
            asked.say(
                "这个群没有开启存档，什么都没有存。", "This group is not archived; nothing is kept."
            )
        )
    operator_name = whom(setting, asked)
    return Answer(
        asked.say(
            "停了：从现在起这个群说的话不再存。\n"
            f"以前存的还在；自己的可以回复它发 /删掉，要全部删请找{operator_name}。\n"
            "要恢复：/开启存档",
            "Stopped: from now on nothing said in this group is archived.\n"
            "What was kept is still there. You can erase your own with /forget in reply; to have"
            f" all of it erased, ask {operator_name}.\n"
            "To start again: /archive on",
        ),
        consent_changed=True,
    )


def notice(asked: Asked, setting: Setting, who_reads: tuple[str, str]) -> str:
    """Write what a group agrees to: who, what, why, how long, who reads it, how to leave."""
    operator_name = whom(setting, asked)
    raw = raw_data(setting, asked)
    return asked.say(
        f"开始存档了。谁在存：{operator_name}。为什么：让群里说过的能搜、能读、能引用。\n"
        f"存什么：消息、图片和文件、引用、表情回应、群名片，从现在起。{who_reads[0]}。\n"
        f"存多久：{raw}，整理好的消息一直留着，直到被删掉。\n"
        "不想被存：/不要存我；只是某一句：开头写 [不存]；删说过的：回复它发 /删掉。\n"
        f"停止：群主或管理员发 /关闭存档。说明第 {NOTICE} 版，同意的人：{_agreed(asked)}。",
        f"Archiving begins. Who: {operator_name}. Why: to find, read and cite what was said.\n"
        f"What: messages, files, quotes, reactions and names, from now on. {who_reads[1]}.\n"
        f"How long: {raw}; messages stay until they are erased.\n"
        "To stay out: /optout; for one message: begin it with [不存]; to erase: reply /forget.\n"
        f"To stop: an admin sends /archive off. Notice {NOTICE}, agreed to by {_agreed(asked)}.",
    ) + address(setting, "/about")


def _agreed(asked: Asked) -> str:
    return one_line(asked.sender_name or "", 20) or asked.say("一位管理员", "an admin")


def whom(setting: Setting, asked: Asked) -> str:
    """Name who runs the archive."""
    # the operator's own words: an address in them must stay as it is
    named = " ".join(setting.operator.split())[:60]
    return named or asked.say("管理这个机器人的人", "whoever runs this bot")


def raw_data(setting: Setting, asked: Asked) -> str:
    """Tell how long data as received is kept."""
    days = setting.keep_raw_days
    if days == 0:
        return asked.say("收到的原始数据用完就删", "data as received goes once it is read")
    return asked.say(f"收到的原始数据留 {days} 天", f"data as received stays {days} days")


def readers(db: sqlite3.Connection, group_key: str) -> tuple[str, str]:
    """Tell in Chinese and English who may read a group."""
    try:
        return _READERS[get_group(db, operator(), group_key).visibility]
    except NotFound:
        return _READERS["private"]


def state(db: sqlite3.Connection, asked: Asked, setting: Setting) -> str:
    """Tell whether the group is archived now."""
    assert asked.place is not None
    now = standing(db)
    if not now.keeps(asked.place):
        return asked.say(
            "这个群没有开启存档，新说的都不存。",
            "This group is not archived; nothing new is kept.",
        )
    until = _paused_until(now, asked.place, time.time())
    if until is not None:
        at = when(until, _zone(db, asked.place, setting), asked)
        return asked.say(f"这个群的存档暂停到 {at}。", f"Archiving is paused here until {at}.")
    chinese, english = readers(db, asked.place)
    return asked.say(f"这个群正在存档，{chinese}。", f"This group is being archived. {english}.")


def _paused_until(now: Standing, group_key: str, at: float) -> int | None:
    return now.paused[group_key] if now.paused_at(group_key, at) else None


def _zone(db: sqlite3.Connection, group_key: str, setting: Setting) -> str:
    try:
        return get_group(db, operator(), group_key).time_zone
    except NotFound:
        return setting.time_zone


def _pause(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    assert asked.place is not None
    seconds = period(asked.words) if asked.words else HOUR
    if seconds is None or not 0 < seconds <= LONGEST_PAUSE:
        return Answer(
            asked.say(
                f"停多久？例如 /{asked.name} 1h；最长 30 天，再久请 /关闭存档。",
                f"For how long? For example /{asked.name} 1h; at most 30 days, beyond that"
                " /archive off.",
            )
        )
    until = asked.at + seconds
    pause(db, asked.place, until, asked.by, since=asked.at)
    at = when(until, _zone(db, asked.place, setting), asked)
    length = spoken(seconds, asked.chinese)
    return Answer(
        asked.say(
            f"暂停存档 {length}，到 {at}；这段时间说的不存，以后也补不回来。\n提前恢复：/开启存档",
            f"Archiving is paused for {length}, until {at}; what is said meanwhile is not kept, and"
            " cannot be later.\nTo go on earlier: /archive on",
        ),
        consent_changed=True,
    )


COMMANDS = (
    Command(
        names=("archive", "开启存档", "关闭存档"),
        who="admin",
        run=_archive,
        takes=("或 /关闭存档", "on or off"),
        chinese="开始或停止给这个群存档；开始前什么都不存",
        english="start or stop archiving this group; before that nothing is kept",
        shelf="run",
        needs_consent=False,
        writes=True,
        in_group=True,
        urgent=True,
    ),
    Command(
        names=("pause", "暂停存档"),
        who="admin",
        run=_pause,
        takes=("1h", "1h"),
        chinese="停一会儿，到时间自己恢复",
        english="stop for a while; it goes on by itself",
        shelf="run",
        writes=True,
        in_group=True,
        urgent=True,
    ),
)
