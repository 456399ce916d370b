"""What was imported goes out again: whole for another archive, as it is seen for others."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest
from chat_files import KEY, telegram_json, telegram_rows
from program import refused, rows, run, whole

from archive.access import operator
from archive.carry.sameness import hashes
from archive.database import Archive, open_archive
from archive.levels import set_level
from archive.messages import message_id


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    said = telegram_rows(30)
    said[0] |= {"photo": "photos/a.jpg", "text": "", "text_entities": []}
    said[1] |= {"file": "(File not included. Change data exporting settings to download.)",
                "file_name": "=cmd|'/c calc'!A1.txt", "text": "", "text_entities": []}  # fmt: skip
    said[2]["text"] = "=1+1 电话 13812345678"
    said[3] |= {"text": "答", "reply_to_message_id": said[2]["id"]}
    telegram_json(folder / "result.json", said)
    (folder / "photos").mkdir()
    (folder / "photos/a.jpg").write_bytes(b"\xff\xd8 a picture")
    made = tmp_path / "data"
    run("import", folder, "--data", made, expect=0)
    return made


def state(data: Path) -> dict[str, str]:
    with Archive(data).reading() as db:
        return hashes(db)


@pytest.mark.parametrize("out", ["all.zip", "all"])
def test_a_copy_made_of_an_export_is_the_same(data: Path, tmp_path: Path, out: str) -> None:
    told = run("export", tmp_path / out, "--data", data, "--json", expect=0).json
    assert (told["messages"], told["files"], told["missing_files"]) == (30, 1, 0)
    run("import", tmp_path / out, "--data", tmp_path / "copy", expect=0)
    assert state(tmp_path / "copy") == state(data)
    whole(tmp_path / "copy")
    assert list(tmp_path.glob(".unfinished*")) == []
    assert "there already" in refused("export", tmp_path / out, "--data", data)


def test_files_left_out_come_with_the_next_import(data: Path, tmp_path: Path) -> None:
    run("export", tmp_path / "a.jsonl", "--data", data, expect=0)
    run("export", tmp_path / "all", "--data", data, expect=0)
    copy, missing = tmp_path / "copy", "SELECT missing FROM attachments ORDER BY message_id"
    run("import", tmp_path / "a.jsonl", "--data", copy, expect=0)
    assert rows(copy, missing) == [("not exported",), ("not exported",)]
    run("import", tmp_path / "all", "--data", copy, expect=0)
    assert rows(copy, missing) == [(None,), ("not exported",)]
    whole(copy)


def test_chatlab_is_read_back(data: Path, tmp_path: Path) -> None:
    run("export", tmp_path / "out", "--format", "chatlab", "--data", data, expect=0)
    (file,) = (tmp_path / "out").glob("*.jsonl")
    head, member, *_ = map(json.loads, file.read_text().splitlines())
    assert head["chatlab"]["version"] == "0.0.2"
    assert head["meta"]["groupId"] == KEY.partition(":")[2] and head["meta"]["type"] == "group"
    assert {"platformId", "accountName"} <= set(member)
    run("import", tmp_path / "out", "--data", tmp_path / "copy", expect=0)
    same = (
        "SELECT platform_id, sent_at, text, kind, reply_to, (SELECT key FROM members"
        " WHERE id = sender_id) FROM messages WHERE platform_id != '2' ORDER BY id"
    )
    assert rows(tmp_path / "copy", same) == rows(data, same)
    files = "SELECT sha256 FROM attachments ORDER BY message_id"
    assert rows(tmp_path / "copy", files) == rows(data, files)
    # for this archive nothing of it is new
    told = run("import", tmp_path / "out", "--data", data, "--json", expect=0).json["messages"]
    assert told["new"] == 0


def test_csv_holds_no_formulas(data: Path, tmp_path: Path) -> None:
    run("export", tmp_path / "a.csv", "--format", "csv", "--data", data, expect=0)
    text = (tmp_path / "a.csv").read_bytes().decode("utf-8-sig")
    table = list(csv.DictReader(io.StringIO(text)))
    assert len(table) == 30 and table[2]["text"].startswith("'=1+1")
    assert table[1]["files"].startswith("'=cmd") and table[3]["reply_to"] == table[2]["key"]
    assert not [cell for row in table for cell in row.values() if cell[:1] in "=+-@\t\r" and cell]


def test_others_get_what_they_may_read(data: Path, tmp_path: Path) -> None:
    archive = open_archive(data)
    with archive.writing() as db:
        db.execute("UPDATE groups SET visibility = 'public'")
        (first,) = db.execute("SELECT platform_id FROM messages ORDER BY id LIMIT 1").fetchone()
        set_level(db, message_id(db, operator(), f"{KEY}:{first}"), "members", "x")
    seen = {}
    for name in ("operator", "member", "public"):
        out = tmp_path / f"{name}.csv"
        run("export", out, "--format", "csv", "--as", name, "--data", data, expect=0)
        seen[name] = list(csv.DictReader(io.StringIO(out.read_bytes().decode("utf-8-sig"))))
    assert len(seen["operator"]) == len(seen["member"]) == 30 and len(seen["public"]) == 29
    assert {row["sender"] for row in seen["public"]} == {"匿名成员"}
    assert not any(row["sender_key"] for row in seen["public"])
    assert not any("13812345678" in row["text"] for row in seen["public"])
    assert any("13812345678" in row["text"] for row in seen["member"])
    wrong = refused("export", tmp_path / "x.zip", "--as", "public", "--data", data)
    assert "for the operator" in wrong


def test_days_and_groups_choose(data: Path, tmp_path: Path) -> None:
    ((last,),) = rows(data, "SELECT max(day) FROM days")
    for side, out in (("--after", "a.csv"), ("--before", "b.csv")):
        run("export", tmp_path / out, "--format", "csv", side, last, "--data", data, expect=0)
    numbers = [
        len(list(csv.reader(io.StringIO((tmp_path / out).read_bytes().decode())))) - 1
        for out in ("a.csv", "b.csv")
    ]
    assert sum(numbers) == 30 and numbers[0] > 0
    assert "no group" in refused("export", tmp_path / "c", "--group", "没有", "--data", data)
    run("export", tmp_path / "d.zip", "--after", last, "--data", data, expect=0)
    with zipfile.ZipFile(tmp_path / "d.zip") as packed:
        head, *_ = packed.read("chendian.jsonl").splitlines()
    assert json.loads(head)["whole"] is False


def test_essence_is_a_book(data: Path, tmp_path: Path) -> None:
    empty = refused("export", tmp_path / "a.epub", "--format", "epub", "--data", data)
    assert "no essence" in empty
    run("essence", "mark", f"{KEY}:5", "--data", data, expect=0)
    told = run(
        "export", tmp_path / "a.epub", "--format", "epub", "--data", data, "--json", expect=0
    )
    assert told.json["messages"] == 1
    run("export", tmp_path / "b.md", "--format", "markdown", "--data", data, expect=0)
    assert (tmp_path / "b.md").read_text().startswith("# 技术群 · 精华")
    wrong = refused("export", tmp_path / "b", "--format", "epub", "--data", data)
    assert ".epub" in wrong
    other = refused(
        "export", tmp_path / "c.csv", "--format", "csv", "--column", "x", "--data", data
    )
    assert "a book" in other
