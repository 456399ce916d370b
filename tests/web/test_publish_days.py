"""A published day is written fast: it says what the site's own functions say of it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from asking import Fill
from hostile_archive import KEY as HOSTILE
from hostile_archive import fill_hostile
from hostile_text import BAD_ADDRESSES, CALLS, SCRIPTS

from archive.database import Archive
from archive.day_rows import Plain
from archive.loading import Loader
from archive.records import Attachment, Group, Message, Reaction, Span
from web.markdown import Pen
from web.publish.book import Book
from web.publish.day_lines import DayLines
from web.publish.days import DayPages
from web.publish.places import Places, anchor, day_file
from web.publish.state import Settings
from web.talk import Fold, Line

KEY = "telegram:-100123"
NOON = 1_795_060_800
TEXTS = (
    "好", "早安", "哈哈哈", " 空格", "1. 一", "+1", "-", "# 题", "a:b", "*x* _y_ `z`", "行\n\n二行",
    "末尾 ", "\u3000", "", "\u202e反", "看 https://example.org/a_b?c=1。", "#干货 #没有", "100%",
    "电话 13812345678", "邮箱 ａ＠ｂ.com a@example.org", "<b>&\"'",
    "\x1f\x85\u2028行", "~😄", "[图片]",
)  # fmt: skip
LINKS = (Span("link", 0, 1, "https://example.org"), Span("bold", 1, 3))


def _messages() -> list[Message]:
    def said(number: object, text: str, at: int, **more: Any) -> Message:
        who = f"telegram:{at // 4 % 3}"
        return Message(KEY, str(number), NOON + at * 40, who, f"人{who[-1]}<i>", text=text, **more)

    texts = [said(n, text, n) for n, text in enumerate((*TEXTS, *SCRIPTS, *CALLS, *BAD_ADDRESSES))]
    greetings = [said(f"g{n}", "早", 300 + n) for n in range(6)]
    answers = [
        said(f"r{n}", text, 400 + n, reply_to=to, topic="1" if n == 2 else None)
        for n, (text, to) in enumerate((("答", "3"), ("*答*", "nobody"), ("答", "1"), ("", "x:1")))
    ]
    others = [
        said("with file", "图", 500, attachments=(Attachment("photo", missing="why"),)),
        said("01", "别的号", 501),
        said("m2", "好", 502, reactions=(Reaction("👍", 3),)),
        said("linked", "点我吧", 503, spans=LINKS),
        said("edited", "改过", 504, edited_at=NOON + 1),
        Message(KEY, "late", NOON + 90_000, "telegram:1", "人1<i>", text="第二天"),
    ]
    return [*texts, *greetings, *answers, *others]


@pytest.mark.parametrize("members", [False, True])
def test_a_day_reads_as_the_site_writes_it(archive: Archive, fill: Fill, members: bool) -> None:
    fill_hostile(archive)
    fill(Group(KEY, "技术群"), *_messages())
    with archive.writing() as db:
        db.execute("UPDATE groups SET visibility = 'public'")
    book = Book(archive, Settings(members=members))
    for key in (KEY, HOSTILE):
        days = book.standing.groups[key]
        _, rows = book.loader.rows_between(days.id, 0, 2**53, 10_000)
        views = Loader(book.db, book.reader).between(days.id, 0, 2**53, 10_000)[1]
        assert len(rows) == len(views)
        assert key == HOSTILE or sum(isinstance(row, Plain) for row in rows) > len(TEXTS)
        places = Places(book, day_file(key, "2026-11-20"))
        places.learn({m.key: f"#{anchor(m.key)}" for m in views})
        visit = book.visit("/", places)
        lines = visit.talk.lines(views, whole=True)
        said = DayLines(DayPages(book, key).group, visit.words, places, visit.talk).written(
            rows, places.here
        )
        assert said.html == visit.talk.listed(lines)
        pen = Pen(visit.words, visit.talk.cabinet, places)
        assert said.markdown == pen.lines([_beside(line) for line in lines])
    book.close()


def _beside(line: Any) -> Any:
    """A twin has no rows of its own to lead to: it leads to those of the page."""
    if isinstance(line, Fold):
        return Fold(tuple(map(_beside, line.lines)))
    if isinstance(line, Line):
        return msgspec.structs.replace(line, href=f"2026-11-20.html{line.href}")
    return line
