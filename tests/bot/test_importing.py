"""Importing: once, again, in parts, packed, from folders, with files, into the group one names."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from chat_files import KEY, chatlab, qq_txt, telegram_html, telegram_json, telegram_rows
from program import ROOT, dump, refused, rows, run, whole

from archive.database import open_archive
from bot import frames, importing


def counts(data: Path, *words: str | Path) -> dict[str, int]:
    """Import and return how many messages were read, new, updated, unchanged and rejected."""
    return dict(run("import", *words, "--data", data, "--json", expect=0).json["messages"])


def test_the_second_import_adds_nothing(tmp_path: Path) -> None:
    export = telegram_json(tmp_path / "result.json", telegram_rows(500))
    data = tmp_path / "data"
    assert counts(data, export)["new"] == 500
    before = dump(data)
    assert counts(data, export) == {
        "read": 500, "new": 0, "updated": 0, "unchanged": 500, "rejected": 0,
    }  # fmt: skip
    assert dump(data) == before
    whole(data)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_overlapping_exports_become_one_history_in_any_order(
    tmp_path: Path, order: tuple[int, ...]
) -> None:
    spans = [(1, 300), (200, 300), (450, 150)]
    parts = [
        telegram_json(tmp_path / f"{first}.json", telegram_rows(number, first))
        for first, number in spans
    ]
    whole_history = telegram_json(tmp_path / "all.json", telegram_rows(599))
    data, wanted = tmp_path / "data", tmp_path / "wanted"
    new = sum(counts(data, parts[number])["new"] for number in order)
    assert new == 599 == counts(wanted, whole_history)["new"]
    texts = "SELECT platform_id, sent_at, text, reply_to FROM messages ORDER BY sent_at, id"
    assert rows(data, texts) == rows(wanted, texts)
    assert counts(data, whole_history)["new"] == 0
    whole(data)


def test_a_zip_is_read_as_the_folder_it_was_made_of(tmp_path: Path) -> None:
    folder = tmp_path / "ChatExport_2024"
    said = telegram_rows(60)
    said[3]["photo"] = "photos/a.jpg"
    telegram_json(folder / "result.json", said)
    (folder / "photos").mkdir()
    (folder / "photos/a.jpg").write_bytes(b"\xff\xd8\xff photo")
    packed = tmp_path / "export.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for path in sorted(folder.rglob("*")):
            made.write(path, path.relative_to(tmp_path))
    one, other = tmp_path / "one", tmp_path / "other"
    assert counts(one, folder) == counts(other, packed)
    assert dump(one) == dump(other)
    assert len(rows(one, "SELECT * FROM media")) == 1
    assert counts(one, packed)["unchanged"] == 60


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x"])
def test_a_crooked_zip_changes_nothing(tmp_path: Path, name: str) -> None:
    """Fault 17."""
    packed = tmp_path / "export.zip"
    export = telegram_json(tmp_path / "result.json", telegram_rows(30))
    with zipfile.ZipFile(packed, "w") as made:
        made.write(export, "result.json")
        made.writestr(name, "x")
    assert name in refused("import", packed, "--data", tmp_path / "d")
    assert not (tmp_path / "d").exists()


def _shared(folder: Path) -> Path:
    """Write a folder of three exports of which two share a photo and two lack a file."""
    said = telegram_rows(30)
    said[0]["photo"] = "photos/cat.jpg"
    said[1]["photo"] = "(File not included. Change data exporting settings to download.)"
    said[2]["photo"] = "photos/gone.jpg"
    telegram_json(folder / "telegram/result.json", said)
    other = telegram_rows(30, seed=9)
    other[0]["photo"] = "photos/cat again.jpg"
    telegram_json(folder / "other/result.json", other, chat_id=77, name="别的群")
    for name in ("telegram/photos/cat.jpg", "other/photos/cat again.jpg"):
        (folder / name).parent.mkdir()
        (folder / name).write_bytes(b"\xff\xd8\xff the same cat")
    qq_txt(folder / "摄影课.txt", [("2024-01-01 9:00:00", "甲(10001)", "[图片]")])
    return folder


def test_a_folder_of_several_exports_is_taken_in_with_its_files(tmp_path: Path) -> None:
    data = tmp_path / "data"
    found = run("import", _shared(tmp_path / "in"), "--data", data, "--json", expect=0).json
    assert [file["format"] for file in found["files"]] == [
        "qq-txt", "telegram-json", "telegram-json",
    ]  # fmt: skip
    assert [file["read"] for file in found["files"]] == [1, 30, 30]
    assert {group["title"] for group in found["groups"]} == {"技术群", "别的群", "摄影课"}
    assert found["missing_media"] == {"not exported": 2, "not found": 1}
    assert rows(data, "SELECT count(*) FROM media") == [(1,)]
    stored = [path for path in (data / "media").rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in stored] == [b"\xff\xd8\xff the same cat"]
    again = run("import", tmp_path / "in", "--data", data, "--json", expect=0).json
    assert again["messages"]["new"] == 0
    assert again["missing_media"] == found["missing_media"]
    whole(data)


def test_files_that_were_missing_are_filled_in_by_a_later_export(tmp_path: Path) -> None:
    said = telegram_rows(25)
    said[2]["photo"] = "photos/late.jpg"
    export = telegram_json(tmp_path / "in/result.json", said)
    data = tmp_path / "data"
    counts(data, export)
    assert rows(data, "SELECT missing FROM attachments") == [("not found",)]
    (tmp_path / "in/photos").mkdir()
    (tmp_path / "in/photos/late.jpg").write_bytes(b"here")
    assert counts(data, export)["updated"] == 1
    assert rows(data, "SELECT missing FROM attachments") == [(None,)]
    whole(data)


def test_what_a_killed_import_left_of_a_copy_is_removed_a_day_later(tmp_path: Path) -> None:
    """Fault 18: space is freed, but not what another import is copying now."""
    export = telegram_json(tmp_path / "in/result.json", telegram_rows(2))
    data = tmp_path / "data"
    run("import", export, "--data", data, expect=0)
    (data / "media").mkdir(exist_ok=True)
    old, new = data / "media/.taking-old", data / "media/.taking-new"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    run("import", export, "--data", data, expect=0)
    assert (old.exists(), new.exists()) == (False, True)


SAID = [(f"2024-01-01 9:00:{n:02}", "甲(10001)", f"第{n}句") for n in range(30)]


def test_a_history_goes_into_the_group_whose_key_is_given(tmp_path: Path) -> None:
    page = qq_txt(tmp_path / "x.txt", SAID)
    found = run("import", page, "--group", "qq:88990011", "--data", tmp_path / "d", "--json").json
    assert [group["key"] for group in found["groups"]] == ["qq:88990011"]


def test_a_history_goes_into_the_group_whose_title_is_given(tmp_path: Path) -> None:
    data = tmp_path / "d"
    run("import", telegram_json(tmp_path / "r.json", telegram_rows(5)), "--data", data, expect=0)
    page = telegram_html(tmp_path / "html", telegram_rows(25), name="改过的名字")
    found = run("import", page, "--group", "技术群", "--data", data, "--json", expect=0).json
    assert [group["key"] for group in found["groups"]] == [KEY]
    assert found["messages"]["new"] == 20
    page = qq_txt(tmp_path / "x.txt", SAID)
    found = run("import", page, "--group", "新的群", "--data", data, "--json", expect=0).json
    assert [group["title"] for group in found["groups"]] == ["新的群"]


def test_two_groups_of_one_title_stay_two_and_the_note_says_how_to_merge(tmp_path: Path) -> None:
    data = tmp_path / "d"
    run("import", telegram_json(tmp_path / "r.json", telegram_rows(30)), "--data", data, expect=0)
    page = telegram_html(tmp_path / "html", telegram_rows(30, seed=9))
    ran = run("import", page, "--data", data, expect=0)
    (command,) = [line for line in ran.out.splitlines() if line.startswith("note: ")]
    _, _, words = command.partition("chendian ")
    assert len(rows(data, "SELECT key FROM groups")) == 2
    run(*words.rstrip(".").split(), "--data", data, expect=0)
    assert rows(data, "SELECT key FROM groups") == [(KEY,)]
    whole(data)


def test_the_zone_given_is_that_of_local_times(tmp_path: Path) -> None:
    for zone, hour in (("Asia/Shanghai", "01"), ("UTC", "09"), ("America/New_York", "14")):
        page = qq_txt(tmp_path / "x.txt", SAID)
        data = tmp_path / zone
        run("import", page, "--tz", zone, "--data", data, expect=0)
        found = run("search", "第3句", "--data", data, "--json").json["hits"]
        assert found[0]["sent_at"] == f"2024-01-01T{hour}:00:03Z"


def _imported(paths: list[Path], data: Path, monkeypatch: pytest.MonkeyPatch, small: int) -> Any:
    monkeypatch.setattr(frames, "SMALL", small)
    archive = open_archive(data, create=True)
    outcome = importing.import_paths(archive, paths, time_zone="Asia/Shanghai")
    return {**outcome.as_json(), "seconds": 0}


def test_a_reading_process_of_its_own_gives_what_reading_here_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = _shared(tmp_path / "in")
    telegram_json(export / "big/result.json", telegram_rows(3_000, seed=3), chat_id=5, name="大群")
    demo = [ROOT / "demo" / part for part in ("qq", "telegram", "wechat")]
    here = _imported([export, *demo], tmp_path / "here", monkeypatch, 1 << 40)
    there = _imported([export, *demo], tmp_path / "there", monkeypatch, -1)
    assert here == there
    assert here["messages"]["new"] > 3_000
    assert dump(tmp_path / "here") == dump(tmp_path / "there")


def test_only_what_is_big_takes_a_reading_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = telegram_json(tmp_path / "small.json", telegram_rows(10))
    big = telegram_json(tmp_path / "big.json", telegram_rows(8_000))
    assert big.stat().st_size > 2 << 20
    monkeypatch.setattr(frames.sys, "executable", "/bin/false")
    archive = open_archive(tmp_path / "d", create=True)
    assert importing.import_paths(archive, [small], time_zone="UTC").messages["new"] == 10
    with pytest.raises(importing.ArchiveError, match="the reading process ended"):
        importing.import_paths(archive, [big], time_zone="UTC")


@pytest.mark.parametrize("number", [10, 8_000])
def test_a_file_whose_name_is_no_utf8_is_imported(tmp_path: Path, number: int) -> None:
    """Fault 15; both ways of reading."""
    folder = Path(os.fsdecode(bytes(tmp_path / "d") + b"\xb5\xff"))
    export = telegram_json(folder / os.fsdecode(b"\xc8\xba.json"), telegram_rows(number))
    found = run("import", export, "--data", folder / "data", "--json", expect=0).json
    assert found["messages"]["new"] == number
    assert run("import", folder, "--data", folder / "data", expect=0).err == ""
    refused("import", os.fsdecode(b"\xff"), "--data", tmp_path / "other")


def test_words_that_are_no_utf8_are_refused_or_found_nowhere(tmp_path: Path) -> None:
    export = telegram_json(tmp_path / "r.json", telegram_rows(3))
    run("import", export, "--data", tmp_path, expect=0)
    word = os.fsdecode(b"\xff\xfe")
    for words in (["essence", "mark", word], ["essence", "mark", f"{KEY}:1", "--reason", word],
                  ["group", "merge", word, KEY], ["import", export, "--group", word],
                  ["essence", "list", "--tag", word], ["tags", "synonym", word, "x"]):  # fmt: skip
        ran = run(*words, "--data", tmp_path)
        assert ran.code == 0 or ran.err.startswith("error: ")
    whole(tmp_path)


def test_each_import_is_noted_with_its_report(tmp_path: Path) -> None:
    export = telegram_json(tmp_path / "result.json", telegram_rows(20))
    for _ in range(2):
        run("import", export, "--data", tmp_path / "d", expect=0)
    runs = rows(tmp_path / "d", "SELECT state, source, report FROM runs ORDER BY id")
    assert [state for state, _, _ in runs] == ["done", "done"]
    assert json.loads(runs[0][1]) == [str(export)]
    assert [json.loads(report)["messages"]["new"] for *_, report in runs] == [20, 0]


def test_a_line_said_twice_in_one_second_stays_two(tmp_path: Path) -> None:
    said = [
        {"content": "哈哈"},
        {"content": "哈哈"},
        {"content": "哈哈", "timestamp": 1_700_000_001},
    ]
    export = chatlab(tmp_path / "x.jsonl", said)
    assert counts(tmp_path / "d", export)["new"] == 3
    assert counts(tmp_path / "d", export)["unchanged"] == 3
    assert run("search", "哈哈", "--data", tmp_path / "d", "--json").json["count"] == 3


def test_a_history_is_not_put_into_a_group_of_another_platform(tmp_path: Path) -> None:
    data = tmp_path / "d"
    run("import", telegram_json(tmp_path / "r.json", telegram_rows(5)), "--data", data, expect=0)
    page = qq_txt(tmp_path / "x.txt", SAID)
    for group in ("技术群", KEY):
        run("import", page, "--group", group, "--data", data)
    held = rows(data, "SELECT messages FROM groups WHERE key = ?", KEY)
    assert held == [(5,)]
