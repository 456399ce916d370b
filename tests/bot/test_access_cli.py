"""`chendian login`, `sessions` and `invite`: made, listed, ended."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from chat_files import KEY, telegram_json, telegram_rows
from program import refused, rows, run, whole

from archive.database import open_archive
from archive.logins import OPERATOR, find_login
from archive.sessions import begin_session


@pytest.fixture
def data(tmp_path: Path) -> Path:
    run("import", telegram_json(tmp_path / "r.json", telegram_rows(3)), "--data", tmp_path / "d")
    return tmp_path / "d"


def test_the_operators_link_is_printed_and_only_its_hash_is_kept(data: Path) -> None:
    done = run("login", "--data", data, "--base-url", "https://a.example/", expect=0)
    found = re.fullmatch(r"https://a\.example/login/([\w-]{22})\n", done.out)
    assert found and "chendian sessions end --data" in done.err
    archive = open_archive(data)
    with archive.reading() as db:
        login = find_login(db, found[1])
    assert login is not None and login.member_key == OPERATOR
    assert not any(found[1].encode() in f.read_bytes() for f in data.glob("archive.db*"))
    assert run("login", "--data", data, expect=0).out.startswith("http://127.0.0.1:8765/login/")
    whole(data)


def test_sessions_are_listed_and_ended(data: Path) -> None:
    with open_archive(data).writing() as db:
        begin_session(db, "operator")
        for who in ("telegram:user1", "telegram:user1", "telegram:user2"):
            begin_session(db, "member", member_key=who)
    listed = run("sessions", "list", "--data", data, "--json", expect=0).json
    assert [one["member"] for one in listed] == [
        "telegram:user2", "telegram:user1", "telegram:user1", None,
    ]  # fmt: skip
    assert "telegram:user2  since" in run("sessions", "list", "--data", data, expect=0).out
    for words, number in (
        (("4",), 1), (("--member", "telegram:user1"), 2), ((), 1), (("--all",), 0),
    ):  # fmt: skip
        assert f"{number} session" in run("sessions", "end", *words, "--data", data, expect=0).out
    assert "nobody is logged in" in run("sessions", "list", "--data", data, expect=0).out
    refused("sessions", "end", "4", "--data", data)
    refused("sessions", "end", "4", "--all", "--data", data)


def test_invitations_are_made_listed_and_ended(data: Path) -> None:
    made = run("invite", "make", "--group", KEY, "--uses", "3", "--label", "家长", "--data", data)
    assert re.search(r"/invite/[\w-]{22}\n", made.out) and "chendian invite end 1" in made.err
    words = ("--passphrase", "spring rain on the roof", "--days", "7", "--data", data)
    assert "passphrase at http" in run("invite", "make", "--group", KEY, *words, expect=0).out
    refused("invite", "make", *words)
    refused("invite", "make", "--passphrase", "short", "--data", data)
    listed = run("invite", "list", "--data", data, "--json", expect=0).json
    assert [(one["passphrase"], one["uses_left"], one["label"]) for one in listed] == [
        (True, None, ""), (False, 3, "家长"),
    ]  # fmt: skip
    shown = run("invite", "list", "--data", data, expect=0).out
    assert "passphrase  技术群" in shown and "3 uses left  0 in  家长" in shown
    assert "has ended; 0 sessions" in run("invite", "end", "1", "--data", data, expect=0).out
    refused("invite", "end", "1", "--data", data)
    assert [a for (a,) in rows(data, "SELECT action FROM audit")][-2:] == ["invite", "invite ended"]
