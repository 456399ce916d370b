"""`/search`, `/best` and `/link`: finding what was said and what was kept."""

from __future__ import annotations

import sqlite3

from archive import essence
from archive.access import operator
from archive.errors import BadQuery
from archive.groups import get_group
from archive.masks import maybe_personal
from archive.messages import get_message
from archive.query.chips import filter_text, with_filter
from archive.query.dates import span
from archive.search import search as run_search
from archive.views import EssenceView, Hit, Results
from bot.commands.command import CODE, Answer, Asked, Command, Setting
from bot.commands.lines import address, gist, one_line, permalink, row, when, who
from bot.commands.parsing import names_command

SHOWN = 3
"""Hits in one answer."""

_LOOKED_AT = 24
"""Hits looked at: commands themselves are messages too, and not what anyone looks for."""
_KEPT_LOOKED_AT = 200
_TITLE = 30
_GROUPS, _GROUP = 2, 12
"""Other groups named beside a hit, and characters of each name."""


def _search(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    words = asked.words
    if not words:
        return Answer(
            asked.say(
                f"找什么？例如 /{asked.name} 部署，或 /{asked.name} 部署 来自:张三 之后:7d",
                f"What for? For example /{asked.name} docker, or"
                f" /{asked.name} docker from:Ann after:7d",
            )
        )
    query = with_filter(words, filter_text("in", asked.place)) if asked.place else words
    try:
        found = run_search(
            db, query, setting.reader, limit=_LOOKED_AT, order="relevance",
            now=asked.at, time_zone=setting.time_zone, once=True,
        )  # fmt: skip
    except BadQuery as error:
        return Answer(one_line(f"{error.what} {error.hint}", 200))
    others = [hit for hit in found.hits if not names_command(hit.message.text)]
    hits = others[:SHOWN]
    if not hits:
        return Answer(_nothing(words, found, asked))
    # where all were looked at, the commands among them are not counted either
    count = found.count if found.count > _LOOKED_AT or found.older else len(others)
    number = f"{count:,}{'' if found.exact else '+'}"
    quoted = one_line(words, 24)
    if count == 1:
        head = asked.say(f"“{quoted}”有 1 条：", f"“{quoted}”, 1 hit:")
    elif count <= len(hits):
        head = asked.say(f"“{quoted}”有 {number} 条：", f"“{quoted}”, {number} hits:")
    else:
        head = asked.say(
            f"“{quoted}”有 {number} 条，最相关的：", f"“{quoted}”, {number} hits, the closest:"
        )
    rest = address(setting, "/search", q=query)
    lines = [
        head,
        *(row(hit.message, asked, _piece(hit, asked) + _places(hit, asked)) for hit in hits),
    ]
    return Answer("\n".join(lines) + rest, tuple(hit.message.key for hit in hits))


def _piece(hit: Hit, asked: Asked) -> str:
    """Return the part of a message around what was found."""
    if not hit.marks or maybe_personal(hit.excerpt):
        return gist(hit.message, asked)
    return one_line(hit.excerpt, around=hit.marks[0][0]) or gist(hit.message, asked)


def _places(hit: Hit, asked: Asked) -> str:
    """Return in which other groups it stands that whoever reads the answer may see."""
    if not hit.also_in:
        return ""
    named = "、".join(one_line(one.group_title, _GROUP) for one in hit.also_in[:_GROUPS])
    more = len(hit.also_in) - _GROUPS
    rest = asked.say(f"等 {more + _GROUPS} 个群", f" and {more} more") if more > 0 else ""
    return asked.say(f"（还在 {named}{rest}）", f" (also in {named}{rest})")


def _nothing(words: str, found: Results, asked: Asked) -> str:
    if found.notes:
        return one_line("；".join(found.notes), 120)
    return asked.say(
        f"没有找到“{one_line(words, 24)}”。少写几个字试试；简繁体、大小写不用管。",
        f"Nothing found for “{one_line(words, 24)}”. Try fewer or shorter words.",
    )


def _best(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    tags = [part.strip("#＃") for part in asked.words.split() if part[0] in "#＃"]
    rest = "".join(part for part in asked.words.split() if part[0] not in "#＃")
    moment = span(rest, asked.at, setting.time_zone) if rest else None
    if len(tags) > 1 or (rest and moment is None):
        return Answer(
            asked.say(
                f"这样用：/{asked.name}，或加上时间和一个标签：/{asked.name} 7d #部署",
                f"Use it like this: /{asked.name}, or with a time and one tag:"
                f" /{asked.name} 7d #docker",
            )
        )
    tag = tags[0] if tags else None
    views = essence.feed(db, setting.reader, asked.place, tag, limit=_KEPT_LOOKED_AT)
    if moment is not None:
        views = [view for view in views if moment.start <= view.marked_at < moment.end]
    views = [view for view in views if view.messages and not view.messages[0].recalled]
    if not views:
        return Answer(
            asked.say(
                "还没有这样的精华。看到好的，回复它发 /精华。",
                "There is no such essence yet. When you see something good, reply to it with"
                " /essence.",
            )
        )
    head = asked.say(
        "最近的精华：" if len(views) > SHOWN else f"精华 {len(views)} 条：",
        "The newest essence:" if len(views) > SHOWN else f"Essence, {len(views)}:",
    )
    shown = views[:SHOWN]
    more = {"group": asked.place, "tag": tag}
    rest_of_it = address(setting, "/essence", **{k: v for k, v in more.items() if v})
    lines = [head, *(_kept(view, asked) for view in shown)]
    return Answer("\n".join(lines) + rest_of_it, tuple(view.messages[0].key for view in shown))


def _kept(view: EssenceView, asked: Asked) -> str:
    first = view.messages[0]
    title = one_line(view.title, _TITLE) or gist(first, asked, _TITLE)
    tags = "".join(f" #{one_line(tag, 12)}" for tag in view.tags[:2])
    said = f"{who(first, asked)} {when(first.sent_at, first.time_zone, asked)}"
    return f"{title} — {said}{tags} · {CODE}"


def _link(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    assert asked.reply_key is not None
    view = get_message(db, setting.reader, asked.reply_key)
    group = get_group(db, operator(), view.group_key)
    public = group.visibility == "public"
    note = asked.say(
        "公开的链接，谁都能看。" if public else "这个群没有公开，能看这个群的人才打得开。",
        "The link is public." if public else
        "This group is not public: only who may read it can open the link.",
    )  # fmt: skip
    return Answer(
        f"{row(view, asked)}{permalink(view, setting)}" + (f"\n{note}" if setting.base_url else ""),
        (view.key,),
    )


COMMANDS = (
    Command(
        names=("search", "搜", "搜索", "找"),
        who="member",
        run=_search,
        takes=("词", "WORDS"),
        chinese="找以前说过的：最相关的三条，和看全部的链接",
        english="find what was said: the three closest, and a link to the rest",
    ),
    Command(
        names=("best", "看精华"),
        who="member",
        run=_best,
        takes=("[7d] [#标签]", "[7d] [#TAG]"),
        chinese="最近留下的精华",
        english="the newest essence",
    ),
    Command(
        names=("link", "出处"),
        who="member",
        run=_link,
        about_message=True,
        chinese="一条消息的永久链接和短码",
        english="a message's permanent link and short code",
    ),
)
