"""Look-alikes in an archive: found in other words, with their answers, for who may read them."""

from __future__ import annotations

import pytest
from test_questions import ASKER, asked, key
from told import QQ, TG, damage, full_group, said, told

from archive import questions
from archive.access import Reader, member, operator, public
from archive.database import Archive
from archive.errors import NeedsReindex, NotFound
from archive.questions import Similar
from archive.records import Message


def alike(
    archive: Archive, text: str, reader: Reader | None = None, **more: object
) -> list[Similar]:
    with archive.reading() as db:
        return questions.similar(db, reader or operator(), text, **more)  # type: ignore[arg-type]


def ids(found: list[Similar]) -> list[str]:
    return [one.key.rpartition(":")[2] for one in found]


@pytest.fixture
def talk(archive: Archive) -> Archive:
    told(
        archive,
        full_group(),
        full_group("别的", QQ),
        said("1", "/ask docker 怎么看容器日志？"),
        said("2", "docker logs 名字", who="43", reply_to="1"),
        said("3", "有没有人知道怎么退款呀"),
        said("4", "docker 容器日志真多"),
        said("5", "git 怎么撤销上一次提交？"),
        said("6", "git reset --soft", who="43", reply_to="5"),
        said("7", "/搜 容器日志 docker"),
        said("8", "怎么申请退款", group=QQ),
        said("9", "找我", who="43", reply_to="8", group=QQ),
    )
    asked(archive, "1")
    return archive


def test_question_in_other_words_is_found_with_its_answer(talk: Archive) -> None:
    (found,) = alike(talk, "请问容器的日志在哪看，docker 的")
    assert found == Similar(key("1"), "docker 怎么看容器日志？", key("2"), found.score)
    assert 0.6 <= found.score <= 1


def test_old_question_that_nobody_opened_is_found_by_a_synonym(talk: Archive) -> None:
    (found,) = alike(talk, "git 如何撤回最近一次提交")
    assert (found.key, found.answer_key) == (key("5"), key("6"))


def test_answered_ones_come_before_the_others(talk: Archive) -> None:
    found = alike(talk, "怎么申请退款？", threshold=0.3)
    assert [one.answer_key is None for one in found] == [False, True]


def test_accepted_answer_is_the_one_shown(talk: Archive) -> None:
    told(talk, said("12", "看 /var/lib/docker", who="44", reply_to="1"))
    with talk.writing() as db:
        questions.accept(db, key("1"), key("12"), ASKER)
    assert alike(talk, "docker 怎么看容器日志")[0].answer_key == key("12")


def test_group_and_reader_limit_what_is_found(talk: Archive) -> None:
    text = "怎么申请退款"
    assert ids(alike(talk, text, group_key=QQ)) == ["8"]
    assert ids(alike(talk, text, member(frozenset((QQ,))))) == ["8"]
    assert "8" not in ids(alike(talk, text, member(frozenset((TG,))), threshold=0.1))
    assert alike(talk, text, public()) == []
    with pytest.raises(NotFound):
        alike(talk, text, member(frozenset((TG,))), group_key=QQ)


def test_the_question_itself_is_not_its_look_alike(talk: Archive) -> None:
    assert alike(talk, "docker 怎么看容器日志", besides=key("1")) == []


@pytest.mark.parametrize(
    "text", ("", "???", "怎么办", '"', "NEAR(a b)", "%_*", "的", "\0", "x" * 9999)
)
def test_words_that_say_nothing_find_nothing(talk: Archive, text: str) -> None:
    assert alike(talk, text) == []


def test_personal_numbers_are_not_looked_for_and_not_shown_outside(archive: Archive) -> None:
    told(archive, full_group())
    told(
        archive,
        Message(TG, "1", 1_790_000_001, "telegram:3", "王", text="13812345678 怎么打不通退款电话"),
    )
    with archive.writing() as db:
        db.execute("UPDATE groups SET visibility = 'public'")
    assert alike(archive, "13812345678") == []
    (found,) = alike(archive, "退款电话怎么打不通", public())
    assert "138****5678" in found.question


def test_without_an_index_it_is_said_what_to_do(talk: Archive) -> None:
    damage(talk, "UPDATE meta SET value = '0' WHERE name = 'tokens'")
    with pytest.raises(NeedsReindex):
        alike(talk, "怎么退款")
