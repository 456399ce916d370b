"""Forgetting in one call: to the last byte, beside readers, and after it was stopped."""

from __future__ import annotations

from contextlib import closing

import pytest
from live_told import event, traces
from told import T0, TG, full_group, rows, said, told

from archive.consent import opt_out
from archive.database import Archive
from archive.errors import NotFound
from archive.forget_now import forget_now, unfinished
from archive.inbox import Inbox
from archive.verify import verify

TEXT = "zqcanaryqz 金丝雀密语"
WORDS = ("zqcanaryqz", "金丝雀")


@pytest.fixture
def talk(archive: Archive) -> Archive:
    told(
        archive, full_group(), (said(str(n), TEXT, at=T0 + n) for n in range(50)),
        said("900", "别人的", who="43"),
    )  # fmt: skip
    with closing(Inbox(archive.folder)) as inbox:
        inbox.done(inbox.store("bot", [event(str(n), TEXT.encode()) for n in range(50)]))
    return archive


def test_person_is_gone_to_the_last_byte(talk: Archive) -> None:
    """TRUST 33."""
    done = forget_now(talk, [], ["telegram:42"], "operator")
    assert (done.messages, done.people, done.events, done.settled) == (50, 1, 50, True)
    assert traces(talk.folder, *WORDS, "张三") == [] and verify(talk) == []
    assert rows(talk, "SELECT who, target FROM audit WHERE action = 'forget member'") == [
        ("operator", "telegram:42")
    ]


def test_stopped_in_between_the_same_call_does_the_rest(talk: Archive) -> None:
    keys = [f"{TG}:{n}" for n in range(50)]

    def stops(number: int) -> None:
        if number >= 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        forget_now(talk, keys, [], "operator", stops)
    done = forget_now(talk, keys, [], "operator")
    assert (done.messages, done.kept_out, done.settled) == (30, 20, True)
    assert traces(talk.folder, *WORDS) == [] and verify(talk) == []


def test_who_opted_out_is_unfinished_until_all_of_them_is_gone(talk: Archive) -> None:
    def stops(number: int) -> None:
        raise KeyboardInterrupt

    with talk.writing() as db:
        assert unfinished(db) == []
        opt_out(db, "telegram:42", "telegram:42")
        assert unfinished(db) == ["telegram:42"]
    with pytest.raises(KeyboardInterrupt):
        forget_now(talk, [], ["telegram:42"], "opt out", stops)
    with talk.reading() as db:
        assert unfinished(db) == ["telegram:42"]
    forget_now(talk, [], ["telegram:42"], "opt out")
    with talk.reading() as db:
        assert unfinished(db) == []


def test_somebody_nobody_knows_stops_it_before_anything_is_done(talk: Archive) -> None:
    with pytest.raises(NotFound, match="sender_key"):
        forget_now(talk, [f"{TG}:1"], ["telegram:42", "telegram:777"], "operator")
    assert rows(talk, "SELECT count(*) FROM messages") == [(51,)]


def test_archive_without_an_inbox_gets_none(archive: Archive) -> None:
    told(archive, full_group(), said("1", TEXT))
    assert forget_now(archive, [f"{TG}:1"], [], "operator").settled
    assert not (archive.folder / "inbox.db").exists()
