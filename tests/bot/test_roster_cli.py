"""`chendian roster`: taken in from what spreadsheets write, listed, printed, undone."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from chat_files import KEY, telegram_json, telegram_rows
from program import refused, rows, run, whole

CSV = "姓名,账号,角色,到期,备注\n=1+1,user7,嘉宾,2099-12-31,\n阿禾,,会员,2020-01-01,常来\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    run("import", telegram_json(tmp_path / "r.json", telegram_rows(3)), "--data", tmp_path / "d")
    return tmp_path / "d"


def taken(data: Path, text: str | bytes) -> Path:
    file = data.parent / "roster.csv"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_roster_is_taken_in_whatever_wrote_it(data: Path, encoding: str) -> None:
    file = taken(data, CSV.encode(encoding))
    said = run("roster", "import", file, "--group", "技术群", "--data", data, expect=0).out
    assert said.startswith("技术群: 2 lines added, 0 changed, 0 as before. take one off: chendian")
    shown = run("roster", "list", "--group", KEY, "--data", data, expect=0).out
    assert "阿禾  member  2020-01-01  ended  常来" in shown and "=1+1  guest  2099-12-31" in shown


def test_roster_is_listed_exported_and_taken_off(data: Path) -> None:
    words = ("--group", KEY, "--data", data)
    done = run("roster", "import", taken(data, CSV), *words, "--json", expect=0).json
    assert done == {"group": KEY, "added": 2, "changed": 0, "same": 0, "left_out": []}
    soon = run("roster", "list", *words, "--expiring", "9", "--json", expect=0).json
    assert soon == []
    listed = run("roster", "list", *words, "--json", expect=0).json
    assert listed[0] == {
        "name": "阿禾", "member": None, "role": "member", "expires_on": "2020-01-01",
        "expired": True, "note": "常来",
    }  # fmt: skip
    text = run("roster", "export", *words, expect=0).out
    assert next(iter(list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))[2:]))[0] == "'=1+1"
    again = run("roster", "import", taken(data, text), *words, "--json", expect=0).json
    assert (again["added"], again["changed"], again["same"]) == (0, 0, 2)
    off = run("roster", "remove", "阿禾", *words, expect=0).out
    assert "off the roster" in off and "again: chendian roster import" in off
    assert rows(data, "SELECT name FROM roster") == [("=1+1",)]
    whole(data)


def test_what_cannot_be_taken_changes_nothing(data: Path) -> None:
    words = ("--group", KEY, "--data", data)
    said = refused("roster", "import", taken(data, "姓名,到期\n阿禾,明年\n"), *words)
    assert "line 2 has a date that is none" in said and "nothing was taken" in said
    refused("roster", "import", taken(data, b"\xff\xff\xff,\x80"), *words)
    refused("roster", "import", data / "none.csv", *words)
    refused("roster", "import", taken(data, CSV), "--group", "没有", "--data", data)
    refused("roster", "remove", "没有", *words)
    assert rows(data, "SELECT * FROM roster") == []
    assert "nobody is listed" in run("roster", "list", *words, expect=0).out
