"""Links, sessions and invitations at rest: after a restore, for oneself, when groups unite."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from told import TG, full_group, rows, said, told

from archive import invites, logins, sessions, standings
from archive.access import Reader, member
from archive.backup import back_up
from archive.database import Archive, open_archive
from archive.errors import NotFound
from archive.groups import list_groups
from archive.own_data import data_of
from archive.records import Group
from archive.restore import restore
from archive.unite import begin_union, finish_unions

HERS = "telegram:42"


@pytest.fixture
def talk(archive: Archive) -> Archive:
    told(archive, full_group(), said("1", "你好", at=int(time.time())))
    return archive


def begun(archive: Archive) -> tuple[str, str, str]:
    """Return the secret parts of a link, a session and an invitation that work."""
    with archive.writing() as db:
        link = logins.make_login(db, HERS, "main", TG)
        cookie = sessions.begin_session(db, "member", member_key=HERS, groups={TG: "member"})
        _, token = invites.make_invite(db, TG, by="operator")
    return link, cookie, token


def test_nothing_that_let_anybody_in_does_so_after_a_restore(talk: Archive, tmp_path: Path) -> None:
    link, cookie, token = begun(talk)
    made = back_up(talk, tmp_path / "backups")
    restore(made.path, tmp_path / "new")
    for archive, works in ((talk, True), (open_archive(tmp_path / "new"), False)):
        with archive.reading() as db:
            assert (logins.find_login(db, link) is not None) == works
            assert (sessions.find_session(db, cookie) is not None) == works
            assert (invites.find_invite(db, token) is not None) == works


def test_a_copy_of_ones_own_data_says_when_one_was_logged_in(talk: Archive) -> None:
    begun(talk)
    with talk.writing() as db:
        db.execute("INSERT INTO last_read VALUES(1, ?, 1790000000)", (HERS,))
    with talk.reading() as db:
        told_of = {row["kind"]: row for row in data_of(db, HERS)}
    assert told_of["session"]["used"] and told_of["last_read"]["group"] == TG


def test_an_invitation_goes_with_a_group_that_becomes_part_of_another(talk: Archive) -> None:
    _, cookie, token = begun(talk)
    new = "telegram:-100999"
    told(talk, Group(new, "新群"))
    with talk.writing() as db:
        begin_union(db, TG, new)
    db = talk.connect_for_writing()
    finish_unions(db)
    db.close()
    with talk.reading() as db:
        number = invites.find_invite(db, token)
        assert number is not None and invites.group_of(db, number) == (new,)
        session = sessions.find_session(db, cookie)
        assert session is not None
        reader = standings.reader_of(db, session, asked=True)
    assert reader == member(frozenset((new,)), HERS, belongs=True)


def test_a_group_open_to_members_is_read_by_who_belongs_and_nobody_else(talk: Archive) -> None:
    with talk.writing() as db:
        db.execute("UPDATE groups SET visibility = 'members'")
    with talk.reading() as db:
        assert len(list_groups(db, Reader(belongs=True))) == 1
        assert list_groups(db, Reader()) == []
        assert list_groups(db, member(frozenset(("telegram:-5",)))) == []


def test_old_links_and_sessions_are_dropped(talk: Archive) -> None:
    begun(talk)
    now = int(time.time())
    with talk.writing() as db:
        logins.expire_logins(db, now)
        sessions.expire_sessions(db, now)
        assert db.execute("SELECT count(*) FROM logins, sessions").fetchone() == (1,)
        logins.expire_logins(db, now + 100_000)
        sessions.expire_sessions(db, now + 61 * 86_400)
    assert rows(talk, "SELECT mark FROM logins UNION SELECT mark FROM sessions") == []


def test_a_link_and_a_session_cannot_be_guessed_by_what_is_kept(talk: Archive) -> None:
    begun(talk)
    for table, finds in (("logins", logins.find_login), ("sessions", sessions.find_session)):
        ((mark,),) = rows(talk, f"SELECT mark FROM {table}")
        with talk.reading() as db:
            assert finds(db, mark) is None and finds(db, "") is None
            assert finds(db, "x" * 10_000) is None


def test_a_proof_of_another_site_counts_once_whatever_ends_and_names_nobody(
    archive: Archive,
) -> None:
    with archive.writing() as db:
        logins.spend_proof(db, "a")
        assert logins.is_spent(db, "a") and not logins.is_spent(db, "b")
        sessions.end_sessions(db, "operator")
        with pytest.raises(NotFound):
            logins.spend_proof(db, "a")
        kept = db.execute("SELECT member_key, account, group_key FROM logins").fetchall()
        assert [tuple(row) for row in kept] == [("", "", None)]
        logins.expire_logins(db, int(time.time()) + 2 * 86_400)
        assert not logins.is_spent(db, "a")
