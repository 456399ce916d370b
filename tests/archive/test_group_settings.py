"""What is decided at the desk holds against the configuration; who has minors is never public."""

from __future__ import annotations

import time

import pytest
from told import QQ, TG, full_group, rows, said, told

from archive import columns, consent, rights
from archive.access import member, operator
from archive.database import Archive
from archive.errors import ArchiveError, NotFound
from archive.group_settings import (
    decide,
    decided,
    has_minors,
    may_configure,
    set_minors,
    setting_of,
)
from archive.group_state import group_state
from archive.groups import get_group, set_visibility
from archive.personal import erase_person
from archive.unite import begin_union, unite_some


@pytest.fixture
def two(archive: Archive) -> Archive:
    told(
        archive,
        full_group(),
        full_group("别的群", QQ),
        said("1", "部署"),
        said("2", "备份", who="43"),
    )
    return archive


def visibility(archive: Archive, key: str = TG) -> str:
    with archive.reading() as db:
        return get_group(db, operator(), key).visibility


def test_a_decision_holds_until_it_is_left_to_the_configuration_again(two: Archive) -> None:
    with two.writing() as db:
        assert decide(db, TG, "digest", "on", "telegram:1") is None
        assert decide(db, TG, "digest", "off", "telegram:1") == "on"
        assert setting_of(db, TG, "digest") == "off" and decided(db, "digest") == {TG: "off"}
        assert decide(db, TG, "digest", None, "telegram:1") == "off"
        assert setting_of(db, TG, "digest") is None
        decide(db, TG, "welcome", "群规 zqcanaryqz", "telegram:1")
        with pytest.raises(NotFound):
            decide(db, "telegram:-9", "digest", "on", "telegram:1")
    said_of_it = rows(two, "SELECT action, target, detail FROM audit WHERE action LIKE 'setting%'")
    assert [detail for _, _, detail in said_of_it] == ["on", "off", "as configured", "set"]


def test_a_group_with_minors_is_never_public(two: Archive) -> None:
    with two.writing() as db:
        set_visibility(db, TG, "public", "operator")
        assert not set_minors(db, TG, True, "telegram:1")
    assert visibility(two) == "private"
    with pytest.raises(ArchiveError), two.writing() as db:
        set_visibility(db, TG, "public", "operator")
    with two.writing() as db:
        assert not may_configure(db, TG, "public") and may_configure(db, TG, "members")
        assert set_minors(db, TG, False, "telegram:1") and not has_minors(db, TG)
    assert visibility(two) == "private"


def test_the_configuration_does_not_undo_what_was_decided_at_the_desk(two: Archive) -> None:
    with two.writing() as db:
        assert may_configure(db, TG, "public")
        decide(db, TG, "visibility", "private", "telegram:1")
        assert not may_configure(db, TG, "public") and may_configure(db, QQ, "public")


def test_groups_that_become_one_keep_their_decisions_and_their_minors(archive: Archive) -> None:
    other = "telegram:-77"
    told(archive, full_group(), full_group("旧群", other), said("1", "话", group=other))
    with archive.writing() as db:
        set_visibility(db, TG, "public", "operator")
        decide(db, TG, "digest", "on", "operator")
        decide(db, other, "digest", "off", "operator")
        set_minors(db, other, True, "operator")
        begin_union(db, other, TG)
        while unite_some(db):
            pass
        assert setting_of(db, other, "digest") == "on" and has_minors(db, TG)
    assert visibility(archive) == "private"
    assert rows(archive, "SELECT DISTINCT group_id FROM group_settings") == rows(
        archive, "SELECT id FROM groups"
    )


def test_who_decided_is_erased_with_the_person_fault_33(two: Archive) -> None:
    with two.writing() as db:
        decide(db, TG, "digest", "on", "telegram:43")
        erase_person(db, ["telegram:43"])
    assert rows(two, "SELECT value, by FROM group_settings") == [("on", "")]


def test_columns_of_a_group_stand_as_they_were_ordered_new_ones_first(two: Archive) -> None:
    def order() -> list[str]:
        with two.reading() as db:
            return [one.title for one in columns.list_columns(db, operator(), TG)]

    with two.writing() as db:
        made = [columns.add(db, name, f"{TG}:1", by="telegram:1")[0] for name in "甲乙丙"]
    assert order() == ["丙", "乙", "甲"]
    with two.writing() as db:
        assert columns.place_column(db, made[0].id, 1, "telegram:1") == 3
        assert columns.place_column(db, made[2].id, 9, "telegram:1") == 2
    assert order() == ["甲", "乙", "丙"]
    with two.writing() as db:
        columns.add(db, "丁", f"{TG}:2", by="telegram:1")
    assert order() == ["丁", "甲", "乙", "丙"]


def test_how_a_group_stands_is_told_to_those_who_decide_for_it_fault_31(two: Archive) -> None:
    with two.writing() as db:
        consent.start(db, TG, by="telegram:42")
        consent.pause(db, TG, int(time.time()) + 60, "telegram:42")
        rights.publish(db, "telegram:43", True, "telegram:43")
        admin = member(frozenset((TG, QQ)), "telegram:42", frozenset((TG,)))
        state = group_state(db, admin, TG)
        assert (state.agreed_by, state.may_publish, state.offers) == ("张三", 1, False)
        assert state.paused_until is not None and (state.greet, state.digest) == (None, None)
        with pytest.raises(NotFound):
            group_state(db, admin, QQ)
        consent.opt_out(db, "telegram:42", "telegram:42")
        consent.opt_out(db, "telegram:43", "telegram:43")
        state = group_state(db, operator(), TG)
        assert (state.agreed_by, state.may_publish) == ("", 0)
