"""Consent: nothing without it, nothing after it, and a group that moves keeps it (TRUST 37)."""

from __future__ import annotations

import time

import pytest
from told import TG, full_group, proposed, rows, said, titled, told

from archive.consent import (
    NOTICE,
    Standing,
    approve,
    move,
    opt_in,
    opt_out,
    pause,
    standing,
    start,
    stop,
)
from archive.database import Archive
from archive.records import Group, Member

OTHER = "telegram:-100999"
WHO = "telegram:42"


def now_is(archive: Archive) -> Standing:
    with archive.reading() as db:
        return standing(db)


def test_nothing_is_archived_before_somebody_agrees(archive: Archive) -> None:
    told(archive, full_group())
    assert now_is(archive) == Standing()
    with archive.writing() as db:
        assert start(db, TG, by=WHO, notice=NOTICE)
        assert not start(db, TG, by=WHO, notice=NOTICE)
    assert now_is(archive).keeps(TG) and not now_is(archive).keeps(OTHER)


def test_consent_is_withdrawn_at_once_and_each_change_is_in_the_audit(archive: Archive) -> None:
    with archive.writing() as db:
        start(db, TG, by=WHO, notice=NOTICE)
        assert stop(db, TG, by="telegram:43")
        assert not stop(db, TG, by="telegram:43")
    assert not now_is(archive).keeps(TG)
    assert rows(archive, "SELECT who, action, target FROM audit") == [
        (WHO, "consent", TG), ("telegram:43", "consent withdrawn", TG),
    ]  # fmt: skip
    ((since, until, notice, by, stopped),) = rows(
        archive, "SELECT since, until, notice, started_by, stopped_by FROM consents"
    )
    assert until >= since and (notice, by, stopped) == (NOTICE, WHO, "telegram:43")


def test_newer_notice_begins_a_new_agreement_without_a_gap(archive: Archive) -> None:
    with archive.writing() as db:
        start(db, TG, by=WHO, notice=NOTICE)
        assert start(db, TG, by=WHO, notice=NOTICE + 1)
        assert not start(db, TG, by=WHO, notice=NOTICE)
    assert rows(archive, "SELECT notice, until IS NULL FROM consents ORDER BY id") == [
        (NOTICE, 0), (NOTICE + 1, 1),
    ]  # fmt: skip


def test_configuration_starts_what_nobody_decided_and_never_what_was_withdrawn(
    archive: Archive,
) -> None:
    with archive.writing() as db:
        assert approve(db, [TG, OTHER]) == [TG, OTHER]
        assert approve(db, [TG, OTHER]) == []
        stop(db, OTHER, by=WHO)
        assert approve(db, [TG, OTHER]) == []
    assert now_is(archive).archiving == {TG}


def test_group_that_moved_stays_consented_under_both_keys(archive: Archive) -> None:
    """TRUST 7."""
    with archive.writing() as db:
        start(db, OTHER, by=WHO, notice=NOTICE)
        pause(db, OTHER, int(time.time()) + 60, WHO)
    told(archive, said("1", group=OTHER), Group(TG, "技术群", aliases=(OTHER,)))
    assert now_is(archive).archiving == {TG, OTHER}
    assert now_is(archive).paused.keys() == {TG, OTHER}
    with archive.writing() as db:
        assert not start(db, TG, by=WHO, notice=NOTICE)
        assert stop(db, TG, by=WHO)
    assert now_is(archive).archiving == frozenset()


def test_group_keeps_its_consent_before_its_first_message_under_the_new_key(
    archive: Archive,
) -> None:
    with archive.writing() as db:
        assert not move(db, OTHER, TG)
        start(db, OTHER, by=WHO, notice=NOTICE)
        assert move(db, OTHER, TG)
        assert not move(db, OTHER, TG)
    assert now_is(archive).keeps(TG)


def test_pause_covers_its_own_time_only(archive: Archive) -> None:
    now = int(time.time())
    with archive.writing() as db:
        pause(db, TG, now + 3600, WHO)
    paused = now_is(archive)
    assert paused.paused_at(TG, now + 10) and paused.paused_at(TG, now + 3599)
    assert not paused.paused_at(TG, now - 10) and not paused.paused_at(TG, now + 3600)
    assert not paused.paused_at(OTHER, now + 10)
    with archive.writing() as db:
        pause(db, TG, now + 7200, WHO)
    assert now_is(archive).paused_at(TG, now + 7000)
    with archive.writing() as db:
        pause(db, TG, 0, WHO)
    assert not now_is(archive).paused_at(TG, now + 100)
    assert rows(archive, "SELECT count(*) FROM pauses") == [(1,)]


def test_person_who_opts_out_is_known_by_every_key(archive: Archive) -> None:
    told(archive, proposed(), titled("1", "话", who="张三"), titled("2", "二"))
    told(archive, full_group(), Member(WHO, "张三", group_key=TG), said("1", "话"), said("2", "二"))
    with archive.writing() as db:
        assert opt_out(db, WHO, WHO)
        assert not opt_out(db, WHO, WHO)
    keys = {other for (other,) in rows(archive, "SELECT other FROM aliases WHERE kind = 'member'")}
    assert now_is(archive).opted_out == {WHO, *keys} and keys
    with archive.writing() as db:
        assert opt_in(db, keys.pop(), WHO)
        assert not opt_in(db, WHO, WHO)
    assert now_is(archive).opted_out == frozenset()
    assert rows(archive, "SELECT count(*) FROM forgotten_names") == [(0,)]


@pytest.mark.parametrize("key", ("telegram:7", "qq:10001"))
def test_person_the_archive_never_met_may_opt_out(archive: Archive, key: str) -> None:
    with archive.writing() as db:
        opt_out(db, key, key)
    assert now_is(archive).opted_out == {key}
