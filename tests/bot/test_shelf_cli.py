"""`chendian thread …` and `chendian column …`: edited, ordered, undone."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from chat_files import KEY, telegram_json, telegram_rows
from program import refused, run, whole

from archive.access import operator
from archive.columns import add
from archive.database import open_archive
from archive.threads import gather, run_from


@pytest.fixture
def data(tmp_path: Path) -> Path:
    run("import", telegram_json(tmp_path / "r.json", telegram_rows(9)), "--data", tmp_path / "d")
    with open_archive(tmp_path / "d").writing() as db:
        gather(db, "一段", run_from(db, operator(), f"{KEY}:2", f"{KEY}:4", 0), by="x")
        for id in ("5", "6", "7"):
            add(db, "新手", f"{KEY}:{id}", by="x", about="好" if id == "6" else "")
    return tmp_path / "d"


def test_thread_is_listed_printed_edited_and_ended(data: Path, tmp_path: Path) -> None:
    (listed,) = run("thread", "list", "--data", data, "--group", KEY, "--json", expect=0).json
    assert (listed["title"], listed["messages"], listed["first"]) == ("一段", 3, f"{KEY}:2")
    assert "一段  3 messages" in run("thread", "list", "--data", data, expect=0).out
    raw = run("thread", "show", "1", "--data", data, expect=0).out
    assert len(raw.splitlines()) == 3
    (tmp_path / "t.txt").write_text("整理好的\n第二行", "utf-8-sig")
    said = run("thread", "edit", "1", tmp_path / "t.txt", "--data", data, expect=0).out
    shown = run("thread", "show", "1", "--data", data, expect=0).out
    assert shown == "整理好的\n第二行\n"
    undo = re.search(r"chendian (thread edit 1 .*)", said)
    assert undo is not None
    run(*shlex.split(undo[1]), expect=0)
    assert run("thread", "show", "1", "--data", data).out == raw
    assert "stay" in run("thread", "dissolve", "1", "--data", data, expect=0).out
    assert "/thread" in run("thread", "list", "--data", data, expect=0).out
    whole(data)


def test_column_is_listed_and_put_in_order(data: Path) -> None:
    (listed,) = run("column", "list", "--data", data, "--json", expect=0).json
    assert (listed["title"], listed["essences"]) == ("新手", 3)
    assert "新手  3" in run("column", "list", "--data", data, expect=0).out

    def order() -> list[str]:
        shown = run("column", "show", "1", "--data", data, "--json", expect=0).json
        return [item["key"].rpartition(":")[2] for item in shown]

    said = run("column", "move", "1", f"{KEY}:7", "1", "--data", data, expect=0).out
    assert order() == ["7", "5", "6"]
    run(*shlex.split(said.partition("undo: chendian ")[2]), expect=0)
    assert order() == ["5", "6", "7"]
    assert "好" in run("column", "show", "1", "--data", data, expect=0).out


def test_what_cannot_be_done_is_said(data: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_bytes(b"\xff\xfe\xff")
    refused("thread", "show", "9", "--data", data)
    refused("thread", "dissolve", "9", "--data", data)
    refused("thread", "edit", "1", tmp_path / "bad.txt", "--data", data)
    refused("thread", "edit", "1", tmp_path / "none.txt", "--data", data)
    refused("thread", "list", "--group", "没有", "--data", data)
    refused("column", "show", "9", "--data", data)
    refused("column", "move", "1", f"{KEY}:1", "1", "--data", data)
