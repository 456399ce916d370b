"""`/digest` of a day or week that was never sent: computed for who asks, edited by nobody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from commanding import TG, Talk, said, speaking, told

from archive import editions
from archive.database import Archive
from archive.digest import Digest, Item, week
from archive.forget import forget
from archive.records import Group, Reaction, Recall
from bot.commands import digest_unsent

WEEK = week("2026-W38", "Asia/Shanghai")
NOW = WEEK.until + 86_400
ABOUT = {
    "1": "部署的时候先拉镜像再重启，回滚就用上一个标签，别直接删容器，这都是血的教训",
    "2": "登山杖先买一根轻的，膝盖不好的人下山才知道它的好处，别买太便宜的那一种",
    "3": "备份每天三点跑，放到另一台机器，每个月真的恢复一次看看，不然等于没有备份",
    "4": "监控接到企业微信，磁盘八成就报，别等满了再说，半夜被叫起来真的很难受",
}


def loved(group: str = TG) -> Iterator[Any]:
    heart = (Reaction("❤", 9),)
    for id, text in ABOUT.items():
        yield said(id, text, "3", at=WEEK.since + 40_000 * int(id), group=group, reactions=heart)


@pytest.fixture
def talk(archive: Archive) -> Talk:
    talk = speaking(archive, {})
    told(archive, loved())
    talk.now = NOW
    return talk


def drafted(talk: Talk, title: str) -> int:
    """Draft the week and give an item a title that only admins know."""
    item = Item("message", "原来的题目", "王五：「话」", (f"{TG}:1",), "3 人回复", TG, 1)
    with talk.archive.writing() as db:
        digest = Digest("2026-W38", WEEK.since, WEEK.until, (TG,), (item,), (), (), 4, 1)
        made = editions.draft(db, digest, TG, "week", "2026-W38", NOW)
        editions.change_title(db, made, 1, title, "telegram:1")
    return made


def test_week_that_was_never_sent_is_computed_and_says_so(talk: Talk) -> None:
    text = talk.ask("/周报 上周")
    assert "2026-W38 · 还没有发过，这是现算的，没有人看过 · 4 条：" in text
    assert text.count("\n") == 4 and "还有 1 条：/周报 2026-W38 全部" in text
    assert "9 个表情" in text
    english = talk.ask("/digest 2026-W38")
    assert "not sent: computed just now, seen by nobody · 4 items:" in english
    assert "9 reactions" in english and "1 more: /digest 2026-W38 all" in english
    whole = talk.give(talk.asked("/周报 2026-W38 全部"))
    assert whole is not None and whole.direct and whole.text.count("\n") == 4
    assert "日报 2026-09-15" in talk.ask("/日报 2026-09-15")


def test_codes_of_it_lead_to_the_messages(talk: Talk) -> None:
    (line,) = [row for row in talk.ask("/周报 上周").splitlines() if "拉镜像" in row]
    assert f"/m/{TG}:1" in talk.ask(f"/出处 {line.rpartition(' · ')[2]}")


def test_edits_of_an_unsent_draft_are_not_told(talk: Talk) -> None:
    made = drafted(talk, "只有管理员知道的题目")
    text = talk.ask("/周报 上周")
    assert "现算的" in text and "只有管理员" not in text and "原来的题目" not in text
    with talk.archive.writing() as db:
        editions.approve(db, made, "telegram:1", NOW)
    assert "现算的" in talk.ask("/周报 上周")
    with talk.archive.writing() as db:
        editions.sent(db, made, NOW)
    text = talk.ask("/周报 上周")
    assert "只有管理员" in text and "现算的" not in text


def test_what_was_forgotten_taken_back_or_begins_with_not_kept_is_not_in_it(talk: Talk) -> None:
    """TRUST 5, 33."""
    with talk.archive.writing() as db:
        forget(db, [f"{TG}:1"], "telegram:3")
    told(talk.archive, Recall(TG, "2", NOW))
    text = talk.ask("/周报 上周")
    assert "2 条" in text and "镜像" not in text and "登山杖" not in text


@pytest.mark.parametrize("words", ["2026-W30", "2026-W52", "2026-W99", "2026-02-31"])
def test_period_without_anything_or_yet_to_come_is_said_so(talk: Talk, words: str) -> None:
    assert talk.ask(f"/周报 {words}").startswith("还没有发过这样的日报、周报。")


def test_alone_it_is_computed_for_who_is_in_one_group_only(talk: Talk) -> None:
    """TRUST 31: and never of a group one is not in."""
    told(talk.archive, said("90", "我也说一句", "2", at=NOW - 50))
    private: dict[str, Any] = {"private": True}
    assert "现算的" in talk.ask("/周报 2026-W38", "2", **private)
    assert "现算的" not in talk.ask("/周报 2026-W38", "77", **private)
    other = "telegram:-100777"
    told(talk.archive, Group(other, "摄影群"), said("90", "一句", "2", group=other, at=NOW - 50))
    talk.agree(other)
    text = talk.ask("/周报 2026-W38", "2", **private)
    assert "现算的" not in text and "在群里发这条命令" in text


def test_large_week_is_computed_in_a_process_of_its_own(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digest_unsent, "MOST_HERE", 2)
    assert "拉镜像" in talk.ask("/周报 上周")
    with digest_unsent._at_work:
        assert "正在算另一份" in talk.ask("/周报 上周")
    monkeypatch.setattr(digest_unsent.sys, "executable", "/bin/false")
    assert "现算的" not in talk.ask("/周报 上周")
