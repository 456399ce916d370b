"""Questions: what makes one, what answers it, and who may read that."""

from __future__ import annotations

import pytest
from told import QQ, T0, TG, full_group, rows, said, told

from archive import questions
from archive.access import Reader, member, operator, public
from archive.database import Archive
from archive.errors import ArchiveError, NotFound
from archive.groups import set_visibility
from archive.outbox import Draft, put, sent
from archive.questions import QuestionView
from archive.records import Member, Message
from archive.verify import verify

ASKER, OTHER = "telegram:42", "telegram:43"


def key(id: str, group: str = TG) -> str:
    return f"{group}:{id}"


def asked(archive: Archive, *ids: str, by: str = ASKER) -> None:
    with archive.writing() as db:
        for id in ids:
            questions.open_question(db, key(id), by)


def seen(archive: Archive, reader: Reader | None = None, *groups: str) -> list[QuestionView]:
    with archive.reading() as db:
        return questions.list_questions(db, reader or operator(), groups or (TG,))


def answers(archive: Archive) -> tuple[str, list[str]]:
    (view,) = seen(archive)
    return view.status, [answer.rpartition(":")[2] for answer in view.answers]


@pytest.fixture
def talk(archive: Archive) -> Archive:
    told(
        archive,
        full_group(),
        said("1", "/ask docker 怎么看日志"),
        said("2", "docker logs 加容器名", who="43", reply_to="1"),
        said("3", "不相干", who="43"),
    )
    asked(archive, "1")
    return archive


def test_reply_answers_by_itself_and_the_question_has_no_command_in_it(talk: Archive) -> None:
    (view,) = seen(talk)
    assert view == QuestionView(
        key("1"), "docker 怎么看日志", T0 + 1, TG, "answered", (key("2"),), None, None
    )
    assert verify(talk) == []


@pytest.mark.parametrize(
    "more",
    (
        {"text": "/精华"},
        {"text": "@bot /solved"},
        {"text": "谢谢大佬"},
        {"text": "同问"},
        {"text": "+1"},
        {"text": "什么版本？"},
        {"text": "", "kind": "sticker"},
        {"text": "补充一下，是 compose", "who": "42"},
        {"text": "撤回的", "recalled": True},
        {"text": "进群", "service": "join"},
        {"text": "别处", "reply_to": None},
    ),
)
def test_what_replies_without_answering_does_not_count(
    archive: Archive, more: dict[str, str]
) -> None:
    values = {"who": "43", "reply_to": "1", "text": ""} | more
    told(archive, full_group(), said("1", "怎么退款"), said("2", **values))  # type: ignore[arg-type]
    asked(archive, "1")
    assert answers(archive) == ("open", [])


def test_picture_answers_as_well(archive: Archive) -> None:
    told(archive, full_group(), said("1", "怎么退款"))
    told(archive, said("2", "", who="43", reply_to="1", kind="photo"))
    asked(archive, "1")
    assert answers(archive) == ("answered", ["2"])


def test_reply_to_what_the_bot_said_of_a_question_answers_it(archive: Archive) -> None:
    told(archive, full_group(), said("1", "怎么退款"))
    with archive.writing() as db:
        questions.open_question(db, key("1"), ASKER, event_key="telegram:-100123:1:message")
        draft = Draft("bot", "记下了", TG, reply_to="1", unique="telegram:-100123:1:message")
        sent(db, put(db, draft), "9")
    told(archive, said("10", "找客服", who="43", reply_to="9"))
    assert answers(archive) == ("answered", ["10"])
    with archive.reading() as db:
        about = questions.question_about(db, operator(), key("10"))
    assert about is not None and about.key == key("1")


def test_accepted_answer_comes_first_and_is_one(talk: Archive) -> None:
    told(talk, said("4", "看 /var/lib/docker", who="44", reply_to="1"))
    with talk.writing() as db:
        questions.accept(db, key("1"), key("2"), ASKER)
        questions.accept(db, key("1"), key("4"), ASKER)
    assert answers(talk) == ("accepted", ["4", "2"])
    with talk.writing() as db:
        assert questions.take_back_accepted(db, key("1"), ASKER)
        assert not questions.take_back_accepted(db, key("1"), ASKER)
    assert answers(talk) == ("answered", ["2", "4"])
    actions = [a for (a,) in rows(talk, "SELECT action FROM audit ORDER BY id")]
    assert actions == ["ask", "accept", "accept", "accept taken back"]


def test_people_say_what_is_an_answer_and_what_is_none(talk: Archive) -> None:
    with talk.writing() as db:
        questions.add_answer(db, key("1"), key("3"), OTHER)
        questions.refuse_answer(db, key("1"), key("2"), ASKER)
    assert answers(talk) == ("answered", ["3"])
    with talk.writing() as db:
        questions.add_answer(db, key("1"), key("2"), ASKER)
    assert answers(talk) == ("answered", ["2", "3"])


