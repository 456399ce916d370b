"""What is forgotten, taken back or opted out is in no question and no answer; groups that are one
have the questions of both."""

from __future__ import annotations

from contextlib import closing

import pytest
from live_told import traces
from test_questions import ASKER, OTHER, answers, asked, key, seen
from told import T0, TG, full_group, rows, said, told

from archive import questions
from archive.access import operator
from archive.consent import opt_out
from archive.database import Archive, transaction
from archive.errors import NotFound
from archive.forget import forget, forget_member, settle
from archive.records import Member, Message, Recall
from archive.unite import begin_union, finish_unions
from archive.verify import verify

OLD = "telegram:-5"
TABLES = ("questions", "answers")


@pytest.fixture
def talk(archive: Archive) -> Archive:
    told(
        archive,
        full_group(),
        Member(OTHER, "李四", group_key=TG),
        said("1", "zqcanaryqz 怎么看日志"),
        said("2", "docker logs 加容器名", who="43", reply_to="1"),
        said("3", "zqcanaryqz 也行", who="44"),
        said("4", "怎么退款", who="44"),
    )
    asked(archive, "1", "4")
    with archive.writing() as db:
        questions.accept(db, key("1"), key("2"), ASKER)
        questions.add_answer(db, key("1"), key("3"), ASKER)
        questions.assign(db, key("4"), OTHER, ASKER)
    return archive


def kept(archive: Archive) -> list[int]:
    return [rows(archive, f"SELECT count(*) FROM {table}")[0][0] for table in TABLES]


def test_forgotten_question_takes_what_was_said_of_its_answers(talk: Archive) -> None:
    """TRUST 5, 33: the words are in no byte of the folder, and come back from no source."""
    with talk.writing() as db:
        forget(db, [key("1"), key("3")], ASKER)
    assert settle(talk)
    assert traces(talk.folder, "zqcanaryqz") == []
    assert kept(talk) == [1, 0] and verify(talk) == []
    told(talk, said("1", "zqcanaryqz 怎么看日志"))
    assert [view.key for view in seen(talk)] == [key("4")]
    with talk.reading() as db:
        assert questions.similar(db, operator(), "zqcanaryqz 怎么看日志") == []
    # a number given again must not bring old answers along
    told(talk, said("5", "新的问题怎么办"))
    asked(talk, "5")
    assert [view.answers for view in seen(talk)] == [(), ()]


def test_forgotten_answer_leaves_the_question_as_if_it_had_not_been(talk: Archive) -> None:
    with talk.writing() as db:
        forget(db, [key("2"), key("3")], OTHER)
    assert [view.status for view in seen(talk)] == ["open", "open"]
    assert kept(talk) == [2, 0] and verify(talk) == []


@pytest.mark.parametrize("id", ("2", "3"))
def test_answer_taken_back_answers_nothing(talk: Archive, id: str) -> None:
    told(talk, Recall(TG, id, T0 + 50))
    assert key(id) not in seen(talk)[0].answers


def test_question_taken_back_is_shown_nowhere(talk: Archive) -> None:
    told(talk, Recall(TG, "1", T0 + 50))
    assert [view.key for view in seen(talk)] == [key("4")]
    with talk.writing() as db:
        assert questions.similar(db, operator(), "zqcanaryqz 怎么看日志") == []
        with pytest.raises(NotFound):
            questions.get_question(db, operator(), key("1"))
        told_again = questions.question_about(db, operator(), key("2"))
        assert told_again is None


def test_person_who_opted_out_asks_answers_and_is_asked_no_more(talk: Archive) -> None:
    """TRUST 33."""
    with talk.writing() as db:
        opt_out(db, OTHER, OTHER)
        forget_member(db, OTHER, OTHER)
    first, second = seen(talk)
    assert first.answers == (key("3"),) and second.assigned_to is None
    with talk.writing() as db:
        opt_out(db, ASKER, ASKER)
        forget_member(db, ASKER, ASKER)
    assert [view.key for view in seen(talk)] == [key("4")]
    assert kept(talk) == [1, 0] and verify(talk) == []
    told(talk, said("9", "又怎么退款", who="43", reply_to="4"))
    assert seen(talk)[0].answers == ()


@pytest.mark.parametrize("shared", (True, False))
def test_groups_that_become_one_have_the_questions_of_both(archive: Archive, shared: bool) -> None:
    told(archive, full_group(), full_group("旧群", OLD))
    for group in (TG, OLD) if shared else (OLD,):
        told(
            archive,
            said("1", "怎么看日志", group=group),
            said("2", "docker logs", who="43", group=group),
        )
        with archive.writing() as db:
            questions.open_question(db, key("1", group), ASKER)
    with archive.writing() as db:
        questions.accept(db, key("1", OLD), key("2", OLD), ASKER)
    with closing(archive.connect_for_writing()) as db:
        with transaction(db):
            begin_union(db, OLD, TG)
        finish_unions(db)
    assert answers(archive) == ("accepted", ["2"])
    assert kept(archive) == [1, 1] and verify(archive) == []
    assert [view.key for view in seen(archive, None, OLD)] == [key("1")]


def test_corrected_times_keep_question_and_answer_together(talk: Archive) -> None:
    for id, text, who in (("1", "zqcanaryqz 怎么看日志", "42"), ("3", "zqcanaryqz 也行", "44")):
        told(talk, Message(TG, id, T0 + 500 + int(id), f"telegram:{who}", text=text, quality=3))
    views = {view.key: view for view in seen(talk)}
    assert views[key("1")].answers == (key("2"), key("3"))
    assert verify(talk) == []


def test_what_a_person_said_is_no_question_or_answer_from_the_moment_they_opt_out(
    talk: Archive,
) -> None:
    """Erasing takes a while; nothing is shown until then (TRUST 33)."""
    with talk.writing() as db:
        opt_out(db, OTHER, OTHER)
    assert seen(talk)[0].answers == (key("3"),)
    with talk.reading() as db:
        (found,) = questions.similar(db, operator(), "zqcanaryqz 日志怎么看", TG)
    assert found.answer_key == key("3")
    with talk.writing() as db:
        opt_out(db, ASKER, ASKER)
    assert [view.key for view in seen(talk)] == [key("4")]
    with talk.reading() as db:
        assert questions.similar(db, operator(), "zqcanaryqz 日志怎么看", TG) == []
        assert questions.proposed(db, operator(), TG) == []
