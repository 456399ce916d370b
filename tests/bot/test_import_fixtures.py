"""Real exports, where they are at hand: all is read, and a second time adds none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from program import FIXTURES, refused, run, whole

pytestmark = pytest.mark.skipif(not FIXTURES.is_dir(), reason=f"there is no {FIXTURES.name}")

# with a negative number it is a date between messages
_HTML_ROW = re.compile(rb'<div (?=[^>]*class="message[ "])(?![^>]*id="message-)')
_JSON_ROW = re.compile(rb'"id": -?\d+,\s+"type": "(?:message|service)"')
_TEXT_ROW = re.compile(rb"^\d{1,2}/\d{1,2}/\d{2,4}, \d{2}:\d{2} - ", re.MULTILINE)
_NO_EXPORTS = ("qq/onebot",)


def _folders() -> list[str]:
    if not FIXTURES.is_dir():
        return []
    found = {path.parent for path in FIXTURES.rglob("*") if path.is_file()}
    found |= {FIXTURES / "telegram/frozenspider", FIXTURES / "telegram/qa_load_html"}
    return sorted(str(path.relative_to(FIXTURES)) for path in found if path != FIXTURES)


def _rows_of_json(path: Path) -> int:
    """Count the rows of a Telegram export that have an id or a time."""
    try:
        told: Any = json.loads(path.read_bytes())
    except ValueError:
        return len(_JSON_ROW.findall(path.read_bytes()))
    lists = [told.get(name, {}).get("list", []) for name in ("chats", "left_chats")]
    chats = [told, *(chat for part in lists for chat in part)]
    said = (row for chat in chats for row in _list(chat.get("messages")))
    return sum(isinstance(row, dict) and ("id" in row or "date" in row) for row in said)


def _list(value: Any) -> Iterator[Any]:
    yield from value if isinstance(value, list) else ()


def _rows_in(folder: Path) -> int:
    pages = sum(len(_HTML_ROW.findall(path.read_bytes())) for path in folder.rglob("*.html"))
    texts = sum(len(_TEXT_ROW.findall(path.read_bytes())) for path in folder.rglob("*.txt"))
    return pages + texts + sum(map(_rows_of_json, folder.rglob("*.json")))


def _readable() -> list[str]:
    return [name for name in _folders() if name not in _NO_EXPORTS]


@pytest.mark.parametrize("name", _readable())
def test_every_row_of_a_folder_is_read_and_a_second_time_adds_none(
    tmp_path: Path, name: str
) -> None:
    folder = FIXTURES / name
    first = run("import", folder, "--data", tmp_path, "--json", expect=0).json
    rejected = [part["where"] for file in first["files"] for part in file["rejected"]]
    left_out = sum(where.startswith(("message ", "row ")) for where in rejected)
    assert first["messages"]["read"] + left_out == _rows_in(folder)
    assert first["messages"]["read"] == sum(group["messages"] for group in first["groups"])
    assert first["messages"]["read"] == sum(file["read"] for file in first["files"])
    held = run("stats", "--data", tmp_path, "--json").json["messages"]
    assert held == first["messages"]["new"]
    whole(tmp_path)
    again = run("import", folder, "--data", tmp_path, "--json", expect=0).json
    assert again["messages"]["new"] == 0
    assert run("stats", "--data", tmp_path, "--json").json["messages"] == held
    if len(first["files"]) == 1:
        assert again["messages"]["unchanged"] == first["messages"]["read"]
    whole(tmp_path)


@pytest.mark.parametrize("name", [name for name in _NO_EXPORTS if name in _folders()])
def test_what_is_of_no_known_format_is_refused(tmp_path: Path, name: str) -> None:
    line = refused("import", FIXTURES / name, "--data", tmp_path)
    assert "there is no export this program knows in" in line


def test_a_real_group_is_found_by_its_words(tmp_path: Path) -> None:
    folder = FIXTURES / "telegram/qa_load_html"
    run("import", folder, "--data", tmp_path, expect=0)
    for query, at_least in (
        ("jmeter", 50),
        ("нагрузк*", 20),
        ("has:link", 100),
        ("is:service", 50),
    ):
        found = run("search", query, "--data", tmp_path, "--json", expect=0).json
        assert found["count"] >= at_least, query
