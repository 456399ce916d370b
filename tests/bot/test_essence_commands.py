"""Essence, tags and groups from the command line: what is said, its undo, and what search finds."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from chat_files import KEY, telegram_html, telegram_json, telegram_rows
from program import dump, refused, rows, run, whole


@pytest.fixture
def data(tmp_path: Path) -> Path:
    said = telegram_rows(30)
    said[9]["text"] = said[9]["text_entities"][0]["text"] = "冷启动要先找二十个人 #干货#"
    run("import", telegram_json(tmp_path / "r.json", said), "--data", tmp_path / "d", expect=0)
    return tmp_path / "d"


def found(data: Path, query: str) -> list[str]:
    hits = run("search", query, "--data", data, "--json", expect=0).json["hits"]
    return [hit["key"].rpartition(":")[2] for hit in hits]


def undo_in(said: str) -> list[str]:
    """Return the words of the command that undoes what was said to be done."""
    _, _, command = said.strip().partition("undo: chendian ")
    return shlex.split(command)


def test_a_mark_is_found_and_undone_as_it_says(data: Path) -> None:
    words = ["--reason", "有数", "--tag", "冷启动", "--by", "阿禾"]
    said = run("essence", "mark", f"{KEY}:10", "--data", data, *words, expect=0).out
    assert said.startswith("essence 1. undo: chendian essence unmark ")
    assert found(data, "is:精华") == ["10"] == found(data, "tag:冷启动")
    (listed,) = run("essence", "list", "--data", data, "--json", expect=0).json
    assert {name: listed[name] for name in ("reason", "by", "source", "messages")} == {
        "reason": "有数", "by": "阿禾", "source": "command", "messages": [f"{KEY}:10"],
    }  # fmt: skip
    assert set(listed["tags"]) == {"干货", "冷启动"}
    shown = run("essence", "list", "--data", data, expect=0).out
    assert "冷启动要先找二十个人" in shown and "阿禾: 有数" in shown and f"{KEY}:10" in shown
    undone = run(*undo_in(said), expect=0).out
    assert found(data, "is:精华") == []
    assert found(data, "tag:冷启动") == ["10"]
    run(*undo_in(undone.replace("again:", "undo:")), expect=0)
    assert found(data, "is:精华") == ["10"]
    whole(data)


def test_marking_twice_is_one_mark(data: Path) -> None:
    for reason in ("一", "二"):
        run("essence", "mark", f"{KEY}:3", "--data", data, "--reason", reason, expect=0)
    (listed,) = run("essence", "list", "--data", data, "--json").json
    assert listed["reason"] == "二"
    whole(data)


def test_a_run_of_messages_is_one_essence(data: Path) -> None:
    run("essence", "mark", f"{KEY}:3", "--until", f"{KEY}:7", "--title", "一段讨论", "--data", data)
    (listed,) = run("essence", "list", "--data", data, "--json").json
    assert (listed["title"], len(listed["messages"])) == ("一段讨论", 5)
    assert sorted(found(data, "is:精华"), key=int) == ["3", "4", "5", "6", "7"]
    run("essence", "unmark", f"{KEY}:5", "--data", data, expect=0)
    assert found(data, "is:精华") == []
    whole(data)


def test_tags_are_added_listed_and_joined(data: Path) -> None:
    assert run("essence", "tag", f"{KEY}:2", "#部署", "Docker", "--data", data).out == (
        "tagged: #部署 Docker\n"
    )
    run("essence", "tag", f"{KEY}:4", "容器", "--data", data, expect=0)
    assert found(data, "tag:docker") == ["2"]
    run("tags", "synonym", "容器", "docker", "--data", data, expect=0)
    assert sorted(found(data, "tag:容器")) == ["2", "4"] == sorted(found(data, "tag:Docker"))
    listed = run("tags", "list", "--data", data, "--json", expect=0).json
    assert {tag["tag"]: tag["messages"] for tag in listed} == {"Docker": 2, "干货": 1, "部署": 1}
    assert "#Docker  2 messages, 0 essence" in run("tags", "list", "--data", data).out
    whole(data)


@pytest.mark.parametrize(
    "words",
    [
        ["essence", "mark", "telegram:-1:1"], ["essence", "mark", "nonsense"],
        ["essence", "mark", f"{KEY}:999"], ["essence", "unmark", f"{KEY}:2"],
        ["essence", "tag", f"{KEY}:2", ""], ["essence", "tag", f"{KEY}:2", "两 词"],
        ["essence", "tag", f"{KEY}:2", "长" * 65], ["essence", "list", "--group", "nobody"],
        ["essence", "mark", f"{KEY}:2", "--until", f"{KEY}:999"],
        ["group", "merge", KEY, KEY], ["group", "merge", KEY, "x"],
        ["group", "visibility", KEY, "open"], ["group", "visibility", "x", "public"],
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_and_changes_nothing(data: Path, words: list[str]) -> None:
    before = dump(data)
    refused(*words, "--data", data)
    assert dump(data) == before


@pytest.mark.parametrize("name", ["", "#", "两 词", "长" * 65])
def test_what_is_no_tag_is_no_synonym(data: Path, name: str) -> None:
    refused("tags", "synonym", name, "干货", "--data", data)


def test_a_visibility_is_changed_and_undone_as_it_says(data: Path) -> None:
    said = run("group", "visibility", "技术群", "public", "--data", data, expect=0).out
    assert said.startswith("技术群 was private and is now public. undo: chendian group visibility ")
    assert rows(data, "SELECT visibility FROM groups") == [("public",)]
    run(*undo_in(said), expect=0)
    (group,) = run("group", "list", "--data", data, "--json").json
    assert group["visibility"] == "private"


def test_offers_are_turned_on_and_undone_as_it_says(data: Path) -> None:
    said = run("group", "offers", "技术群", "on", "--data", data, expect=0).out
    assert "were off and are now on. undo: chendian group offers " in said
    assert rows(data, "SELECT group_key, enabled FROM question_offers") == [(KEY, 1)]
    run(*undo_in(said), expect=0)
    assert rows(data, "SELECT enabled FROM question_offers") == [(0,)]
    refused("group", "offers", "技术群", "perhaps", "--data", data)


def test_groups_are_listed_with_what_they_hold(data: Path) -> None:
    (group,) = run("group", "list", "--data", data, "--json", expect=0).json
    assert group == {
        "key": KEY, "title": "技术群", "messages": 30, "members": 8, "visibility": "private",
        "time_zone": "Asia/Shanghai",
    }  # fmt: skip
    shown = run("group", "list", "--data", data, expect=0).out
    assert "技术群  30 messages, 8 members, private" in shown and KEY in shown


def test_an_empty_archive_says_what_comes_next(tmp_path: Path) -> None:
    run("init", "--data", tmp_path, expect=0)
    for words in (["group", "list"], ["tags", "list"], ["essence", "list"]):
        assert "chendian " in run(*words, "--data", tmp_path, expect=0).out
        assert run(*words, "--data", tmp_path, "--json", expect=0).json == []


def test_groups_are_merged_and_the_old_links_lead_on(data: Path, tmp_path: Path) -> None:
    page = telegram_html(tmp_path / "html", telegram_rows(25, first=100), name="旧名")
    run("import", page, "--data", data, expect=0)
    (other,) = (g for g in run("group", "list", "--data", data, "--json").json if g["key"] != KEY)
    (hit, *_) = run("search", "in:旧名", "--data", data, "--json").json["hits"]
    said = run("group", "merge", "旧名", "技术群", "--data", data, expect=0).out
    assert other["key"] in said and KEY in said
    (group,) = run("group", "list", "--data", data, "--json").json
    assert (group["key"], group["messages"]) == (KEY, 55)
    run("essence", "mark", hit["key"], "--data", data, expect=0)
    assert found(data, "is:精华") == [hit["key"].rpartition(":")[2]]
    assert "the same group" in refused("group", "merge", other["key"], KEY, "--data", data)
    whole(data)
