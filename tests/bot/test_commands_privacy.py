"""Leaving, coming back and erasing: what is said is what happens."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from commanding import NAMES, TG, Talk, rows, said, speaking, told

from archive.consent import standing
from archive.database import Archive
from archive.verify import verify
from bot.commands.router import Router

NOON = 1_790_003_600
"""When commands are given in these tests."""


@pytest.fixture
def talk(archive: Archive) -> Talk:
    return speaking(archive, {"7": "先备份再部署", "8": "别忘了测试"})


def left(talk: Talk) -> frozenset[str]:
    with talk.archive.reading() as db:
        return standing(db).opted_out


def texts(talk: Talk) -> list[str]:
    return [text for (text,) in rows(talk.archive, "SELECT text FROM messages ORDER BY id")]


def test_privacy_tells_how_things_are_for_this_person(talk: Talk) -> None:
    answer = talk.ask("/隐私")
    for part in (
        "正在存档",
        "30 天",
        "你说的也在内",
        "/不要存我",
        "/删掉",
        "小王 wang@site.example",
    ):
        assert part in answer, part
    talk.ask("/不要存我")
    assert "你选了不存" in talk.ask("/隐私") and "stay out" in talk.ask("/privacy")
    assert "你说的也在内" in talk.ask("/隐私", "3")
    assert "这个群" not in talk.ask("/隐私", private=True)


def test_opting_out_is_as_easy_as_opting_in(talk: Talk) -> None:
    answer = talk.give(talk.asked("/不要存我", "3"))
    assert answer is not None
    assert (answer.leaving, answer.consent_changed) == ("telegram:3", True)
    assert left(talk) == {"telegram:3"} and "/恢复存档" in answer.text
    assert "已经选了" in talk.ask("/不要存我", "3")
    back = talk.give(talk.asked("/optin", "3"))
    assert back is not None and back.consent_changed and left(talk) == frozenset()
    assert "as it is" in talk.ask("/optin", "3")


def test_person_can_leave_in_private_and_before_anything_is_kept(archive: Archive) -> None:
    talk = Talk(archive, archived=False)
    assert "不存你说的" in talk.ask("/不要存我", "2")
    assert "nothing you say" in talk.ask("/optout", "3", private=True)
    assert left(talk) == {"telegram:2", "telegram:3"}


def test_who_left_can_still_use_the_commands(talk: Talk) -> None:
    talk.ask("/不要存我", "2")
    assert "先备份" in talk.ask("/搜 备份", "2") and talk.ask("/帮助", "2")


def test_who_speaks_as_the_group_cannot_leave_as_the_group(talk: Talk) -> None:
    answer = talk.ask("/不要存我", None, sender_key=TG, role="admin")
    assert "匿名" in answer and left(talk) == frozenset()
    assert "anonymous" in talk.ask("/optin", None, sender_key=TG, role="admin")


def test_forgetting_by_reply_or_code_is_for_good(talk: Talk) -> None:
    talk.ask("/精华", "1", reply="7")
    code = talk.code("8")
    answer = talk.give(talk.asked("/删掉", "3", reply="7"))
    assert answer is not None and answer.forgotten is not None
    assert "不能撤销" in answer.text and answer.forgotten.names == {TG: ("7",)}
    assert "删掉了 1 条" in talk.ask(f"/删掉 {code}", "3", private=True)
    assert texts(talk) == [] and "没有找到" in talk.ask("/搜 备份")
    assert "没有这条消息" in talk.ask(f"/出处 {code}", "3", private=True)
    told(talk.archive, said("7", "先备份再部署", "3"))
    assert texts(talk) == [], "it does not come back"
    assert verify(talk.archive) == []
    assert talk.audit("forget")[0][:2] == ("telegram:3", f"{TG}:7")


def lately(talk: Talk) -> None:
    """李四 and 王五 said something 40, 20 and 10 minutes ago."""
    for number, (minutes, who) in enumerate([(40, "2"), (20, "2"), (10, "3"), (10, "2")]):
        told(talk.archive, said(str(100 + number), f"刚说的 {number}", who, at=NOON - minutes * 60))


def test_last_half_hour_of_ones_own_words_goes(talk: Talk) -> None:
    lately(talk)
    assert "删掉了 2 条" in talk.ask("/删掉 30m", "2")
    assert texts(talk)[2:] == ["刚说的 0", "刚说的 2"]
    assert "没有可删的" in talk.ask("/删掉 半小时", "2")
    assert "Erased 1 message " in talk.ask("/forget 1h", "2")


def test_admin_can_erase_everybodys_last_half_hour(talk: Talk) -> None:
    lately(talk)
    assert "管理员来删" in talk.ask("/删掉 30m 全部", "2")
    assert len(texts(talk)) == 6
    assert "没有可删的" in talk.ask("/删掉 30m", "1"), "without the word it is one's own"
    answer = talk.give(talk.asked("/forget 30m all", "1"))
    assert answer is not None and answer.forgotten is not None
    assert answer.forgotten.messages == 3 and texts(talk)[2:] == ["刚说的 0"]


@pytest.mark.parametrize("words", ["", "25h", "乱写", "30m 乱写", "0m"])
def test_forgetting_nothing_in_particular_changes_nothing(talk: Talk, words: str) -> None:
    assert "回复它" in talk.ask(f"/删掉 {words}", "3")
    assert len(texts(talk)) == 2


def test_too_many_at_once_are_left_alone(talk: Talk) -> None:
    told(talk.archive, (said(str(n), f"话 {n}", "2", at=NOON - 600) for n in range(1000, 1501)))
    assert "501 条" in talk.ask("/删掉 30m", "2")
    assert len(texts(talk)) == 503


def test_member_known_by_another_key_erases_what_they_said_under_it(talk: Talk) -> None:
    with talk.archive.writing() as db:
        db.execute(
            "INSERT INTO aliases(kind, group_id, other, target)"
            " SELECT 'member', 0, 'telegram:300', id FROM members WHERE key = 'telegram:3'"
        )
    NAMES["300"] = "王五"
    assert "删掉了 1 条" in talk.ask("/删掉", "300", reply="7")


def test_raw_events_go_first_so_that_a_kill_leaves_none(talk: Talk) -> None:
    """A kill between the two databases must not leave the raw event of what is gone."""
    lately(talk)
    erased: list[tuple[str, Sequence[str], int]] = []

    async def erase(group_key: str, ids: Sequence[str]) -> None:
        erased.append((group_key, tuple(ids), len(texts(talk))))

    talk.router = Router(talk.archive, erase=erase, clock=lambda: talk.clock)
    talk.ask("/删掉", "3", reply="7"), talk.ask("/删掉 30m", "2"), talk.ask("/删掉 30m", "2")
    talk.ask("/删掉", "2", reply="8")
    assert [(group, sorted(ids), number) for group, ids, number in erased] == [
        (TG, ["7"], 6), (TG, ["101", "103"], 5)]  # fmt: skip

    async def fails(group_key: str, ids: Sequence[str]) -> None:
        raise OSError("disk")

    talk.router = Router(talk.archive, erase=fails, clock=lambda: talk.clock)
    asked = talk.asked("/删掉", "3", reply="8")
    with pytest.raises(OSError, match="disk"):
        talk.give(asked)
    talk.router = Router(talk.archive, erase=erase, clock=lambda: talk.clock)
    answer = asyncio.run(talk.router.handle(asked, talk.setting, talk.role_of))
    assert answer is not None and "删掉了 1 条" in answer.text
