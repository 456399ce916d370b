"""`/digest`: the daily and weekly round-up, seen, edited and approved."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from archive.access import operator
from archive.audit import note
from archive.database import Archive
from archive.editions import TOGETHER, EditionView
from archive.groups import get_group
from archive.text import normalise
from bot.commands.command import CODE, Answer, Asked, Command, Setting
from bot.commands.digest_edits import edit, edits, refused
from bot.commands.digest_meant import may_decide, meant, period_meant, ready, sent_to_them, way
from bot.commands.digest_unsent import Busy, compute_unsent
from bot.commands.lines import NAME, one_line
from bot.config import TogetherConfig

_SHOWN = 3
_TITLE, _WHY = 40, 36
_ALL = ("全部", "all")
_DRAFT = ("草稿", "预览", "draft", "preview")


def _digest(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    asked, one = meant(asked, setting)
    words = normalise(asked.words).strip()
    kind = "day" if asked.name == "日报" else "week"
    if words in _DRAFT:
        return _preview(db, asked, setting, kind, one)
    if edits(words):
        return edit(db, asked, setting, kind, one)
    words, whole = _part_all(words)
    if not words:
        return _read(db, asked, setting, kind, None, whole, one)
    found = period_meant(words, asked, setting.time_zone)
    if found is None:
        return Answer(
            asked.say(
                f"这样用：/{asked.name}，/{asked.name} 上周，/{asked.name} 2026-W47",
                f"Use it like this: /{asked.name}, /{asked.name} last, /{asked.name} 2026-W47",
            )
        )
    return _read(db, asked, setting, *found, whole, one)


def _part_all(words: str) -> tuple[str, bool]:
    """Part the wish to see all of it from the words."""
    for word in _ALL:
        if words == word or words.endswith(f" {word}"):
            return words.removesuffix(word).strip(), True
    return words, False


def _look(archive: Archive, asked: Asked, setting: Setting) -> Answer | None:
    """Show a day or week that was not sent, computed beside the writer; None where it was."""
    asked, one = meant(asked, setting)
    words, whole = _part_all(normalise(asked.words).strip())
    found = period_meant(words, asked, setting.time_zone)
    if found is None or one is not None:
        return None
    try:
        made = compute_unsent(archive, asked, setting, *found)
    except Busy:
        return Answer(
            asked.say(
                "正在算另一份，请过一会儿再问。", "Another one is being computed: ask again soon."
            )
        )
    if made is None or not made.items:
        return None
    with archive.reading() as db:
        title = get_group(db, operator(), made.groups[0]).title
    items = msgspec.to_builtins(made.items)
    head = asked.say(
        f"{_named(title, *found, asked)} · 还没有发过，这是现算的，没有人看过 · {len(items)} 条：",
        f"{_named(title, *found, asked)} · not sent: computed just now, seen by nobody ·"
        f" {len(items)} items:",
    )
    return _shown(asked, head, zip(range(1, 11), items, strict=False), whole, found[1])


def _read(
    db: sqlite3.Connection,
    asked: Asked,
    setting: Setting,
    kind: str,
    period: str | None,
    whole: bool,
    one: TogetherConfig | None,
) -> Answer:
    """Show what was sent: of this group, or in private of the person's groups the newest."""
    found = sent_to_them(db, asked, setting, kind, period, one)
    there = [view for view in found if view.digest["items"]]
    waits = _waiting(db, asked, setting, kind)
    if not there:
        text = asked.say("还没有发过这样的日报、周报。", "No such digest was sent yet.")
        if period and asked.private and one is None and len(setting.reader.group_keys) > 1:
            text += asked.say(
                "\n在群里发这条命令，可以现算一份。",
                "\nSend this in the group: there it is computed for you.",
            )
        return Answer(text + waits)
    view = max(there, key=lambda one: (one.sent_at or 0, one.id))
    number = len(view.digest["items"])
    head = f"{_name(db, view, asked)} · {asked.say(f'{number} 条：', f'{number} items:')}"
    items = zip(view.numbers, view.digest["items"], strict=True)
    asks = period or (view.place.removeprefix(TOGETHER) if one else "")
    answer = _shown(asked, head, items, whole, asks)
    return msgspec.structs.replace(answer, text=answer.text + waits)


