"""What holds for one person, and the pages of what they saved and of who introduced themselves."""

from __future__ import annotations

import pytest
from told import QQ, T0, TG, full_group, rows, said, told

from archive.access import member, public
from archive.consent import start
from archive.database import Archive
from archive.errors import NotFound
from archive.mine import mine, own_group, own_groups
from archive.profiles import introduce, introductions_page
from archive.records import Recall
from archive.rights import publish, set_alias
from archive.saved import save, saved_page
from archive.sessions import begin_session, end_own_session, list_sessions

ME = member(frozenset((TG,)), "telegram:42")
OTHER = member(frozenset((TG,)), "telegram:43")


@pytest.fixture
def talk(archive: Archive) -> Archive:
    told(archive, full_group(), (said(str(n), f"第 {n} 句") for n in range(1, 7)))
    told(archive, said("9", "我也在", who="43"), full_group("别群", QQ), said("1", "别", group=QQ))
    return archive


def test_saved_messages_are_turned_over_page_by_page(talk: Archive) -> None:
    with talk.writing() as db:
        for number in range(1, 7):
            save(db, ME, f"{TG}:{number}", at=T0 + number // 2)
        save(db, OTHER, f"{TG}:9")
    told(talk, Recall(TG, "4"))
    found, beyond = [], None
    with talk.reading() as db:
        while page := saved_page(db, ME, beyond, 2):
            found += [one.message.text for one in page]
            beyond = (page[-1].at, page[-1].message.id)
        assert saved_page(db, public()) == []
    assert found == ["第 6 句", "第 5 句", "第 3 句", "第 2 句", "第 1 句"]


def test_a_person_sees_what_holds_for_them_and_nobody_elses(talk: Archive) -> None:
    with talk.writing() as db:
        set_alias(db, TG, "telegram:42", "山人", "telegram:42")
        publish(db, "telegram:42", True, "telegram:42")
        introduce(db, TG, "telegram:42", "做备份的")
        save(db, ME, f"{TG}:1")
        for number, (key, ends, ended) in enumerate(
            [("telegram:42", 2**40, None), ("telegram:42", 1, None), ("telegram:42", 2**40, 5),
             ("telegram:43", 2**40, None)]
        ):  # fmt: skip
            db.execute(
                "INSERT INTO sessions(mark, kind, member_key, at, seen_at, ends_at, ended_at)"
                " VALUES(?, 'member', ?, ?, ?, ?, ?)",
                (str(number), key, T0, T0, ends, ended),
            )
    with talk.reading() as db:
        found, theirs = mine(db, ME), mine(db, OTHER)
    (group,) = found.groups
    assert (group.key, group.alias, group.introduction) == (TG, "山人", "做备份的")
    assert (found.publishes, found.saved) == (True, 1)
    assert [session.id for session in found.sessions] == [1]
    assert (theirs.publishes, theirs.saved, len(theirs.sessions)) == (False, 0, 1)
    assert theirs.groups[0].introduction == "" and theirs.groups[0].name == "李四"


def test_a_group_of_ones_own_is_one_the_reader_is_in(talk: Archive) -> None:
    with talk.writing() as db:
        start(db, TG, by="telegram:1")
        db.execute("UPDATE groups SET visibility = 'public'")
    with talk.reading() as db:
        assert [group.key for group in own_groups(db, ME)] == [own_group(db, ME, TG)] == [TG]
        for place in (QQ, "telegram:-5"):
            with pytest.raises(NotFound):
                own_group(db, ME, place)
        assert [group.archived for group in mine(db, ME).groups] == [True]


def test_a_person_ends_their_own_sessions_only(talk: Archive) -> None:
    with talk.writing() as db:
        begin_session(db, "member", member_key="telegram:42")
        begin_session(db, "member", member_key="telegram:43")
        end_own_session(db, "telegram:42", 1)
        for number in (1, 2, 3):
            with pytest.raises(NotFound):
                end_own_session(db, "telegram:42", number)
        assert [session.id for session in list_sessions(db)] == [2]


def test_introductions_of_one_second_stay_on_one_page(talk: Archive) -> None:
    with talk.writing() as db:
        for number in range(6):
            introduce(db, TG, f"telegram:{50 + number}", "介绍", T0 + number // 3, f"人{number}")
    with talk.reading() as db:
        first, following = introductions_page(db, ME, TG, limit=2)
        second, end = introductions_page(db, ME, TG, until=following, limit=5)
        assert introductions_page(db, public(), None) == ([], None)
    assert ([one.name for one in first], following) == (["人3", "人4", "人5"], T0)
    assert ([one.name for one in second], end) == (["人0", "人1", "人2"], None)
    assert len(rows(talk, "SELECT 1 FROM introductions")) == 6
