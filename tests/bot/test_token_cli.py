"""`chendian token`: made, listed, ended."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from chat_files import KEY, telegram_json, telegram_rows
from program import refused, rows, run, whole

from archive.api_tokens import find_token
from archive.database import open_archive


@pytest.fixture
def data(tmp_path: Path) -> Path:
    run("import", telegram_json(tmp_path / "r.json", telegram_rows(3)), "--data", tmp_path / "d")
    return tmp_path / "d"


def test_a_token_is_printed_once_and_listed_without_itself_until_it_ends(data: Path) -> None:
    made = run("token", "make", "--group", KEY, "--label", "周报", "--data", data, expect=0)
    assert re.fullmatch(r"chendian_[\w-]{43}\n", made.out)
    assert f"chendian token end 1 --data {data}" in made.err
    token = made.out.strip()
    with open_archive(data).reading() as db:
        found = find_token(db, token)
    assert found is not None and (found.groups, found.names) == ((KEY,), False)
    assert not any(token.encode() in f.read_bytes() for f in data.glob("archive.db*"))
    shown = run("token", "list", "--data", data, expect=0).out
    assert "1 group without names" in shown and "not used yet" in shown and "周报" in shown
    run("token", "make", "--everything", "--names", "--days", "7", "--data", data, expect=0)
    listed = run("token", "list", "--data", data, "--json", expect=0).json
    assert [(one["everything"], one["names"], one["groups"]) for one in listed] == [
        (True, True, []), (False, False, [KEY]),
    ]  # fmt: skip
    assert "token 1 has ended" in run("token", "end", "1", "--data", data, expect=0).out
    refused("token", "end", "1", "--data", data)
    assert [a for (a,) in rows(data, "SELECT action FROM audit")][-3:] == [
        "token", "token", "token ended",
    ]  # fmt: skip
    whole(data)


def test_a_token_must_say_what_it_reads(data: Path) -> None:
    refused("token", "make", "--data", data)
    refused("token", "make", "--everything", "--group", KEY, "--data", data)
    refused("token", "make", "--group", "no such group", "--data", data)
    assert "chendian token make" in run("token", "list", "--data", data, expect=0).out
