"""Rosters as CSV: what spreadsheets write is read; what is written runs nowhere."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import ArchiveError
from archive.roster import RosterLine
from archive.roster_csv import Entry, as_csv, read_roster


def test_columns_are_known_by_their_heading_in_any_order() -> None:
    (entry,) = read_roster("备注,到期日,昵称,身份,账号\n常来,2026/12/1,张三,嘉宾,42\n", "qq")
    assert entry == Entry(2, "张三", "qq:42", "guest", "2026-12-01", False, "常来")
    (entry,) = read_roster("\ufeffName;Expires\nAnn;2026年3月9日 12:00\n")
    assert (entry.name, entry.expires_on, entry.member_key) == ("Ann", "2026-03-09", None)
    (entry,) = read_roster("name\texpires_on\r\nAnn\t20261231\r\n")
    assert entry.expires_on == "2026-12-31"


@pytest.mark.parametrize("cell", ["-", "永久", "無", "Never"])
def test_line_may_have_no_end(cell: str) -> None:
    (entry,) = read_roster(f"name,expires\nAnn,{cell}\n")
    assert entry.expires_on is None and entry.without_end


def test_faults_are_named_by_line_and_nothing_is_taken() -> None:
    text = "name,role,expires\nAnn,,\n,,\nBen,king,\nCyd,,2026-02-30\nAnn,,\n,guest,\n"
    with pytest.raises(ArchiveError) as refused:
        read_roster(text)
    assert refused.value.what == (
        "line 4 has a role that is none of owner, admin, guest, member, newcomer;"
        " line 5 has a date that is none; write 2026-12-31;"
        " line 6 is the same person as line 2; line 7 has neither a name nor a member."
    )
    assert "nothing was taken" in refused.value.hint


def test_many_faults_are_counted() -> None:
    with pytest.raises(ArchiveError, match=r"line 6 .*; and 95 more"):
        read_roster("name,role\n" + "".join(f"n{n},x\n" for n in range(100)))


@pytest.mark.parametrize("text", ["", "\n", "a,b\n1,2\n", "\0", "name,role\n" + "x" * 600 + ",\n"])
def test_what_is_no_roster_is_refused(text: str) -> None:
    if text.startswith("name"):
        with pytest.raises(ArchiveError, match="line 2 has a cell"):
            read_roster(text)
    else:
        with pytest.raises(ArchiveError, match="names neither"):
            read_roster(text)


@pytest.mark.parametrize("sign", list("=+-@\t\r＝＋－＠"))
def test_cells_that_a_spreadsheet_would_run_are_text(sign: str) -> None:
    """Begin with an apostrophe, and are read back as they were (TRUST 27)."""
    name = f"{sign}cmd|' /C calc'!A0"
    text = as_csv([RosterLine(None, name, "member", None, "=1+1")])
    (_, row) = csv.reader(io.StringIO(text, newline=""))
    assert row[0] == f"'{name}" and row[4] == "'=1+1"
    (entry,) = read_roster(text)
    assert entry.name == " ".join(name.split()) and entry.note == "=1+1"


names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)


@given(name=names, note=names)
def test_what_is_written_is_read_back(name: str, note: str) -> None:
    line = RosterLine("qq:1", name, "guest", "2026-12-31", note)
    (entry,) = read_roster(as_csv([line]))
    assert (entry.member_key, entry.role, entry.expires_on) == ("qq:1", "guest", "2026-12-31")
    wanted = name.strip().replace("\0", "")
    assert entry.name == " ".join(wanted.split()) or name.strip().startswith("'")
