"""What admins do to a draft: leave an item out, give it another title, let it be sent."""

from __future__ import annotations

import re
import sqlite3

from archive import editions
from archive.audit import note
from archive.digest.cutting import cut
from archive.editions import EditionView
from archive.errors import NotFound
from archive.text import normalise
from bot.commands.command import Answer, Asked, Setting
from bot.commands.digest_meant import may_decide, ready, way
from bot.commands.lines import one_line
from bot.config import TogetherConfig

_DROP, _KEEP, _TITLE = ("去掉", "drop"), ("放回", "keep"), ("改", "title")
_APPROVE, _HOLD = ("通过", "approve"), ("撤回", "hold")
_NUMBERED = re.compile(
    rf"(?P<act>{'|'.join((*_DROP, *_KEEP, *_TITLE))})\s*第?\s*(?P<number>\d{{1,2}})\s*条?"
    r"(?P<rest>.*)",
    re.I | re.S,
)


def edits(words: str) -> bool:
    """Tell whether words ask for a change."""
    return words in (*_APPROVE, *_HOLD) or _NUMBERED.fullmatch(words) is not None


def refused(asked: Asked) -> Answer:
    """Say who may do this."""
    text = asked.say(
        "草稿要群主或管理员来看、来改、来发。",
        "Only the group's owner and admins see, edit and send drafts.",
    )
    return Answer(text, refused=True)


def edit(
    db: sqlite3.Connection, asked: Asked, setting: Setting, kind: str, one: TogetherConfig | None
) -> Answer:
    """Do what the words ask for, and say how it is undone."""
    words = normalise(asked.words).strip()
    found = ready(db, asked, setting, kind, "approved" if words in _HOLD else "draft", one)
    if not found and not may_decide(db, asked, setting):
        note(db, asked.by, "refused", asked.place or "", "digest")
        return refused(asked)
    if len(found) > 1:
        return Answer(
            asked.say(
                f"{len(found)} 个群都有，请在那个群里发 /{asked.name} {words}；"
                f"合在一起的写名字：/{asked.name} 名字 {words}。",
                f"{len(found)} groups have one: send /{asked.name} {words} in the group you mean;"
                f" several together by their name: /{asked.name} NAME {words}.",
            )
        )
    if not found:
        return Answer(
            asked.say(
                "没有可以改的草稿；发出去的就不再改了。",
                "There is no draft to change; what was sent is changed no more.",
            )
        )
    if words in _HOLD:
        return _hold(db, asked, found[0])
    return _approve(db, asked, found[0]) if words in _APPROVE else _change(db, asked, found[0])


def _approve(db: sqlite3.Connection, asked: Asked, view: EditionView) -> Answer:
    items = len(view.digest["items"])
    begins = way(asked, view.place)
    if not items:
        return Answer(
            asked.say("一条都没有了，不发。", "Nothing is left in it; it is not sent.")
        )  # fmt: skip
    editions.approve(db, view.id, asked.by, asked.at)
    return Answer(
        asked.say(
            f"通过了，马上发到群里，{items} 条。\n没发出去之前可以收回：{begins} 撤回",
            f"Approved: {items} items go to the group in a moment.\n"
            f"Until then you can take it back: {begins} hold",
        )
    )


def _hold(db: sqlite3.Connection, asked: Asked, view: EditionView) -> Answer:
    editions.hold(db, view.id, asked.by)
    begins = way(asked, view.place)
    return Answer(
        asked.say(
            f"收回了，还是草稿。要发：{begins} 通过",
            f"Taken back; it is a draft again. To send it: {begins} approve",
        )
    )


def _change(db: sqlite3.Connection, asked: Asked, view: EditionView) -> Answer:
    # the title as it was written: `normalise` is for finding the command
    asked_for = _NUMBERED.fullmatch(normalise(asked.words).strip())
    as_written = _NUMBERED.fullmatch(asked.words.strip())
    assert asked_for is not None
    act, number = asked_for["act"], int(asked_for["number"])
    begins = way(asked, view.place)
    try:
        if act in _DROP:
            return _drop(db, asked, view, number)
        if act in _KEEP:
            editions.keep_item(db, view.id, number, asked.by)
            return Answer(
                asked.say(
                    f"第 {number} 条放回去了。要去掉：{begins} 去掉 {number}",
                    f"Item {number} is in again. To leave it out: {begins} drop {number}",
                )
            )
        title = (as_written or asked_for)["rest"].strip()
        return _retitle(db, asked, view, number, title)
    except NotFound:
        return Answer(
            asked.say(
                f"没有第 {number} 条。看草稿：{begins} 草稿",
                f"There is no item {number}. To see the draft: {begins} draft",
            )
        )


def _drop(db: sqlite3.Connection, asked: Asked, view: EditionView, number: int) -> Answer:
    editions.drop_item(db, view.id, number, asked.by)
    begins = way(asked, view.place)
    return Answer(
        asked.say(
            f"去掉了第 {number} 条。要放回：{begins} 放回 {number}",
            f"Item {number} is left out. To take it in again: {begins} keep {number}",
        )
    )


def _retitle(
    db: sqlite3.Connection, asked: Asked, view: EditionView, number: int, title: str
) -> Answer:
    title = cut(" ".join(title.split()), editions.LONGEST_TITLE)
    begins = way(asked, view.place)
    editions.change_title(db, view.id, number, title, asked.by)
    if not title:
        return Answer(
            asked.say(
                f"第 {number} 条用回原来的题目。", f"Item {number} has its first title again."
            )
        )
    return Answer(
        asked.say(
            f"第 {number} 条改成“{one_line(title)}”。要用回原来的：{begins} 改 {number}",
            f"Item {number} is now “{one_line(title)}”. For the first one again:"
            f" {begins} title {number}",
        )
    )
