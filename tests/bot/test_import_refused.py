"""What an import refuses is named and leaves nothing behind; what stood beside it is imported."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from chat_files import chatlab, qq_txt, telegram_json, telegram_rows
from program import SENTENCES, refused, run, whole


def zip_with_a_way_out(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "crooked.zip", "w") as made:
        made.write(telegram_json(folder / "result.json", telegram_rows(5)), "result.json")
        made.writestr("../x", "x")
    return folder / "crooked.zip"


def json_of_another_program(folder: Path) -> Path:
    (folder / "a.json").write_text('{"a": 1}')
    return folder / "a.json"


def folder_of_photos(folder: Path) -> Path:
    (folder / "photos").mkdir()
    (folder / "photos/1.jpg").write_bytes(b"\xff\xd8\xff")
    return folder / "photos"


def export_without_a_good_row(folder: Path) -> Path:
    path = chatlab(folder / "x.jsonl", [])
    with path.open("a") as file:
        file.write("not json\n" * 3)
    return path


def export_cut_before_its_first_message(folder: Path) -> Path:
    path = folder / "cut.json"
    path.write_text('{"name": "x", "type": "private_supergroup", "id": 1, "messages": [{"id": 1, "')
    return path


def nothing_there(folder: Path) -> Path:
    return folder / "nope.json"


REFUSED = (
    zip_with_a_way_out, json_of_another_program, folder_of_photos, export_without_a_good_row,
    export_cut_before_its_first_message, nothing_there,
)  # fmt: skip


@pytest.mark.parametrize("made", REFUSED)
def test_an_import_that_is_refused_leaves_no_archive(tmp_path: Path, made: object) -> None:
    assert callable(made)
    ran = run("import", made(tmp_path), "--data", tmp_path / "new/data", expect=1)
    (line,) = ran.err.splitlines()
    assert SENTENCES.fullmatch(line), line
    assert not (tmp_path / "new").exists()


def test_a_history_in_no_known_encoding_leaves_no_archive(tmp_path: Path) -> None:
    page = qq_txt(tmp_path / "x.txt", [("2024-01-01 9:00:00", "甲(10001)", "你好")])
    refused("import", page, "--encoding", "nonsense", "--data", tmp_path / "d")
    assert not (tmp_path / "d").exists()


def test_a_refused_import_changes_no_folder_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    refused("import", nothing_there(tmp_path), "--data", tmp_path / "d")
    assert list((tmp_path / "d").iterdir()) == []


def test_a_refused_import_into_an_archive_is_noted_in_it(tmp_path: Path) -> None:
    run("init", "--data", tmp_path / "d", expect=0)
    refused("import", json_of_another_program(tmp_path), "--data", tmp_path / "d")
    whole(tmp_path / "d")


def test_a_chat_without_messages_is_an_archive_with_its_group(tmp_path: Path) -> None:
    run("import", telegram_json(tmp_path / "r.json", []), "--data", tmp_path / "d", expect=0)
    assert run("group", "list", "--data", tmp_path / "d", "--json", expect=0).json
    whole(tmp_path / "d")


@pytest.mark.parametrize("made", REFUSED)
@pytest.mark.parametrize("first", [True, False])
def test_of_several_paths_the_good_are_imported_and_the_bad_listed(
    tmp_path: Path, made: object, first: bool
) -> None:
    assert callable(made)
    (tmp_path / "good").mkdir()
    good = telegram_json(tmp_path / "good/result.json", telegram_rows(30))
    bad = made(tmp_path)
    paths = [bad, good] if first else [good, bad]
    ran = run("import", *paths, "--data", tmp_path / "d", "--json", expect=0)
    assert ran.json["messages"]["new"] == 30
    (listed,) = [file for file in ran.json["files"] if file["rejected"]]
    assert Path(listed["path"]).name == bad.name
    assert listed["read"] == 0
    assert all(part["where"] and part["why"] for part in listed["rejected"])
    again = run("import", *paths, "--data", tmp_path / "d", expect=0)
    assert bad.name in again.out + again.err
    assert "error: " not in again.err
    whole(tmp_path / "d")


def test_a_path_that_is_not_there_is_named_as_it_was_written(tmp_path: Path) -> None:
    telegram_json(tmp_path / "result.json", telegram_rows(3))
    words = ["import", "nope.json", "result.json", "x" * 300, "--data", "d"]
    ran = run(*words, cwd=tmp_path, expect=0)
    missing, endless = ran.err.splitlines()
    assert missing == "not read: there is no nope.json. check the path."
    assert endless.startswith("not read: cannot read xxx")
    ran = run(*words, "--json", cwd=tmp_path, expect=0)
    assert ran.json["files"][0].items() >= {
        "path": "nope.json", "format": "", "read": 0,
        "rejected": [{"where": "nope.json", "why": "there is no nope.json"}],
    }.items()  # fmt: skip


def test_each_of_several_bad_paths_is_an_error(tmp_path: Path) -> None:
    bad = json_of_another_program(tmp_path)
    ran = run("import", nothing_there(tmp_path), bad, "--data", tmp_path / "d", "--json", expect=1)
    assert all(SENTENCES.fullmatch(line) for line in ran.err.splitlines())
    assert len(ran.err.splitlines()) == 2
    assert [file["read"] for file in ran.json["files"]] == [0, 0]
    assert not (tmp_path / "d").exists()
