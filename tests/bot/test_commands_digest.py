"""`/digest`: members read what was sent, admins see, edit and approve the draft."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from commanding import QQ, TG, Talk, rows, said, speaking, told

from archive import consent, editions
from archive.access import member
from archive.database import Archive
from archive.digest import Digest, Item
from archive.forget import forget
from archive.records import Group, Recall

TEXTS = {
    "1": "部署用 docker compose，先拉镜像再重启",
    "2": "备份每天三点跑，放到另一台机器",
    "3": "监控接到企业微信，磁盘八成就报",
    "4": "迁移前先停写，再核对行数",
    "5": "@all 明天的分享改到八点",
}
WEEK = "2026-W39"


@pytest.fixture
def talk(archive: Archive) -> Talk:
    """A group whose five messages are in the draft of the week."""
    talk = speaking(archive, TEXTS)
    drafted(talk)
    return talk


def drafted(talk: Talk, group: str = TG, period: str = WEEK, kind: str = "week") -> int:
    items = tuple(
        Item("message", text[:12], f"王五：「{text}」", (f"{group}:{id}",), "3 人回复", group, 1)
        for id, text in TEXTS.items()
    )
    with talk.archive.writing() as db:
        digest = Digest(period, 0, 1, (group,), items, (), (), 5, 1)
        return editions.draft(db, digest, group, kind, period, talk.now)


def send(talk: Talk) -> None:
    with talk.archive.writing() as db:
        for edition, _ in editions.to_send(db):
            editions.sent(db, edition, talk.now)


def state(talk: Talk) -> str:
    ((found,),) = rows(talk.archive, "SELECT state FROM editions WHERE place = ?", TG)
    return str(found)


def titles(talk: Talk) -> list[str]:
    with talk.archive.reading() as db:
        view = editions.find_edition(
            db, member(frozenset((TG,))), TG, "week", states=("draft", "approved", "sent")
        )
    assert view is not None
    return [item["title"] for item in view.digest["items"]]


def test_draft_is_shown_to_an_admin_alone(talk: Talk) -> None:
    answer = talk.give(talk.asked("/周报 草稿", "1"))
    assert answer is not None and answer.direct
    assert "3. 监控接到企业微信" in answer.text and "/周报 通过" in answer.text
    assert len(re.findall(r" · [0-9A-Z]{6}$", answer.text, re.M)) == 5
    assert "@all" not in answer.text


@pytest.mark.parametrize("words", ["草稿", "去掉 1", "改 1 好", "通过", "撤回"])
def test_member_neither_sees_nor_changes_a_draft(talk: Talk, words: str) -> None:
    """TRUST 32: refused, and noted in the audit."""
    answer = talk.give(talk.asked(f"/周报 {words}", "2"))
    assert answer is not None and answer.refused
    assert "docker" not in answer.text and state(talk) == "draft" and len(titles(talk)) == 5
    assert [row[0] for row in talk.audit("refused")] == ["telegram:2"]


def test_admin_demoted_a_second_ago_is_refused(talk: Talk) -> None:
    """TRUST 32."""
    assert "去掉了" in talk.ask("/周报 去掉 1", "1")
    talk.roles[TG, "telegram:1"] = "member"
    for words in ("去掉 2", "通过"):
        for private in (False, True):
            answer = talk.give(talk.asked(f"/周报 {words}", "1", private=private))
            assert answer is not None and state(talk) == "draft" and len(titles(talk)) == 4


def test_anonymous_admin_approves_and_a_bot_does_not(talk: Talk) -> None:
    """TRUST 32."""
    talk.give(talk.asked("/周报 通过", "1", is_bot=True))
    assert state(talk) == "draft"
    talk.ask("/周报 通过", None, sender_key=TG, role="admin")
    assert state(talk) == "approved"


def test_items_are_dropped_and_taken_in_again(talk: Talk) -> None:
    assert "/周报 放回 3" in talk.ask("/周报 去掉 3", "1")
    assert len(titles(talk)) == 4
    assert "/digest drop 3" in talk.ask("/digest keep 3", "1")
    assert len(titles(talk)) == 5
    assert "没有第 9 条" in talk.ask("/周报 去掉第9条", "1")


def test_title_is_changed_as_it_was_written_and_back(talk: Talk) -> None:
    assert "/周报 改 2" in talk.ask("/周报 改 2 Nightly 備份", "1")
    assert titles(talk)[1] == "Nightly 備份"
    assert "first title" in talk.ask("/digest title 2", "1")
    assert titles(talk)[1] == TEXTS["2"][:12]


def test_approval_is_given_taken_back_and_given_again(talk: Talk) -> None:
    assert "/周报 撤回" in talk.ask("/周报 通过", "1")
    assert state(talk) == "approved"
    assert "没有可以改的草稿" in talk.ask("/周报 去掉 1", "1")
    assert "/周报 通过" in talk.ask("/周报 撤回", "1")
    assert state(talk) == "draft"
    talk.ask("/周报 通过", "1")
    send(talk)
    assert "没有可以改的草稿" in talk.ask("/周报 撤回", "1")
    assert state(talk) == "sent"


def test_command_delivered_twice_is_obeyed_once(talk: Talk) -> None:
    asked = talk.asked("/周报 去掉 1", "1")
    talk.give(asked)
    talk.ask("/周报 放回 1", "1")
    assert talk.give(asked) is None
    assert len(titles(talk)) == 5


def test_empty_draft_is_not_approved(talk: Talk) -> None:
    for number in range(1, 6):
        talk.ask(f"/周报 去掉 {number}", "1")
    assert "不发" in talk.ask("/周报 通过", "1")
    assert state(talk) == "draft"


def test_admin_works_on_the_draft_in_private(talk: Talk) -> None:
    told(talk.archive, said("90", "我是张三，说过一句话", "1"))
    private: dict[str, Any] = {"private": True}
    assert "草稿，5 条" in talk.ask("/周报 草稿", "1", **private)
    assert "去掉了" in talk.ask("/周报 去掉 1", "1", **private)
    assert "通过了" in talk.ask("/周报 通过", "1", **private)
    assert state(talk) == "approved"
    assert "要群主或管理员" in talk.ask("/周报 草稿", "3", **private)


def test_with_drafts_of_two_groups_the_group_must_be_meant(talk: Talk) -> None:
    other = "telegram:-100777"
    told(talk.archive, Group(other, "摄影群"), said("90", "一句", "1"),
         (said(id, text, "1", group=other) for id, text in TEXTS.items()))  # fmt: skip
    talk.agree(other)
    talk.roles[other, "telegram:1"] = "owner"
    drafted(talk, other)
    assert "2 个群" in talk.ask("/周报 通过", "1", private=True)
    talk.ask("/周报 通过", "1", group=other)
    assert state(talk) == "draft"


def test_members_read_what_was_sent_in_five_lines(talk: Talk) -> None:
    assert "还没有发过" in talk.ask("/周报")
    talk.ask("/周报 通过", "1")
    assert "还没有发过" in talk.ask("/周报")
    send(talk)
    text = talk.ask("/周报")
    assert text.count("\n") == 4 and "技术群 周报 2026-W39 · 5 条" in text and "还有 2 条" in text
    answer = talk.give(talk.asked("/digest all"))
    assert answer is not None and answer.direct and answer.text.count("\n") == 5
    assert "@all" not in answer.text
    assert "5 items" in talk.ask("/digest 2026-W39")
    assert "还没有发过" in talk.ask("/周报 2026-W38")
    assert "还没有发过" in talk.ask("/日报")


def test_weeks_and_days_are_named_as_people_do(talk: Talk) -> None:
    talk.now = int(datetime(2026, 9, 30, 12, tzinfo=UTC).timestamp())
    drafted(talk, period="2026-09-29", kind="day")
    talk.ask("/周报 通过", "1")
    talk.ask("/日报 通过", "1")
    send(talk)
    assert "2026-W39" in talk.ask("/周报 上周")
    assert "还没有发过" in talk.ask("/周报 本周")
    assert "2026-W39" in talk.ask("/digest last week")
    assert "日报 2026-09-29" in talk.ask("/日报 昨天")
    assert "日报 2026-09-29" in talk.ask("/日报")
    assert "这样用" in talk.ask("/周报 随便什么")


def test_what_was_forgotten_or_taken_back_is_not_read(talk: Talk) -> None:
    """TRUST 5, 33."""
    talk.ask("/周报 通过", "1")
    send(talk)
    with talk.archive.writing() as db:
        forget(db, [f"{TG}:1"], "telegram:3")
    told(talk.archive, Recall(TG, "2", talk.now))
    text = talk.ask("/周报")
    assert "3 条" in text and "部署" not in text and "备份" not in text
    with talk.archive.writing() as db:
        consent.opt_out(db, "telegram:3", "telegram:3")
    assert "还没有发过" in talk.ask("/周报")


def test_group_reads_its_own_digest_only(talk: Talk) -> None:
    """TRUST 31."""
    talk.ask("/周报 通过", "1")
    send(talk)
    told(talk.archive, Group(QQ, "别的群"), said("1", "别的群里的话", "2", group=QQ))
    talk.agree(QQ)
    assert "还没有发过" in talk.ask("/周报", group=QQ)
    assert "还没有发过" in talk.ask("/周报", "2", group=QQ, private=True)


def test_digest_survives_its_way_through_json() -> None:
    one = Digest("2026-W39", 0, 1, (TG,), (), (f"{TG}:1",), (), 5, 1)
    assert msgspec.convert(msgspec.to_builtins(one), Digest) == one
