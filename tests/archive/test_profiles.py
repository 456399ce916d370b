"""People: introductions that stay inside, and who is known for what."""

from __future__ import annotations

import pytest
from test_threads import united
from told import NOW, T0, TG, full_group, rows, said, texts, told, undone, whole_dump

from archive.access import member, operator, public
from archive.consent import opt_in, opt_out
from archive.database import Archive
from archive.errors import ArchiveError, NotFound
from archive.essence import mark
from archive.forget import forget_member
from archive.groups import set_visibility
from archive.profiles import MAX_TEXT, experts, introduce, introductions, who_knows, withdraw
from archive.questions import accept, open_question
from archive.records import Group, Member, Recall

INSIDE = member(frozenset({TG}))
CANARY = "养金丝雀的"


@pytest.fixture
def talk(archive: Archive) -> Archive:
    told(archive, full_group(),
         said("1", "部署先备份 #运维#"), said("2", "部署用 docker", who="43"),
         said("3", "部署别在周五", who="43"), said("4", "做菜先热锅 #做菜#", who="44"))  # fmt: skip
    with archive.writing() as db:
        for id in ("1", "2", "3", "4"):
            mark(db, [f"{TG}:{id}"], by="x", at=T0 + int(id))
    return archive


def introduced(archive: Archive, text: str, who: str = "42", group: str = TG) -> None:
    with archive.writing() as db:
        introduce(db, group, f"telegram:{who}", text, at=T0)


def said_of(archive: Archive, reader: object = INSIDE, **more: object) -> list[tuple[str, str]]:
    with archive.reading() as db:
        found = introductions(db, reader, **more)  # type: ignore[arg-type]
    return [(one.name, one.text) for one in found]


def test_introduction_is_shown_inside_the_group_only(talk: Archive) -> None:
    introduced(talk, f"在杭州，{CANARY}")
    assert said_of(talk) == [("张三", f"在杭州，{CANARY}")] == said_of(talk, group_key=TG)
    assert said_of(talk, word="金絲雀") and not said_of(talk, word="上海")
    with talk.writing() as db:
        set_visibility(db, TG, "public", "operator")
    assert said_of(talk, public()) == [] == said_of(talk, member(frozenset({"qq:1"})))
    assert texts(talk, CANARY) == []


def test_person_who_has_said_nothing_yet_is_called_as_they_are(talk: Archive) -> None:
    with talk.writing() as db:
        introduce(db, TG, "telegram:60", "刚来", name="小新")
        introduce(db, TG, "telegram:42", "早就在", name="假名")
    assert sorted(said_of(talk)) == [("小新", "刚来"), ("张三", "早就在")]


def test_last_introduction_holds_and_is_withdrawn(talk: Archive) -> None:
    introduced(talk, "一"), introduced(talk, "二")
    assert said_of(talk) == [("张三", "二")]
    with talk.writing() as db:
        assert withdraw(db, TG, "telegram:42") and not withdraw(db, TG, "telegram:42")
    assert said_of(talk) == []


@pytest.mark.parametrize("text", ["", "  ", "长" * (MAX_TEXT + 1)])
def test_nothing_or_too_much_is_refused(talk: Archive, text: str) -> None:
    with pytest.raises(ArchiveError, match="1 to 300"):
        introduced(talk, text)


def test_person_who_opted_out_is_not_introduced_and_leaves_no_word(talk: Archive) -> None:
    """Neither what was said before nor a new introduction is kept (TRUST 33)."""
    introduced(talk, CANARY)
    with talk.writing() as db:
        opt_out(db, "telegram:42", by="telegram:42")
    assert said_of(talk) == []
    with talk.writing() as db:
        forget_member(db, "telegram:42", by="telegram:42")
    with undone(talk) as db:
        assert CANARY not in str(whole_dump(db))
    with pytest.raises(ArchiveError, match="nothing of you"):
        introduced(talk, CANARY)
    assert rows(talk, "SELECT * FROM introductions") == []
    with talk.writing() as db:
        opt_in(db, "telegram:42", by="telegram:42")
    introduced(talk, "又来了")


def test_who_left_the_group_is_not_shown(talk: Archive) -> None:
    introduced(talk, "张三在此")
    told(talk, Member("telegram:42", "张三", group_key=TG, role="left", at=T0 + 99))
    assert said_of(talk) == []


def test_unknown_group_takes_no_introduction(archive: Archive) -> None:
    with pytest.raises(NotFound):
        introduced(archive, "在吗")


def test_introductions_follow_a_united_group(talk: Archive) -> None:
    other = "telegram:-5"
    told(
        talk,
        Group(other, "旧群"),
        said("8", "旧", group=other),
        said("9", "旧", group=other, who="44"),
    )
    introduced(talk, "在新群"), introduced(talk, "在旧群", group=other)
    introduced(talk, "只在旧群", "44", other)
    united(talk, other, TG)
    assert dict(said_of(talk)) == {"张三": "在新群", "Wang Wu": "只在旧群"}


def known(archive: Archive, topic: str, reader: object = INSIDE) -> list[tuple[str, int]]:
    with archive.reading() as db:
        found = experts(db, reader, topic, now=NOW)  # type: ignore[arg-type]
    return [(one.name, one.number) for one in found]


def test_who_knows_a_topic_is_whose_words_on_it_were_kept(talk: Archive) -> None:
    told(talk, said("5", "部署我也会", who="44"))
    assert known(talk, "部署") == [("李四", 2), ("张三", 1)]
    assert known(talk, "运维") == [("张三", 1)] == known(talk, "#运维")
    assert known(talk, "没有") == [] == known(talk, "部署", public())
    with talk.reading() as db:
        (first, _) = experts(db, INSIDE, "部署", TG, now=NOW)
        assert {m.text for m in first.messages} == {"部署用 docker", "部署别在周五"}


def test_who_gave_the_accepted_answer_knows_the_topic(talk: Archive) -> None:
    told(talk, said("6", "数据库连不上怎么办？"), said("7", "看端口", who="44", reply_to="6"))
    assert known(talk, "数据库") == []
    with talk.writing() as db:
        open_question(db, f"{TG}:6", by="telegram:42")
        accept(db, f"{TG}:6", f"{TG}:7", by="telegram:42")
    assert known(talk, "数据库") == [("Wang Wu", 1)] and known(talk, "数据库", public()) == []
    told(talk, Recall(TG, "7"))
    assert known(talk, "数据库") == []


def test_words_taken_back_make_nobody_an_expert(talk: Archive) -> None:
    told(talk, Recall(TG, "2"))
    assert sorted(known(talk, "部署")) == [("张三", 1), ("李四", 1)]


def test_group_says_who_knows_what(talk: Archive) -> None:
    with talk.reading() as db:
        found = who_knows(db, operator(), TG)
    assert [(one.person.name, one.topics) for one in found] == [
        ("李四", ()), ("Wang Wu", ("做菜",)), ("张三", ("运维",))]  # fmt: skip
    with talk.writing() as db:
        set_visibility(db, TG, "public", "operator")
        assert who_knows(db, public(), TG) == []
