"""Which message a command is about: what looks like a short code is one only where there is one."""

from __future__ import annotations

import pytest
from commanding import QQ, TG, Talk, said, speaking, told

from archive.access import operator
from archive.columns import list_columns
from archive.database import Archive
from archive.records import Group
from archive.threads import list_threads

OTHER = "telegram:-9"


@pytest.fixture
def talk(archive: Archive) -> Talk:
    talk = speaking(archive, {"7": "先备份再部署", "8": "好"})
    told(archive, Group(OTHER, "别群"), said("1", "机密", "4", group=OTHER))
    talk.agree(OTHER)
    return talk


def titles(talk: Talk) -> list[str]:
    with talk.archive.reading() as db:
        threads = [line.title for line in list_threads(db, operator())]
        return threads + [view.title for view in list_columns(db, operator(), TG)]


def test_word_that_is_no_code_is_a_word(talk: Talk) -> None:
    assert "“java21 升级”" in talk.ask("/归拢 java21 升级", "1", reply="7")
    assert "“python3”" in talk.ask("/column python3", "1", reply="7")
    assert "「java21」" in talk.ask("/专栏 java21", "1", reply="7")
    assert sorted(titles(talk)) == ["java21", "java21 升级", "python3"]


def test_word_that_is_a_code_still_names_its_message(talk: Talk) -> None:
    code = talk.code("8")
    assert "“标题”，2 条" in talk.ask(f"/归拢 {code} 标题", "1", reply="7")
    assert "收进专栏「基础」" in talk.ask(f"/专栏 {code.lower()} 基础", "1")


@pytest.mark.parametrize("command", ["/专栏 {} 笔记", "/归拢 {} 笔记", "/删掉 {}"])
def test_without_a_message_a_word_that_is_none_gets_help(talk: Talk, command: str) -> None:
    """Hidden and missing are answered alike (TRUST 31)."""
    nothing, hidden = "java21", talk.code("1", OTHER)
    talk.roles[OTHER, "telegram:1"] = None
    answers = {talk.ask(command.format(word), "1") for word in (nothing, hidden)}
    (answer,) = answers
    assert "回复" in answer and "机密" not in answer
    assert titles(talk) == []


@pytest.mark.parametrize("command", ["/精华 {} 讲得好", "/出处 {}", "/标签 {} #a", "/删掉 {}"])
def test_where_only_a_message_can_be_meant_it_is_said_not_to_be_there(
    talk: Talk, command: str
) -> None:
    """Hidden and missing are answered alike (TRUST 31)."""
    nothing, hidden = "zzzzz9", talk.code("1", OTHER)
    talk.roles[OTHER, "telegram:1"] = None
    private = {talk.ask(command.format(w), "1", private=True) for w in (nothing, hidden)}
    assert len(private) == 1 and "没有这条消息" in private.pop()
    if "删掉" not in command:
        here = {talk.ask(command.format(w), "1") for w in (nothing, hidden)}
        assert len(here) == 1 and "没有这条消息" in here.pop()


def test_code_of_a_group_of_another_platform_is_a_word_in_a_title(talk: Talk) -> None:
    told(talk.archive, Group(QQ, "QQ 群"), said("1", "机密", group=QQ))
    talk.agree(QQ)
    code = talk.code("1", QQ)
    assert f"“{code} 笔记”" in talk.ask(f"/归拢 {code} 笔记", "1", reply="7")
    assert "专栏" in talk.ask(f"/专栏 {code} 笔记", "1") and len(titles(talk)) == 1
