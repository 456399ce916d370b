"""`/who` and `/intro`: who knows what; and the pack for newcomers, which `/start` shows."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from archive.consent import group_keys, standing
from archive.errors import BadQuery, NotFound
from archive.group_settings import setting_of
from archive.masks import mask
from archive.mine import own_groups
from archive.profiles import (
    MAX_TEXT,
    Profile,
    experts,
    introduce,
    introductions,
    withdraw,
)
from archive.thanks import Thanked
from archive.views import EssenceView
from archive.welcome import Pack, pack
from bot.commands.command import CODE, Answer, Asked, Command, Setting
from bot.commands.gathering import TAKE_BACK
from bot.commands.lines import NAME, address, gist, one_line
from bot.commands.own_groups import group_meant, which_group

SHOWN = 3
"""People, or essences, in one answer."""

_SAID = 60
_TITLE = 20
_WORDS = 160
"""Characters of a group's own words to newcomers."""


def _who(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    topic = one_line(asked.words, 24)
    if not topic:
        return Answer(
            asked.say(
                f"找懂什么的人？例如 /{asked.name} 部署",
                f"Who knows what? As in /{asked.name} docker",
            )
        )
    try:
        known = experts(
            db, setting.reader, asked.words, asked.place, limit=SHOWN, now=asked.at,
            time_zone=setting.time_zone,
        )  # fmt: skip
    except BadQuery as error:
        return Answer(one_line(f"{error.what} {error.hint}", 200))
    called = {one.name for one in known}
    said = introductions(db, setting.reader, asked.place, asked.words)
    others = [one for one in said if one.name not in called][: SHOWN - len(known)]
    if not known and not others:
        return Answer(
            asked.say(
                f"还没有人因为“{topic}”被收进精华，也没有人这样介绍自己。",
                f"Nobody's words on “{topic}” were kept yet, and nobody's introduction says it.",
            )
        )
    lines = [asked.say(f"说过“{topic}”的人：", f"Who knows about “{topic}”:")]
    lines += [_thanked(one, asked) for one in known]
    lines += [_introduced(one, asked) for one in others]
    return Answer("\n".join(lines), tuple(one.messages[0].key for one in known))


def _thanked(one: Thanked, asked: Asked) -> str:
    name, piece = one_line(one.name, NAME), gist(one.messages[0], asked, 32)
    return asked.say(
        f"{name}：{one.number} 条精华或采纳，“{piece}” · {CODE}",
        f"{name}: {one.number} kept or accepted, “{piece}” · {CODE}",
    )


def _introduced(one: Profile, asked: Asked) -> str:
    name, piece = one_line(one.name, NAME), one_line(mask(one.text), _SAID)
    return asked.say(f"{name}：自我介绍“{piece}”", f"{name}, on themselves: “{piece}”")


def _intro(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    assert asked.place is not None
    if asked.sender_key is None or asked.sender_key == asked.group_key:
        return Answer(asked.say("匿名的人没有自我介绍。", "Who is anonymous has no introduction."))
    if asked.words.strip() in (*TAKE_BACK, "删掉", "remove"):
        return _withdrawn(db, asked)
    words = " ".join(asked.words.split())
    if not words or len(words) > MAX_TEXT:
        return Answer(
            asked.say(
                f"写一两句自己是谁、懂什么，最多 {MAX_TEXT} 个字，例如 /自我介绍 做增长的，"
                "在杭州。\n只有这个群的人看得到，/找人 时会用到；不要了发 /自我介绍 -。",
                f"Say in up to {MAX_TEXT} characters who you are, as in /intro I run a bakery.\n"
                "Only this group sees it, in /who; /intro - takes it away.",
            )
        )
    if asked.sender_key in standing(db).opted_out:
        return Answer(
            asked.say(
                "你说过不要存你，自我介绍也算；要写先发 /恢复存档。",
                "You asked that nothing of you be kept, an introduction included. Send /optin"
                " first.",
            )
        )
    try:
        introduce(db, asked.place, asked.sender_key, words, asked.at, asked.sender_name)
    except NotFound:
        return Answer(
            asked.say("这个群还没有存下什么，过几秒再试。", "Nothing of this group is here yet.")
        )
    return Answer(
        asked.say(
            "写好了，只有这个群的人看得到。要改就再发一次；要删掉：/自我介绍 -",
            "Done; only this group sees it. Send it again to change it. To take it away: /intro -",
        )
    )


def _withdrawn(db: sqlite3.Connection, asked: Asked) -> Answer:
    assert asked.place is not None and asked.sender_key is not None
    try:
        there = withdraw(db, asked.place, asked.sender_key)
    except NotFound:
        there = False
    if not there:
        return Answer(asked.say("你没有自我介绍。", "There is no introduction of yours."))
    return Answer(
        asked.say(
            "自我介绍删掉了。要再写：/自我介绍 文本",
            "Your introduction is gone. To write one again: /intro TEXT",
        )
    )


def newcomers_pack(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer | None:
    """Show an archived group to a newcomer in at most five lines; None where there is none."""
    place = asked.place
    if asked.private and place is None and (mine := own_groups(db, setting.reader)):
        meant = group_meant(mine, asked.words)
        if meant is None and len(mine) > 1:
            return which_group(mine, asked)
        place = (meant or mine[0]).key
    if place is None or not standing(db).keeps(place):
        return None
    try:
        found = pack(db, setting.reader, place)
    except NotFound:
        return None
    shown = found.essentials[:SHOWN]
    lines = [_what(found, asked)]
    words = words_of(db, setting.welcome, place)
    if words:
        lines.append(one_line(words, _WORDS))
    if shown:
        pieces = asked.say("；", "; ").join(essential(view, asked) for view in shown)
        lines.append(asked.say(f"先看：{pieces}", f"Begin with: {pieces}"))
    if knows := _knows(found, asked):
        lines.append(asked.say(f"问谁：{knows}", f"Whom to ask: {knows}"))
    lines.append(
        asked.say(
            "/搜 词 找以前说过的，/找人 话题 找人；你的话存不存、怎么删：/隐私。还能做什么：/帮助",
            "/search WORDS finds what was said, /who TOPIC whom to ask. Whether your words are"
            " kept: /privacy. All else: /help",
        )
    )
    rest = address(setting, "/essence", group=place)
    return Answer("\n".join(lines) + rest, tuple(view.messages[0].key for view in shown))


def _what(found: Pack, asked: Asked) -> str:
    group = found.group
    title = one_line(group.title, 24)
    return asked.say(
        f"「{title}」里值得留下的话沉淀在这里："
        f"{group.messages:,} 条消息，精华 {group.essence:,} 篇。",
        f"What is worth keeping in “{title}” settles here: {group.messages:,} messages,"
        f" {group.essence:,} essence.",
    )


def essential(view: EssenceView, asked: Asked) -> str:
    """Return an essence's title and its short code."""
    title = one_line(mask(view.title), _TITLE) or gist(view.messages[0], asked, _TITLE)
    return f"{title} · {CODE}"


def _knows(found: Pack, asked: Asked) -> str:
    told = []
    for one in found.who_knows[:SHOWN]:
        topics = asked.say("、", ", ").join(one_line(topic, 12) for topic in one.topics)
        name = one_line(one.person.name, NAME)
        told.append(name + (asked.say(f"（{topics}）", f" ({topics})") if topics else ""))
    return asked.say("、", ", ").join(told)


def words_of(db: sqlite3.Connection, welcome: Mapping[str, str], group_key: str) -> str:
    """Return what is said to a group's newcomers: as was decided at the desk, or else as the
    configuration says under any key the group has had."""
    decided = setting_of(db, group_key, "welcome")
    if decided is not None:
        return decided
    if not welcome:
        return ""
    return next((text for key in group_keys(db, group_key) if (text := welcome.get(key))), "")


COMMANDS: tuple[Command, ...] = (
    Command(
        names=("who", "找人"),
        who="member",
        run=_who,
        takes=("话题", "TOPIC"),
        chinese="谁懂这个：说的话被收进精华或采纳的人，和这样介绍自己的人",
        english="whose words on a topic were kept or accepted, and who says so of themselves",
    ),
    Command(
        names=("intro", "自我介绍"),
        who="member",
        run=_intro,
        takes=("文本", "TEXT"),
        chinese="写一句自我介绍，只有这个群看得到；- 删掉",
        english="say who you are, to this group only; - takes it away",
        shelf="mine",
        writes=True,
        in_group=True,
    ),
)