def _shown(
    asked: Asked,
    head: str,
    items: Iterable[tuple[int, Mapping[str, Any]]],
    whole: bool,
    asks: str,
) -> Answer:
    """Write some items or all of them; `asks` is what the rest of them is asked for by."""
    every = list(items)
    shown = every if whole else every[:_SHOWN]
    rest = len(every) - len(shown)
    way = f"/{asked.name} {asks}".rstrip()
    more = asked.say(f"\n还有 {rest} 条：{way} 全部", f"\n{rest} more: {way} all")
    text = "\n".join([head, *_rows(shown)]) + (more if rest else "")
    return Answer(text, _cited(shown), direct=whole and not asked.private)


def _waiting(db: sqlite3.Connection, asked: Asked, setting: Setting, kind: str) -> str:
    """Tell an admin that there is a draft."""
    found = ready(db, asked, setting, kind, "draft")
    if not found:
        return ""
    begins = way(asked, found[0].place)
    return asked.say(
        f"\n有一份草稿等你看：{begins} 草稿", f"\nA draft waits for you: {begins} draft"
    )


def _preview(
    db: sqlite3.Connection,
    asked: Asked,
    setting: Setting,
    kind: str,
    one: TogetherConfig | None,
) -> Answer:
    found = ready(db, asked, setting, kind, "draft", one)
    if not found:
        if not may_decide(db, asked, setting):
            note(db, asked.by, "refused", asked.place or "", "digest")
            return refused(asked)
        return Answer(asked.say("现在没有草稿。", "There is no draft now."))
    parts, cited = [], tuple[str, ...]()
    for view in found:
        items = list(zip(view.numbers, view.digest["items"], strict=True))
        parts.append(
            asked.say(
                f"{_name(db, view, asked)} 草稿，{len(items)} 条，还没有发：",
                f"Draft of {_name(db, view, asked)}, {len(items)} items, not sent:",
            )
        )
        parts += _rows(items)
        cited += _cited(items)
    begins = way(asked, found[0].place)
    parts.append(
        asked.say(
            f"去掉：{begins} 去掉 3　改题目：{begins} 改 2 新标题\n发到群里：{begins} 通过",
            f"Leave one out: {begins} drop 3 · other title: {begins} title 2 NEW\n"
            f"To send it: {begins} approve",
        )
    )
    return Answer("\n".join(parts), cited, direct=not asked.private)


def _name(db: sqlite3.Connection, view: EditionView, asked: Asked) -> str:
    if view.place.startswith(TOGETHER):
        title = view.place.removeprefix(TOGETHER)
    else:
        title = get_group(db, operator(), view.place).title
    return _named(title, view.kind, view.period, asked)


def _named(title: str, kind: str, period: str, asked: Asked) -> str:
    week = kind == "week"
    of = asked.say("周报" if week else "日报", "weekly digest" if week else "daily digest")
    return f"{one_line(title, NAME)} {of} {period}"


def _rows(items: Iterable[tuple[int, Mapping[str, Any]]]) -> list[str]:
    return [
        f"{number}. {one_line(item['title'], _TITLE)} — {one_line(item['why'], _WHY)} · {CODE}"
        for number, item in items
    ]


def _cited(items: Iterable[tuple[int, Mapping[str, Any]]]) -> tuple[str, ...]:
    return tuple(item["keys"][0] for _, item in items)


COMMANDS: tuple[Command, ...] = (
    Command(
        names=("digest", "周报", "日报"),
        who="member",
        run=_digest,
        reads=_look,
        takes=("[上周/2026-W47]", "[last/2026-W47]"),
        chinese="看日报、周报；管理员先看草稿、改、通过",
        english="the daily or weekly digest; admins see the draft, edit and approve it",
        writes=True,
        wants_role=True,
    ),
)
