"""`/digest`: the daily and weekly round-up, seen, edited and approved."""

from __future__ import annotations

import re
import sqlite3
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from archive.access import operator
from archive.audit import note
from archive.editions import EditionView, find_edition
from archive.groups import get_group
from archive.text import normalise
from bot.commands.command import CODE, Answer, Asked, Command, Setting
from bot.commands.digest_edits import edit, edits, ready, refused
from bot.commands.lines import NAME, one_line

_SHOWN = 3
_TITLE, _WHY = 40, 36
_ALL = ("全部", "all")
_DRAFT = ("草稿", "预览", "draft", "preview")
_BACK = {"本周": 0, "这周": 0, "this": 0, "thisweek": 0, "上周": 7, "last": 7, "lastweek": 7,
         "今天": 0, "today": 0, "昨天": 1, "yesterday": 1}  # fmt: skip
_DAYS = ("今天", "today", "昨天", "yesterday")


def _digest(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    words = normalise(asked.words).strip()
    kind = "day" if asked.name == "日报" else "week"
    if words in _DRAFT:
        return _preview(db, asked, setting, kind)
    if edits(words):
        return edit(db, asked, setting, kind)
    if words in _ALL or not words:
        return _read(db, asked, setting, kind, None, bool(words))
    found = _period(words, kind, asked, setting)
    if found is None:
        return Answer(
            asked.say(
                f"这样用：/{asked.name}，/{asked.name} 上周，/{asked.name} 2026-W47",
                f"Use it like this: /{asked.name}, /{asked.name} last, /{asked.name} 2026-W47",
            )
        )
    return _read(db, asked, setting, *found, False)


def _period(words: str, kind: str, asked: Asked, setting: Setting) -> tuple[str, str] | None:
    """Return (kind, name) of the day or week that words mean."""
    words = "".join(words.split())
    week = re.fullmatch(r"(\d{4})-?w(\d{1,2})", words)
    if week is not None:
        return "week", f"{week[1]}-W{int(week[2]):02}"
    if re.fullmatch(r"\d{4}-\d\d-\d\d", words):
        return "day", words
    if words not in _BACK:
        return None
    if words in _DAYS:
        kind = "day"
    today = datetime.fromtimestamp(asked.at, UTC).astimezone(ZoneInfo(setting.time_zone)).date()
    then = today - timedelta(days=_BACK[words])
    if kind == "day":
        return kind, then.isoformat()
    year, number, _ = then.isocalendar()
    return kind, f"{year}-W{number:02}"


def _read(
    db: sqlite3.Connection,
    asked: Asked,
    setting: Setting,
    kind: str,
    period: str | None,
    whole: bool,
) -> Answer:
    """Show what was sent: of this group, or in private of the person's groups the newest."""
    places = [asked.place] if asked.place else sorted(setting.reader.group_keys)
    found = [find_edition(db, setting.reader, place, kind, period) for place in places]
    there = [view for view in found if view is not None and view.digest["items"]]
    waits = _waiting(db, asked, setting, kind)
    if not there:
        text = asked.say("还没有发过这样的日报、周报。", "No such digest was sent yet.")
        return Answer(text + waits)
    view = max(there, key=lambda one: (one.sent_at or 0, one.id))
    rows = _rows(view)[: None if whole else _SHOWN]
    items = len(view.digest["items"])
    rest = items - len(rows)
    more = asked.say(f"\n还有 {rest} 条：/{asked.name} 全部", f"\n{rest} more: /{asked.name} all")
    head = f"{_name(db, view, asked)} · {asked.say(f'{items} 条：', f'{items} items:')}"
    text = "\n".join([head, *rows]) + (more if rest else "") + waits
    return Answer(text, _cited(view)[: len(rows)], direct=whole and not asked.private)


def _waiting(db: sqlite3.Connection, asked: Asked, setting: Setting, kind: str) -> str:
    """Tell an admin that there is a draft."""
    if not ready(db, asked, setting, kind, "draft"):
        return ""
    return asked.say(
        f"\n有一份草稿等你看：/{asked.name} 草稿", f"\nA draft waits for you: /{asked.name} draft"
    )


def _preview(db: sqlite3.Connection, asked: Asked, setting: Setting, kind: str) -> Answer:
    found = ready(db, asked, setting, kind, "draft")
    if not found:
        if not (asked.is_admin or setting.admin_of):
            note(db, asked.by, "refused", asked.place or "", "digest")
            return refused(asked)
        return Answer(asked.say("现在没有草稿。", "There is no draft now."))
    parts, cited = [], tuple[str, ...]()
    for view in found:
        items = len(view.digest["items"])
        parts.append(
            asked.say(
                f"{_name(db, view, asked)} 草稿，{items} 条，还没有发：",
                f"Draft of {_name(db, view, asked)}, {items} items, not sent:",
            )
        )
        parts += _rows(view)
        cited += _cited(view)
    parts.append(
        asked.say(
            f"去掉：/{asked.name} 去掉 3　改题目：/{asked.name} 改 2 新标题\n"
            f"发到群里：/{asked.name} 通过",
            f"Leave one out: /{asked.name} drop 3 · other title: /{asked.name} title 2 NEW\n"
            f"To send it: /{asked.name} approve",
        )
    )
    return Answer("\n".join(parts), cited, direct=not asked.private)


def _name(db: sqlite3.Connection, view: EditionView, asked: Asked) -> str:
    title = get_group(db, operator(), view.place).title
    week = view.kind == "week"
    kind = asked.say("周报" if week else "日报", "weekly digest" if week else "daily digest")
    return f"{one_line(title, NAME)} {kind} {view.period}"


def _rows(view: EditionView) -> list[str]:
    return [
        f"{number}. {one_line(item['title'], _TITLE)} — {one_line(item['why'], _WHY)} · {CODE}"
        for number, item in zip(view.numbers, view.digest["items"], strict=True)
    ]


def _cited(view: EditionView) -> tuple[str, ...]:
    return tuple(item["keys"][0] for item in view.digest["items"])


COMMANDS: tuple[Command, ...] = (
    Command(
        names=("digest", "周报", "日报"),
        who="member",
        run=_digest,
        takes=("[上周/2026-W47]", "[last/2026-W47]"),
        chinese="看日报、周报；管理员先看草稿、改、通过",
        english="the daily or weekly digest; admins see the draft, edit and approve it",
        writes=True,
        wants_role=True,
    ),
)
