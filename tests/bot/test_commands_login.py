"""`/login`: a link for one person alone, told in two languages, kept nowhere once it was said."""

from __future__ import annotations

import re

import msgspec
import pytest
from commanding import SETTING, TG, Talk, rows, speaking

from archive import outbox
from archive.consent import opt_out
from archive.database import Archive
from archive.logins import LIFE, find_login

LINK = re.compile(r"https://site\.example/login/([\w-]{22})(?:\?lang=en)?$", re.MULTILINE)


@pytest.fixture
def talk(archive: Archive) -> Talk:
    return speaking(archive, {"7": "先备份再部署"})


@pytest.mark.parametrize("name", ["/login", "/登录"])
def test_a_link_goes_to_the_person_alone_and_is_bound_to_them(talk: Talk, name: str) -> None:
    said = talk.ask(name, "3")
    nonce = LINK.search(said)
    assert nonce and said.count("\n") <= 2 and str(LIFE // 60) in said
    assert ("lang=en" in said) == (name == "/login")
    (draft,) = talk.drafts()
    assert (draft.group_key, draft.member_key, draft.reply_to) == (None, "telegram:3", None)
    with talk.archive.reading() as db:
        login = find_login(db, nonce[1])
    assert login is not None
    assert (login.member_key, login.account, login.group_key) == ("telegram:3", "main", TG)
    assert talk.audit("login link") == [("telegram:3", TG, "")]


def test_asked_in_private_it_is_bound_to_no_group(talk: Talk) -> None:
    talk.roles[TG, "telegram:3"] = "member"
    assert LINK.search(talk.ask("/登录", "3", private=True))
    assert rows(talk.archive, "SELECT group_key FROM logins") == [(None,)]


def test_who_is_in_no_group_gets_none(talk: Talk) -> None:
    talk.others = None
    for who in ("3", "9"):
        assert "login/" not in talk.ask("/login", who, private=True)
    assert rows(talk.archive, "SELECT 1 FROM logins") == []


@pytest.mark.parametrize("ends", [outbox.sent, lambda db, i: outbox.give_up(db, i, "no")])
def test_what_was_said_is_erased_from_the_outbox_at_once(talk: Talk, ends) -> None:
    talk.ask("/登录", "3")
    with talk.archive.writing() as db:
        (parcel,) = outbox.due(db, "main", 1 << 40)
        outbox.begin(db, parcel.id)
        ends(db, parcel.id)
    # what the group is told where the link cannot be delivered holds nothing of it
    assert rows(talk.archive, "SELECT text FROM outbox WHERE state != 'spare'") == [("",)]


def test_nobody_in_particular_and_who_wants_nothing_kept_get_none(talk: Talk) -> None:
    assert "匿名" in talk.ask("/登录", None, role="admin")
    with talk.archive.writing() as db:
        opt_out(db, "telegram:3", "telegram:3")
    assert "/optin" in talk.ask("/login", "3")
    assert rows(talk.archive, "SELECT 1 FROM logins") == []


def test_without_an_address_there_is_no_link(archive: Archive) -> None:
    talk = speaking(archive, {"7": "x"}, setting=msgspec.structs.replace(SETTING, base_url=""))
    assert "base_url" in talk.ask("/登录", "3") and "base_url" in talk.ask("/login", "3")
    assert rows(archive, "SELECT 1 FROM logins") == []


def test_the_same_command_delivered_again_gives_one_link(talk: Talk) -> None:
    asked = talk.asked("/登录", "3")
    assert talk.give(asked) is not None and talk.give(asked) is None
    assert rows(talk.archive, "SELECT count(*) FROM logins") == [(1,)]
