"""Text from people on a terminal: it can neither move the cursor nor pass for something else."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import threading
import time
from pathlib import Path

import pytest
from chat_files import chatlab, telegram_json, telegram_rows
from program import run, run_onto

from bot.progress import Bar

CLEAR = "\x1b[2J\x1b[H\x1b]0;owned\x07"
HOSTILE = f"看{CLEAR}\x9b31m\u202egnp.exe\u202c\u2066\x00\r\b\x7f\u2028行\ufeff结束"
FAMILY = "👨\u200d👩\u200d👧"
FORBIDDEN = "\x00\x07\x08\r\x7f\x9b\u202e\u202c\u2066\u2028\ufeff"


def on_terminal(*words: str | Path) -> str:
    """Run the program on a terminal of its own and return what it wrote there."""
    ours, theirs = pty.openpty()
    pieces: list[bytes] = []

    def read() -> None:
        with contextlib.suppress(OSError):
            while piece := os.read(ours, 65536):
                pieces.append(piece)

    reader = threading.Thread(target=read)
    reader.start()
    run_onto(Path(os.ttyname(theirs)), *words, TERM="xterm-256color")
    os.close(theirs)
    reader.join()
    os.close(ours)
    return b"".join(pieces).decode().replace("\r\n", "\n")


def harmless(written: str) -> bool:
    """Tell whether there are no control characters but our own colours."""
    for ours in ("\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m"):
        written = written.replace(ours, "")
    return "\x1b" not in written and not set(written) & set(FORBIDDEN)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("terminal")
    said = telegram_rows(25)
    said[3] |= {"from": f"名{HOSTILE}", "from_id": "user4242"}
    said[3]["text"] = said[3]["text_entities"][0]["text"] = f"{HOSTILE} {FAMILY} #标签{CLEAR}"
    export = telegram_json(folder / "result.json", said, name=f"群{HOSTILE}")
    run("import", export, "--data", folder / "data", expect=0)
    return folder / "data"


def key_of(data: Path) -> str:
    (hit,) = run("search", "结束", "--data", data, "--json", expect=0).json["hits"]
    return str(hit["key"])


def test_hostile_text_reaches_no_terminal(data: Path) -> None:
    """Fault 9."""
    key = key_of(data)
    run("essence", "mark", key, "--data", data, "--reason", HOSTILE.replace("\0", ""), expect=0)
    run("essence", "tag", key, "标\u202e签", "--data", data)
    for words in (["search", "结束"], ["search", ""], ["essence", "list"], ["tags", "list"],
                  ["group", "list"], ["stats"], ["search", f"from:名{CLEAR}"],
                  ["search", f"fro:{CLEAR}"], ["group", "merge", f"x{CLEAR}", "y"],
                  ["import", f"x{CLEAR}"], ["search", "x", "--order", f"x{CLEAR}"]):  # fmt: skip
        written = on_terminal(*words, "--data", data)
        assert harmless(written), (words, written)
    assert "看" in on_terminal("search", "结束", "--data", data)


def test_hostile_names_of_files_reach_no_terminal(data: Path, tmp_path: Path) -> None:
    """Fault 15."""
    folder = tmp_path / f"夹{CLEAR.replace('/', '')}\u202e"
    good = telegram_json(folder / "result.json", telegram_rows(5), name=f"群{HOSTILE}")
    bad = folder / f"x{CLEAR}.json"
    bad.write_text("{")
    for path in (good, bad, folder):
        written = on_terminal("import", path, "--data", tmp_path / "d")
        assert harmless(written), written


def test_hostile_ids_reach_no_terminal(tmp_path: Path) -> None:
    said = [{"content": f"话{n}", "platformMessageId": f"{n}{CLEAR}\u202e"} for n in range(3)]
    export = chatlab(tmp_path / "x.jsonl", said, groupId=f"1{CLEAR}\u202e")
    assert harmless(on_terminal("import", export, "--data", tmp_path / "d"))
    hits = run("search", "话", "--data", tmp_path / "d", "--json", expect=0).json["hits"]
    assert len(hits) == 3
    for words in (["search", "话"], ["group", "list"], ["essence", "mark", hits[0]["key"]],
                  ["essence", "list"], ["essence", "unmark", hits[0]["key"]],
                  ["group", "visibility", hits[0]["group"], "public"]):  # fmt: skip
        written = on_terminal(*words, "--data", tmp_path / "d")
        assert written and harmless(written), written


def test_json_holds_every_character_and_none_of_them_acts(data: Path) -> None:
    shown = run("search", "结束", "--data", data, "--json", expect=0)
    assert harmless(shown.out.rstrip("\n"))
    (hit,) = json.loads(shown.out)["hits"]
    assert hit["text"] == f"{HOSTILE} {FAMILY} #标签{CLEAR}"
    assert hit["sender"] == f"名{HOSTILE}"
    assert hit["group_title"] == f"群{HOSTILE}"


def test_emoji_held_together_by_joiners_stay_together(data: Path) -> None:
    assert FAMILY in run("search", "结束", "--data", data).out


def test_lone_surrogates_and_stacks_of_marks_are_kept_and_shown(tmp_path: Path) -> None:
    """Fault 9."""
    stack = "e" + "\u0301" * 10_000
    said = [{"content": "半个\ud83d字"}, {"content": stack}, {"content": "零\u200b宽\u200f空"}]
    export = chatlab(tmp_path / "x.jsonl", [])
    with export.open("a", encoding="utf-8") as file:
        for row in said:
            row |= {"_type": "message", "sender": "1", "accountName": "甲\udc00"}
            file.write(json.dumps({**row, "timestamp": 1_700_000_000, "type": 0}) + "\n")
    found = run("import", export, "--data", tmp_path / "d", "--json", expect=0).json
    assert found["messages"]["new"] == 3
    assert harmless(on_terminal("search", "", "--data", tmp_path / "d"))
    texts = [
        hit["text"] for hit in run("search", "", "--data", tmp_path / "d", "--json").json["hits"]
    ]
    assert stack in texts and "零\u200b宽\u200f空" in texts
    assert "半个\ufffd字" in texts


def test_an_error_that_quotes_the_query_is_one_harmless_line(data: Path) -> None:
    for query in ("fro\x1b[31m:x", "fro\n\nerror: x:y", "before:\x1b[2J", f"has:{CLEAR}"):
        ran = run("search", query, "--data", data)
        assert harmless(ran.err.rstrip("\n"))
        assert len(ran.err.splitlines()) <= 1


def test_a_bar_is_shown_on_a_terminal_for_what_takes_longer_than_two_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal, os.fdopen(ours, "rb", 0) as shown:
        monkeypatch.setattr("sys.stderr", terminal)
        began = time.monotonic()
        with Bar("importing") as bar:
            bar.update(1, 10)
            terminal.flush()
            os.set_blocking(shown.fileno(), False)
            assert not shown.read(10_000)
            monkeypatch.setattr(time, "monotonic", lambda: began + 3)
            bar.update(5, 10)
        said = b""
        for _ in range(100):  # the terminal hands it over piece by piece
            said += shown.read(10_000) or b""
            if b"importing" in said:
                break
            time.sleep(0.05)
        assert b"importing" in said


def test_no_bar_is_shown_where_there_is_no_terminal(tmp_path: Path) -> None:
    export = telegram_json(tmp_path / "result.json", telegram_rows(100))
    assert run("import", export, "--data", tmp_path / "d", expect=0).err == ""
