"""The demo groups with one of everything beside them, a crowded day and a very long link."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from serve import load
from shelved import Place, Wording, shelve

from archive import editions, groups
from archive.access import operator
from archive.candidates import candidates, suggest
from archive.database import Archive, open_archive
from archive.digest.making import make_digest
from archive.digest.periods import week
from archive.keep import keep
from archive.questions import asking
from archive.records import Group, Member, Message

ZONE = "Asia/Shanghai"
TOGETHER = editions.TOGETHER
NOW = 1_795_150_800
"""2026-11-20 in Shanghai, two days after the last of the demo's messages."""
BUSY = NOW - 92 * 86_400 - 36 * 3600
CROWDED = Group("telegram:-1009900000009", title="值班群", kind="supergroup", time_zone=ZONE)
LONG_LINK = "https://example.org/" + "long-path-" * 18
WORDING = Wording(
    title="协程卡住了，怎么看它在等什么",
    short="值班手册",
    alias="夜航船",
    text="先看 all_tasks()，再开 debug 模式。超过 100 毫秒的回调会自己报出来，不用猜。",
    why="有前因，有做法，有后来。",
    name="陆野",
    query="内存泄漏 火焰图",
)
_QUESTIONS = (
    ("运营人一群", "想先问一个：有没有小于 50 人的付费群案例", ""),
    ("运营人一群", "问下大家，冷启动的时候第一批人从哪来", "先说结论：拉群那天的人数不重要"),
    ("运营人一群", "弱弱问，限流恢复之后第一天能发多少", "我是第一天只发 20 个人"),
    ("后端夜谈", "question: synchronous 设 NORMAL 还是 FULL", "WAL 下 NORMAL 断电不会坏库"),
    ("周末摄影课", "何老师，那自动档是谁在接水", ""),
)


def fill_demo(folder: Path) -> Archive:
    """Make the archive; the developers' group is public, the operators' for its members."""
    open_archive(folder, create=True)
    archive = load(folder)
    with archive.writing() as db:
        assert not keep(db, [CROWDED, *_crowd()]).rejected
    with archive.writing() as db:
        public = groups.find_group(db, operator(), "后端夜谈").key
        groups.set_visibility(db, public, "public", "operator")
        members = groups.find_group(db, operator(), "运营人一群").key
        groups.set_visibility(db, members, "members", "operator")
        _questions(db)
        shelve(db, _place(public), WORDING)
        _digests(db, [members, public])
    return archive


def _crowd() -> list[Member | Message]:
    """What is said in one day of a busy group: 1,200 messages of eight people."""
    said = [
        "服务又报了一次超时，先看慢查询",
        "看了，是昨天那条索引没建上",
        "收到，我这边先把流量切走",
    ]
    people = [Member(f"telegram:9900{n}", f"值班{n}", group_key=CROWDED.key) for n in range(8)]
    return [
        *people,
        *(
            Message(
                CROWDED.key, str(n + 1), BUSY + n * 60,
                sender_key=people[n // 3 % 8].key,
                text=LONG_LINK if n == 700 else f"{said[n % 3]}（{n}）{'，再等等' * (n % 5)}",
            )
            for n in range(1200)
        ),
    ]  # fmt: skip


def _place(group: str) -> Place:
    """Name messages of the developers' group by the ids their export gives them."""

    def keys(*ids: int) -> tuple[str, ...]:
        return tuple(f"{group}:{number}" for number in ids)

    return Place(
        group, "telegram:99000000102", *keys(77, 78, 75, 70, 90), kept=keys(83, 90),
        loose=keys(42, 44, 73, 84), at=NOW,
    )  # fmt: skip


def _questions(db: sqlite3.Connection) -> None:
    for title, asked, answered in _QUESTIONS:
        question = _starting(db, title, asked)
        asking.open_question(db, question, "operator")
        if answered:
            answer = _starting(db, title, answered)
            asking.add_answer(db, question, answer, "operator")
            asking.accept(db, question, answer, "operator")


def _starting(db: sqlite3.Connection, title: str, start: str) -> str:
    """Return the key of the message that begins so."""
    key = groups.find_group(db, operator(), title).key
    ((found,),) = db.execute(
        "SELECT m.platform_id FROM messages m JOIN groups g ON g.id = m.group_id"
        " WHERE g.key = ? AND substr(m.text, 1, ?) = ?",
        (key, len(start), start),
    ).fetchall()
    return f"{key}:{found}"


def _digests(db: sqlite3.Connection, keys: list[str]) -> None:
    """Weekly digests as the machine makes them: of each group, and of all."""
    together = f"{TOGETHER}两个群" if TOGETHER else "all"
    for name, state in (("2026-W42", "sent"), ("2026-W46", "sent"), ("2026-W47", "draft")):
        for place in (keys[0], together):
            period = week(name, ZONE)
            made = make_digest(db, operator(), keys if place == together else [place], period)
            number = editions.draft(db, made, place, "week", name, period.until)
            if state == "sent":
                editions.approve(db, number, "operator", period.until)
                editions.sent(db, number, period.until)
    suggest(db, candidates(db, operator(), keys, NOW - 150 * 86_400, NOW), NOW)
