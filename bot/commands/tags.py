"""`/tag` and `/tags`: words under which messages are found again."""

from __future__ import annotations

import re
import sqlite3

from archive.access import finder
from archive.audit import note
from archive.errors import ArchiveError
from archive.messages import get_message
from archive.tags import add_tags, list_tags
from archive.text import normalise
from bot.commands.command import CODE, Answer, Asked, Command, Setting
from bot.commands.lines import address, one_line

MOST = 8
"""Tags in one command."""

_LISTED = 16
_LONGEST = 64
_TAG = re.compile(r"[#＃]([^#＃\s]+)(?:[#＃](?!\S))?")


def split_tags(words: str) -> tuple[tuple[str, ...], str, str]:
    """Take `#标签` out of words: return (tags, the rest, a tag that cannot be one or "")."""
    found = list(dict.fromkeys(_TAG.findall(words)))[:MOST]
    wrong = next((tag for tag in found if not _is_tag(tag)), "")
    return tuple(found), " ".join(_TAG.sub(" ", words).split()), wrong


def _is_tag(name: str) -> bool:
    return len(name) <= _LONGEST and re.search(r"\w", normalise(name)) is not None


def _tag(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    assert asked.reply_key is not None
    view = get_message(db, finder(), asked.reply_key)
    tags, rest, wrong = split_tags(asked.words)
    # `/标签 部署 docker` is meant the same
    tags = tuple(dict.fromkeys((*tags, *filter(None, re.split(r"[\s,，、]+", rest)))))
    wrong = wrong or next((tag for tag in tags if not _is_tag(tag)), "")
    if not tags or len(tags) > MOST or wrong:
        return Answer(
            asked.say(
                f"写上标签，例如 /{asked.name} #部署 #docker；标签是一个词，一次最多 {MOST} 个。",
                f"Name the tags, as in /{asked.name} #docker #howto; a tag is one word, at most"
                f" {MOST} at once.",
            )
        )
    if view.recalled:
        return Answer(asked.say("这条消息已经被撤回。", "That message was taken back."))
    try:
        add_tags(db, [view.id], tags, asked.by)
    except ArchiveError:
        return Answer(asked.say("这些不能当标签。", "Those cannot be tags."))
    note(db, asked.by, "tag", view.key)
    now = get_message(db, finder(), view.key).tags
    shown = " ".join(f"#{one_line(tag, 16)}" for tag in now[:MOST])
    return Answer(
        asked.say(
            f"现在的标签：{shown} · {CODE}\n标签只加不减；加错了请告诉管理存档的人。",
            f"Its tags now: {shown} · {CODE}\nTags are only added here; tell whoever runs the"
            " archive about a wrong one.",
        ),
        (view.key,),
    )


def _tags(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    found = list_tags(db, setting.reader, asked.place)
    if not found:
        return Answer(
            asked.say(
                "还没有标签。在话里写 #部署，或回复一条消息发 /标签 #部署。",
                "No tags yet. Write #docker in a message, or reply to one with /tag #docker.",
            )
        )
    shown = " · ".join(f"#{one_line(tag.name, 16)} {tag.messages}" for tag in found[:_LISTED])
    more = len(found) - _LISTED
    if more > 0:
        shown += asked.say(f" …还有 {more} 个", f" … and {more} more")
    hint = asked.say(
        f"找某个标签：/搜 标签:{one_line(found[0].name, 16)}",
        f"To look into one: /search tag:{one_line(found[0].name, 16)}",
    )
    return Answer(f"{shown}\n{hint}{address(setting, '/tags')}")


COMMANDS = (
    Command(
        names=("tag", "标签"),
        who="author",
        run=_tag,
        takes=("#标签", "#TAG"),
        chinese="给消息加标签，只加不换",
        english="add tags to a message; none is replaced",
        shelf="keep",
        writes=True,
        about_message=True,
    ),
    Command(
        names=("tags", "标签列表"),
        who="member",
        run=_tags,
        chinese="用过的标签和次数",
        english="the tags in use, and how often",
        shelf="find",
    ),
)
