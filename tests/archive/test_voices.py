"""Voices: the owner, admins and guests, for those who see who speaks anyway."""

from __future__ import annotations

import pytest
from told import T0, TG, full_group, said, told

from archive.access import Reader, member, operator, public
from archive.consent import opt_out
from archive.database import Archive
from archive.errors import NotFound
from archive.groups import set_visibility
from archive.records import Member
from archive.roster import take
from archive.roster_csv import read_roster
from archive.voices import voices

INSIDE = member(frozenset({TG}), "telegram:43")


@pytest.fixture
def talk(archive: Archive) -> Archive:
    told(
        archive, full_group(),
        Member("telegram:42", "张三", group_key=TG, role="owner", at=T0),
        Member("telegram:45", "小红", group_key=TG, role="left", at=T0),
        said("1", "群主的话"), said("2", "成员的话", who="43"), said("3", "嘉宾的话", who="44"),
        said("4", "走了的人", who="45"), said("5", "群主撤回的话", recalled=True),
        said("6", "有人来了", kind="service", service="join"), said("7", "群主又说"),
    )  # fmt: skip
    with archive.writing() as db:
        take(
            db, TG, read_roster("姓名,账号,角色,到期,备注\nWang Wu,,嘉宾,,", "telegram"), "operator"
        )
    return archive


def heard(archive: Archive, reader: Reader = INSIDE, **more: int) -> list[str]:
    with archive.reading() as db:
        return [view.text for view in voices(db, reader, TG, **more)]


def test_owner_and_guests_are_heard_newest_first_and_nobody_else(talk: Archive) -> None:
    assert heard(talk) == ["群主又说", "嘉宾的话", "群主的话"]


def test_pages_go_on_below_the_last_one(talk: Archive) -> None:
    with talk.reading() as db:
        first = voices(db, operator(), TG, limit=2)
        assert [v.text for v in voices(db, operator(), TG, first[-1].id, 2)] == ["群主的话"]


def test_who_opted_out_is_not_heard_from_that_moment(talk: Archive) -> None:
    with talk.writing() as db:
        opt_out(db, "telegram:42", "telegram:42")
    assert heard(talk, limit=1) == ["嘉宾的话"]


def test_readers_outside_are_not_told_who_leads_fault_31(talk: Archive) -> None:
    with talk.writing() as db:
        set_visibility(db, TG, "public", "operator")
    for reader in (public(), member(frozenset({"qq:1"}))):
        with pytest.raises(NotFound):
            heard(talk, reader)


def test_a_guest_name_that_two_people_bear_is_nobodys(talk: Archive) -> None:
    told(talk, said("8", "同名的人", who="46"), Member("telegram:46", "Wang Wu", group_key=TG))
    assert "同名的人" not in heard(talk)
