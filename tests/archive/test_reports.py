"""Reports: once a person and message, seen by who may, gone with the message or the person."""

from __future__ import annotations

import sqlite3

import pytest
from told import T0, TG, full_group, rows, said, told

from archive.access import member, operator, public
from archive.consent import opt_out
from archive.database import Archive
from archive.errors import NotFound
from archive.forget import forget, forget_member
from archive.groups import set_visibility
from archive.records import Member, Recall
from archive.reports import handle, open_reports, report, withdraw
from archive.speakers import known_admins
from archive.verify import verify

KEY = f"{TG}:7"
BY, OTHER = "telegram:43", "telegram:44"


@pytest.fixture
def talk(archive: Archive) -> Archive:
    told(archive, full_group(), said("7", "广告"), said("8", "别的", who="43"))
    return archive


def test_report_is_taken_once_a_person_and_can_be_withdrawn(talk: Archive) -> None:
    with talk.writing() as db:
        assert report(db, KEY, BY, "广告") and not report(db, KEY, BY, "又")
        assert report(db, KEY, OTHER)
        assert [one.reason for one in open_reports(db, operator())] == ["广告", ""]
        assert withdraw(db, KEY, BY) and not withdraw(db, KEY, BY)
        assert [one.who for one in open_reports(db, operator())] == [OTHER]
        with pytest.raises(NotFound):
            report(db, f"{TG}:99", BY)
    assert rows(talk, "SELECT action, target FROM audit WHERE action LIKE 'report%'") == [
        ("report", KEY), ("report", KEY), ("report withdrawn", KEY),
    ]  # fmt: skip


def test_only_who_is_inside_sees_reports_and_nobody_by_whom(talk: Archive) -> None:
    with talk.writing() as db:
        set_visibility(db, TG, "public", "operator")
        report(db, KEY, BY, "广告")
        assert open_reports(db, public()) == []
        (seen,) = open_reports(db, member(frozenset((TG,))), TG)
        assert (seen.message.text, seen.who) == ("广告", None)
        with pytest.raises(NotFound):
            open_reports(db, operator(), "telegram:-1")


def test_handled_reports_are_not_open_and_cannot_be_withdrawn(talk: Archive) -> None:
    with talk.writing() as db:
        report(db, KEY, BY)
        assert handle(db, operator(), KEY, "telegram:1") == 1
        assert handle(db, operator(), KEY, "telegram:1") == 0
        assert open_reports(db, operator()) == [] and not withdraw(db, KEY, BY)


def test_reported_words_are_hidden_once_they_are_taken_back_or_refused(talk: Archive) -> None:
    with talk.writing() as db:
        report(db, KEY, BY)
        report(db, f"{TG}:8", OTHER)
        opt_out(db, BY, BY)
    told(talk, Recall(TG, "7"))
    with talk.reading() as db:
        assert [one.message.text for one in open_reports(db, operator())] == ["", ""]


def test_reports_go_with_the_message_and_with_the_person(talk: Archive) -> None:
    with talk.writing() as db:
        report(db, KEY, BY, "一")
        report(db, f"{TG}:8", OTHER, "二")
        handle(db, operator(), f"{TG}:8", BY)
        forget(db, [KEY], by="operator")
        assert rows_of(db) == [(OTHER, BY)]
        forget_member(db, BY, BY)
        assert rows_of(db) == []
    assert verify(talk) == []


def rows_of(db: sqlite3.Connection) -> list[tuple[str, str]]:
    return db.execute("SELECT who, handled_by FROM reports").fetchall()


def test_report_follows_a_message_whose_time_is_corrected(talk: Archive) -> None:
    with talk.writing() as db:
        report(db, KEY, BY)
    told(talk, said("7", "广告", T0 + 500, quality=3))
    with talk.reading() as db:
        assert [one.message.key for one in open_reports(db, operator())] == [KEY]
    assert verify(talk) == []


def test_admins_are_those_sources_have_named(talk: Archive) -> None:
    told(talk, Member(OTHER, "王", group_key=TG, role="admin"), Member(BY, group_key=TG, role="x"))
    with talk.reading() as db:
        assert known_admins(db, TG) == [OTHER]
