"""`/catchup`: what was missed, told to the person alone, of what they may read."""

from __future__ import annotations

from typing import Any

import pytest
from commanding import QQ, T0, TG, Talk, said, speaking, told

from archive.consent import opt_out
from archive.database import Archive
from archive.essence import mark
from archive.records import Attachment, Group, Reaction, Recall

LONG = "换库之前先把慢查询找出来，九成的慢是因为没有索引，剩下的一成是因为在循环里查"


def discussed(first: int, group: str = TG, about: str = "数据库") -> list[Any]:
    heart = (Reaction("❤", 5),)
    return [
        said(str(first), f"{about}越来越慢，要换一个吗？", "1", group=group),
        said(str(first + 1), about * 12, "3", group=group, reply_to=str(first),
             reactions=heart),
        said(str(first + 2), f"{about}我也是这样，后来就好了", "4", group=group,
             reply_to=str(first + 1)),
    ]  # fmt: skip


@pytest.fixture
def talk(archive: Archive) -> Talk:
    talk = speaking(archive, {"7": "早些时候的话"})
    told(archive, said("10", "我先走了，回头看", "2"), discussed(20))
    return talk


def test_answer_goes_to_the_person_alone_in_five_lines(talk: Talk) -> None:
    told(
        talk.archive,
        said("30", "你走之前说的那个我看了", "3", reply_to="10"),
        said("31", "@李四 记得回来看", "1"),
        said("32", "手册", "3", kind="file", attachments=(Attachment("file", "手册.pdf"),)),
    )
    with talk.archive.writing() as db:
        mark(db, [f"{TG}:7"], by="telegram:1", at=T0 + 100)
    answer = talk.give(talk.asked("/补课"))
    assert answer is not None and answer.direct
    lines = answer.text.splitlines()
    assert lines[0].endswith("以来 6 条，3 人：")
    assert [part.split(": ")[0] for part in lines[1].split(" · ")] == [
        "回复你 1", "提到你 1", "精华 1", "文件 1",
    ]  # fmt: skip
    assert any("数据库越来越慢" in line and "3 人参与" in line for line in lines[2:])
    assert len([line for line in lines if not line.startswith("https://")]) <= 5
    assert lines[-1].startswith("https://site.example/search?q=in%3Atelegram")
    (draft,) = talk.drafts()
    assert (draft.group_key, draft.member_key) == (None, "telegram:2")


def test_codes_lead_to_the_messages(talk: Talk) -> None:
    (line,) = [row for row in talk.ask("/我错过了什么").splitlines() if row.startswith("· ")]
    code = line.rpartition(" · ")[2]
    assert f"/m/{TG}:20" in talk.ask(f"/出处 {code}")


def test_english_is_the_same(talk: Talk) -> None:
    lines = talk.ask("/catchup").splitlines()
    assert lines[0].startswith("Since ") and lines[0].endswith(": 3 messages, 3 people:")
    assert "数据库越来越慢" in lines[1] and "(3 people, 3 messages" in lines[1]


def test_a_span_or_a_count_can_be_given(talk: Talk) -> None:
    for words, number in (
        ("3条", 3),
        ("4", 4),
        ("24h", 5),
        ("最近 300 条", 5),
        ("两天", 5),
        ("1m", 0),
    ):
        said_in_return = talk.ask(f"/补课 {words}")
        assert (f"{number} 条，" in said_in_return) is (number > 0), words
        assert ("没有错过什么" in said_in_return) is (number == 0), words


@pytest.mark.parametrize("words", ["乱写", "0条", "-3", "99999条", "24h 300条", "'; DROP TABLE"])
def test_what_cannot_be_understood_is_told_how(talk: Talk, words: str) -> None:
    assert "这样用：/补课" in talk.ask(f"/补课 {words}")
    assert "Use it like this: /catchup" in talk.ask(f"/catchup {words}")


@pytest.mark.parametrize("words", ["/补课", "/catchup", "/补课 24h", "/补课 1m"])
def test_in_the_group_itself_nothing_is_said(talk: Talk, words: str) -> None:
    """As with all that is answered to one person alone: who may not be written to is told there."""
    answer = talk.give(talk.asked(words))
    assert answer is not None and answer.direct
    assert [(draft.group_key, draft.member_key) for draft in talk.drafts()] == [
        (None, "telegram:2")
    ]


def test_nothing_missed_is_said_so(talk: Talk) -> None:
    told(talk.archive, said("40", "我回来了", "2"))
    assert talk.ask("/补课").startswith("你没有错过什么")
    assert talk.ask("/catchup").startswith("You missed nothing")


def test_in_a_group_only_that_group_is_told_and_alone_all_of_ones_own(talk: Talk) -> None:
    other = "telegram:-100999"
    told(talk.archive, Group(other, "别的群"), discussed(50, other, "登山杖"))
    told(talk.archive, Group(QQ, "QQ 群"), discussed(50, QQ, "徒步鞋"))
    talk.agree(other)
    talk.agree(QQ)
    talk.roles[other, "telegram:2"] = None
    assert "登山杖" not in talk.ask("/补课") + talk.ask("/补课", private=True)
    told(talk.archive, said("49", "我也在这里", "2", group=other))
    talk.roles[other, "telegram:2"] = "member"
    talk.roles[TG, "telegram:2"] = "member"
    alone = talk.ask("/补课", private=True)
    assert "登山杖" in alone and "数据库" in alone and "徒步鞋" not in alone


def test_nobody_in_particular_is_told_nothing(talk: Talk) -> None:
    answer = talk.give(talk.asked("/补课", sender_key=TG))
    assert answer is not None and not answer.direct and "不要匿名" in answer.text


def test_taken_back_and_opted_out_are_not_told(talk: Talk) -> None:
    told(talk.archive, Recall(TG, "20"))
    assert "越来越慢" not in talk.ask("/补课")
    with talk.archive.writing() as db:
        opt_out(db, "telegram:3", "telegram:3")
    assert "慢查询" not in talk.ask("/补课")


def test_what_people_wrote_calls_nobody_and_shows_no_numbers(talk: Talk) -> None:
    hostile = "@all 打 13812345678 \u202e反了 \x07\n" + LONG
    told(talk.archive, said("3600", hostile, "3", reactions=(Reaction("❤", 9),)))
    answer = talk.ask("/补课")
    assert "@all" not in answer and "13812345678" not in answer and "打 138****5678" in answer
    assert not set("\u202e\x07\0") & set(answer)
