"""`/digest NAME`: the digest of several groups, seen and approved by who decides on it."""

from __future__ import annotations

import msgspec
import pytest
from commanding import SETTING, TG, Talk, rows, said, speaking, told

from archive import editions
from archive.database import Archive
from archive.digest import Digest, Item
from archive.records import Group
from bot.config import DigestConfig, TogetherConfig

OTHER, WEEK = "telegram:-100777", "2026-W39"
BOTH = TogetherConfig(name="合刊", groups=(TG, OTHER))


def talking(archive: Archive, one: TogetherConfig = BOTH) -> Talk:
    setting = msgspec.structs.replace(SETTING, digest=DigestConfig(together=(one,)))
    talk = speaking(archive, {"1": "部署用 docker compose"}, setting=setting)
    told(archive, Group(OTHER, "徒步群"), said("2", "登山杖买轻的", "3", group=OTHER),
         said("90", "我是张三", "1"), said("91", "我是张三", "1", group=OTHER))  # fmt: skip
    talk.agree(OTHER)
    talk.roles[OTHER, "telegram:1"] = "admin"
    items = tuple(
        Item(
            "message",
            title,
            f"匿名成员：「{title}」",
            (key,),
            "3 人回复",
            key.rpartition(":")[0],
            1,
        )
        for key, title in ((f"{TG}:1", "部署用 docker compose"), (f"{OTHER}:2", "登山杖买轻的"))
    )
    with archive.writing() as db:
        digest = Digest(WEEK, 0, 1, (TG, OTHER), items, (), (), 2, 1)
        editions.draft(db, digest, "together:合刊", "week", WEEK, talk.now)
    return talk


@pytest.fixture
def talk(archive: Archive) -> Talk:
    return talking(archive)


def state(talk: Talk) -> str:
    ((found,),) = rows(talk.archive, "SELECT state FROM editions")
    return str(found)


def alone(talk: Talk, words: str, who: str = "1") -> str:
    return talk.ask(words, who, private=True)


def test_admin_of_all_of_them_sees_edits_and_approves_it_alone(talk: Talk) -> None:
    text = alone(talk, "/周报 合刊 草稿")
    assert "合刊 周报 2026-W39 草稿，2 条" in text and "登山杖" in text and "docker" in text
    assert "/周报 合刊 通过" in text
    assert "/周报 合刊 放回 1" in alone(talk, "/周报 合刊 去掉 1")
    assert "/digest 合刊 title 2" in alone(talk, "/digest 合刊 title 2 Light poles")
    assert "/周报 合刊 撤回" in alone(talk, "/周报 合刊 通过")
    assert state(talk) == "approved"
    assert "/周报 合刊 通过" in alone(talk, "/周报 合刊 撤回")
    assert "通过了" in alone(talk, "/周报 通过")  # the only one there is


@pytest.mark.parametrize("words", ["草稿", "去掉 1", "通过"])
def test_admin_of_one_of_them_only_does_not_decide(talk: Talk, words: str) -> None:
    """TRUST 32."""
    talk.roles[OTHER, "telegram:1"] = "member"
    asks = f"/周报 合刊 {words}"
    for text in (alone(talk, asks), talk.ask(asks, "1"), alone(talk, asks, "3")):
        assert "docker" not in text and "登山杖" not in text
    assert "登山杖" not in alone(talk, f"/周报 {words}") and state(talk) == "draft"


def test_only_who_is_named_decides_where_somebody_is(archive: Archive) -> None:
    """TRUST 32: in a group, too."""
    talk = talking(archive, msgspec.structs.replace(BOTH, admins=("telegram:2",)))
    assert "登山杖" not in alone(talk, "/周报 合刊 草稿")
    answer = talk.give(talk.asked("/周报 合刊 草稿", "2"))
    assert answer is not None and answer.direct and "登山杖" in answer.text
    talk.ask("/周报 合刊 通过", "1")
    assert state(talk) == "draft"
    talk.ask("/周报 合刊 通过", "2")
    assert state(talk) == "approved"


def test_with_another_draft_its_name_must_be_said(talk: Talk) -> None:
    item = Item("message", "部署", "王五：「部署」", (f"{TG}:1",), "3 人回复", TG, 1)
    with talk.archive.writing() as db:
        digest = Digest(WEEK, 0, 1, (TG,), (item,), (), (), 1, 1)
        editions.draft(db, digest, TG, "week", WEEK, talk.now)
    assert "/周报 名字 通过" in alone(talk, "/周报 通过")
    assert "技术群" in talk.ask("/周报 草稿", "1") and "合刊" not in talk.ask("/周报 草稿", "1")
    alone(talk, "/周报 合刊 通过")
    found = rows(talk.archive, "SELECT place, state FROM editions ORDER BY id")
    assert found == [("together:合刊", "approved"), (TG, "draft")]


def test_members_of_its_groups_read_what_was_sent(talk: Talk) -> None:
    """TRUST 31: and nobody else."""
    assert "还没有发过" in talk.ask("/周报 合刊")
    with talk.archive.writing() as db:
        editions.approve(db, 1, "telegram:1", talk.now)
        editions.sent(db, 1, talk.now)
    assert "合刊 周报 2026-W39 · 2 条" in talk.ask("/周报 合刊")
    assert "登山杖" in talk.ask("/digest 合刊 2026-W39", group=OTHER)
    third = "telegram:-100888"
    told(talk.archive, Group(third, "悄悄话"), said("5", "一句", "2", group=third))
    talk.agree(third)
    assert "还没有发过" in talk.ask("/周报 合刊", group=third)
    assert "还没有发过" in talk.ask("/周报")