def test_answer_of_another_group_or_to_nothing_is_refused(talk: Archive) -> None:
    told(talk, full_group("别的", QQ), said("5", "别处", group=QQ))
    with talk.writing() as db:
        for question, answer in ((key("1"), key("5", QQ)), (key("1"), key("1"))):
            with pytest.raises(ArchiveError):
                questions.add_answer(db, question, answer, OTHER)
        with pytest.raises(NotFound):
            questions.accept(db, key("3"), key("2"), OTHER)
        with pytest.raises(NotFound):
            questions.open_question(db, key("404"), OTHER)


def test_closed_question_leaves_its_messages_and_nothing_else(talk: Archive) -> None:
    with talk.writing() as db:
        questions.accept(db, key("1"), key("2"), ASKER)
        questions.close_question(db, key("1"), ASKER)
        with pytest.raises(NotFound):
            questions.close_question(db, key("1"), ASKER)
    assert rows(talk, "SELECT * FROM answers") == [] == seen(talk)
    asked(talk, "1")
    assert answers(talk) == ("answered", ["2"])


def test_question_is_put_to_a_member_that_is_there(talk: Archive) -> None:
    told(talk, Member(OTHER, "李四", group_key=TG))
    with talk.writing() as db:
        questions.assign(db, key("1"), OTHER, "operator")
        with pytest.raises(NotFound):
            questions.assign(db, key("1"), "telegram:404", "operator")
    assert [view.assigned_to for view in seen(talk)] == [OTHER]
    with talk.writing() as db:
        questions.assign(db, key("1"), None, "operator")
    assert [view.assigned_to for view in seen(talk)] == [None]


def test_open_ones_are_the_oldest_first_and_spans_know_asking_and_answering(
    talk: Archive,
) -> None:
    told(talk, said("20", "新问题怎么办"), said("10", "老问题怎么办"))
    told(talk, Message(TG, "900", T0 + 900, OTHER, "李四", text="晚到的回答", reply_to="10"))
    asked(talk, "20", "10", "3")
    with talk.reading() as db:
        waiting = questions.open_questions(db, operator(), (TG,))
        late = questions.between(db, operator(), (TG,), T0 + 800, T0 + 1000)
        early = questions.between(db, operator(), (TG,), T0, T0 + 5)
    assert [view.key for view in waiting] == [key("3"), key("20")]
    assert [view.key for view in late] == [key("10")]
    assert [view.key for view in early] == [key("1"), key("3")]


def test_reader_sees_the_questions_of_groups_they_may_see_and_masks(archive: Archive) -> None:
    told(archive, full_group(), full_group("别的", QQ), Member(OTHER, "李四", group_key=TG))
    told(archive, said("1", "打 13812345678 怎么没人接"), said("1", "怎么退款", group=QQ))
    with archive.writing() as db:
        questions.open_question(db, key("1"), ASKER)
        questions.open_question(db, key("1", QQ), ASKER)
        questions.assign(db, key("1"), OTHER, "operator")
        for reader in (public(), member(frozenset())):
            assert questions.list_questions(db, reader, (TG, QQ)) == []
            assert questions.list_questions(db, reader, None) == []
            with pytest.raises(NotFound):
                questions.get_question(db, reader, key("1"))
        mine = questions.list_questions(db, member(frozenset((QQ,))), (TG, QQ, "telegram:404"))
        assert [view.group_key for view in mine] == [QQ]
        set_visibility(db, TG, "public", "operator")
    (shown,) = seen(archive, public())
    assert "138****5678" in shown.text and shown.assigned_to is None
    (inside,) = seen(archive, member(frozenset((TG,))))
    assert "13812345678" in inside.text and inside.assigned_to == OTHER


@pytest.mark.parametrize(
    ("text", "asks"),
    (
        ("docker 怎么看日志", True),
        ("求推荐一个入门相机", True),
        ("這個課程有回放嗎", True),
        ("how do I undo a commit", True),
        ("服务器 502 了？", True),
        ("好的", False),
        ("真的吗？", False),
        ("???", False),
        ("怎么办", False),
        ("/搜 怎么退款", False),
        ("怎么" * 400, False),
        ("我知道怎么回事了但是不说" * 30, False),
    ),
)
def test_what_looks_like_a_question_is_only_proposed(
    archive: Archive, text: str, asks: bool
) -> None:
    assert questions.detect(text) is asks
    told(archive, full_group(), said("1", text))
    with archive.writing() as db:
        proposed = questions.proposed(db, operator(), TG)
        assert [found for found, _ in proposed] == ([key("1")] if asks else [])
        assert questions.list_questions(db, operator(), (TG,)) == []
        assert questions.confirm(db, key("1"), OTHER)
        assert questions.proposed(db, operator(), TG) == []


def test_look_alikes_are_offered_only_where_wanted_and_seldom(archive: Archive) -> None:
    with archive.writing() as db:
        assert not questions.may_offer(db, TG, T0)
        questions.note_offer(db, TG, T0)
        assert not questions.may_offer(db, TG, T0 + 100_000)
        questions.set_offers(db, TG, True, "telegram:1")
        assert not questions.may_offer(db, TG, T0 + 1)
        assert questions.may_offer(db, TG, T0 + 1_800)
        assert questions.may_offer(db, TG, T0 - 50)  # the clock went back
        questions.set_offers(db, TG, False, "telegram:1")
        assert not questions.may_offer(db, TG, T0 + 1_800)
