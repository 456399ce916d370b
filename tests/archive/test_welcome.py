"""The newcomer's pack, and greeting everybody once."""

from __future__ import annotations

import time

import pytest
from told import T0, TG, full_group, rows, said, told

from archive import consent
from archive.access import member, operator, public
from archive.database import Archive
from archive.errors import NotFound
from archive.essence import mark
from archive.forget import forget_member
from archive.nominations import nominate
from archive.profiles import introduce
from archive.records import Member, Reaction, Recall
from archive.welcome import ESSENTIALS, greet, most_valued, pack

INSIDE = member(frozenset({TG}))
NEW = "telegram:77"


@pytest.fixture
def talk(archive: Archive) -> Archive:
    told(archive, full_group(), (
        said(str(n), f"第 {n} 句", reactions=(Reaction("👍", n % 5),) if n % 5 else ())
        for n in range(1, 15)
    ))  # fmt: skip
    with archive.writing() as db:
        for n in range(1, 15):
            mark(db, [f"{TG}:{n}"], by="x", at=T0 + n)
        consent.start(db, TG, by="telegram:42")
    return archive


def greeted(archive: Archive, who: str = NEW, at: int | None = None, group: str = TG) -> bool:
    with archive.writing() as db:
        return greet(db, group, who, at) is not None


def test_pack_has_the_most_valued_essence_and_people(talk: Archive) -> None:
    with talk.writing() as db:
        introduce(db, TG, "telegram:42", "在杭州")
        for who in ("a", "b", "c"):
            nominate(db, f"{TG}:10", who)
    with talk.reading() as db:
        found = pack(db, INSIDE, TG)
        assert [view.title for view in found.essentials][:5] == [
            "第 10 句", "第 14 句", "第 9 句", "第 4 句", "第 13 句"]  # fmt: skip
        assert len(found.essentials) == ESSENTIALS
        assert [one.text for one in found.introductions] == ["在杭州"]
        assert [one.person.name for one in found.who_knows] == ["张三"]
        assert (found.group.title, found.group.essence) == ("技术群", 14)
        with pytest.raises(NotFound):
            pack(db, public(), TG)


def test_what_was_taken_back_is_in_no_pack(talk: Archive) -> None:
    told(talk, Recall(TG, "14"), Recall(TG, "9"))
    with talk.reading() as db:
        titles = [view.title for view in most_valued(db, operator(), TG, 2)]
    assert titles == ["第 4 句", "第 13 句"]


def test_newcomer_is_greeted_once(talk: Archive) -> None:
    told(talk, Member(NEW, "新来的", group_key=TG, role="member"))
    told(talk, said("50", "来了", who="77", kind="service", service="join"))
    assert greeted(talk) and not greeted(talk)
    assert rows(talk, "SELECT member_key FROM greeted") == [(NEW,)]


def test_who_is_no_newcomer_is_not_greeted(talk: Archive) -> None:
    assert not greeted(talk, "telegram:42")
    assert not greeted(talk, at=int(time.time()) - 2 * 86_400)
    assert greeted(talk, at=int(time.time()) - 60)


def test_nobody_is_greeted_without_consent_or_after_opting_out(talk: Archive) -> None:
    """Nothing is noted of them either (TRUST 37)."""
    with talk.writing() as db:
        consent.opt_out(db, NEW, by=NEW)
    assert not greeted(talk)
    with talk.writing() as db:
        consent.opt_in(db, NEW, by=NEW)
        consent.stop(db, TG, by="telegram:42")
    assert not greeted(talk)
    assert rows(talk, "SELECT * FROM greeted") == []


def test_greeting_is_undone_with_what_it_came_with(talk: Archive) -> None:
    with pytest.raises(ZeroDivisionError), talk.writing() as db:
        assert greet(db, TG, NEW) is not None
        _ = 1 / 0
    assert greeted(talk)


def test_person_who_is_forgotten_was_never_greeted(talk: Archive) -> None:
    assert greeted(talk)
    with talk.writing() as db:
        forget_member(db, NEW, by=NEW)
    assert rows(talk, "SELECT * FROM greeted") == []
