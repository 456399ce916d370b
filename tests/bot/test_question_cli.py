"""Questions at the terminal: what is shown, and each change with its undoing."""

from __future__ import annotations

import shlex
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from chat_files import KEY, telegram_json, telegram_rows
from program import refused, rows, run, whole

SAID = {
    3: ("docker 怎么看容器日志？", None),
    4: ("docker logs 加容器名", 3),
    6: ("有没有人知道怎么退款呀", None),
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    said = telegram_rows(9)
    for row in said:
        row.pop("reply_to_message_id", None)
        text, reply = SAID.get(row["id"], ("随便说说", None))
        row["text"] = row["text_entities"][0]["text"] = text
        if reply is not None:
            row["reply_to_message_id"] = reply
        row["from_id"] = f"user{row['id']}"
    run("import", telegram_json(tmp_path / "r.json", said), "--data", tmp_path / "d", expect=0)
    return tmp_path / "d"


def listed(data: Path, *more: str) -> list[tuple[str, str, list[str]]]:
    found = run("questions", "--data", data, "--group", KEY, *more, "--json", expect=0).json
    assert all(set(one) == {"key", "status", "answers"} for one in found)
    return [(one["key"], one["status"], one["answers"]) for one in found]


def undo(data: Path, *words: str) -> None:
    """Change something, then undo it as it says."""
    said = run("questions", *words, "--data", data, expect=0).out
    run(*shlex.split(said.partition("undo: chendian ")[2]), expect=0)


def test_proposed_question_is_confirmed_listed_and_closed(data: Path) -> None:
    assert listed(data) == []
    assert "no questions" in run("questions", "--data", data, expect=0).out
    proposed = run("questions", "--data", data, "--proposed", "--json", expect=0).json
    assert proposed == [{"key": f"{KEY}:6", "text": "有没有人知道怎么退款呀"}]
    assert "退款" in run("questions", "--data", data, "--proposed", expect=0).out
    undo(data, "--confirm", f"{KEY}:6")
    assert listed(data) == []
    for id in (3, 6):
        run("questions", "--confirm", f"{KEY}:{id}", "--data", data, expect=0)
    answered, waiting = (f"{KEY}:3", "answered", [f"{KEY}:4"]), (f"{KEY}:6", "open", [])
    assert listed(data) == [answered, waiting] and listed(data, "--open") == [waiting]
    undo(data, "--close", f"{KEY}:6")
    assert listed(data) == [answered, waiting]
    shown = run("questions", "--data", data, expect=0).out
    assert "docker 怎么看容器日志" in shown and f"answer {KEY}:4" in shown
    whole(data)


def test_question_is_put_to_a_member_and_back(data: Path) -> None:
    run("questions", "--confirm", f"{KEY}:6", "--data", data, expect=0)
    put = ["--assign", f"{KEY}:6", "--to", "telegram:4"]
    undo(data, *put)
    assert rows(data, "SELECT assigned_to FROM questions") == [(None,)]
    run("questions", *put, "--data", data, expect=0)
    assert "put to telegram:4" in run("questions", "--data", data, expect=0).out


def test_muted_askers_are_listed_with_their_group(data: Path) -> None:
    listed = ("questions", "--muted", "--data", data)
    assert "nobody is muted" in run(*listed, expect=0).out
    run("questions", "--confirm", f"{KEY}:6", "--data", data, expect=0)
    token = "3f0c7a91d2b45e68"
    with closing(sqlite3.connect(data / "archive.db")) as db, db:
        db.execute("UPDATE questions SET token = ?", (token,))
    run("questions", "--mute", token, "--by", "阿珍", "--data", data, expect=0)
    (one,) = run(*listed, "--json", expect=0).json
    assert (one["token"], one["group"], one["by"]) == (token, KEY, "阿珍")
    assert one["muted_at"].endswith("Z") or one["muted_at"].endswith("+00:00")
    shown = run(*listed, "--group", KEY, expect=0).out
    assert token in shown and "技术群" in shown and "--unmute TOKEN" in shown
    undo(data, "--unmute", token)
    assert len(run(*listed, "--json", expect=0).json) == 1


def test_look_alikes_are_found_with_their_answer(data: Path) -> None:
    words = ("similar", "请问容器的日志在哪看，docker 的", "--data", data)
    for more in ((), ("--group", KEY), ("--group", "技术群")):
        (found,) = run(*words, *more, "--json", expect=0).json["similar"]
        assert (found["key"], found["answer_key"]) == (f"{KEY}:3", f"{KEY}:4")
        assert found["question"] == "docker 怎么看容器日志？" and 0.6 <= found["score"] <= 1
    assert "docker 怎么看容器日志" in run(*words, expect=0).out
    nothing = run("similar", "猫不吃饭怎么办", "--data", data, "--json", expect=0)
    assert nothing.json == {"similar": []}


def test_what_is_not_there_is_refused_in_a_line(data: Path) -> None:
    for words in (
        ("--close", f"{KEY}:3"),
        ("--confirm", f"{KEY}:404"),
        ("--assign", f"{KEY}:3"),
        ("--mute", "0" * 16),
        ("--confirm", f"{KEY}:3", "--close", f"{KEY}:3"),
        ("--group", "telegram:404"),
    ):
        refused("questions", *words, "--data", data)
    refused("similar", "怎么退款", "--group", "nowhere", "--data", data)
