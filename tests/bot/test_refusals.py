"""What cannot be done is said in one line that names it and the way out, never in a traceback."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import tarfile
from pathlib import Path

import pytest
from chat_files import chatlab, qq_txt, telegram_json, telegram_rows
from program import PROGRAM, environment, refused, run, run_cold

KNOWN = "zip, json, jsonl, html, csv, txt, mht, sqlite only"


def _tar() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("result.json"))
    return packed.getvalue()


NO_EXPORTS = {
    "tar": _tar(),
    "rar": b"Rar!\x1a\x07\x00" + bytes(100),
    "7z": b"7z\xbc\xaf\x27\x1c" + bytes(100),
    "exe": b"MZ\x90\x00" + bytes(100),
    "pdf": b"%PDF-1.7\n",
    "json": b'{"a": 1}',
    "html": b"<!DOCTYPE html><title>news</title>",
    "csv": b"name,price\nx,1\n",
    "txt": "明天见\n".encode(),
}


def test_a_missing_path_is_named(tmp_path: Path) -> None:
    line = refused("import", "nope.json", "--data", "d", cwd=tmp_path)
    assert line == "error: there is no nope.json. check the path."
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize("suffix", NO_EXPORTS)
def test_a_file_that_is_no_export_is_named_once(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"file.{suffix}"
    path.write_bytes(NO_EXPORTS[suffix])
    line = refused("import", path, "--data", tmp_path / "d")
    assert line.count(path.name) == 1
    assert line.startswith("error: not an export this program knows: ")
    assert KNOWN in line


def test_an_empty_file_is_said_to_be_empty(tmp_path: Path) -> None:
    (tmp_path / "result.json").touch()
    assert "result.json" in refused("import", tmp_path / "result.json", "--data", tmp_path / "d")


def test_a_folder_without_exports_is_named(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/1.jpg").write_bytes(b"\xff\xd8\xff")
    line = refused("import", tmp_path / "photos", "--data", tmp_path / "d")
    assert f"there is no export this program knows in {tmp_path / 'photos'}. {KNOWN}." in line


def test_what_could_not_be_read_is_all_that_is_said(tmp_path: Path) -> None:
    ran = run("import", "/dev/null", "--data", tmp_path / "d", expect=1)
    assert ran.out == ""


@pytest.mark.parametrize("path", ["/dev/zero", "/proc/self/mem", "x" * 300, "a/" * 3000])
def test_a_path_no_system_can_read_is_refused(tmp_path: Path, path: str) -> None:
    refused("import", path, "--data", tmp_path / "d")


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    refused("import", tmp_path / "pipe.json", "--data", tmp_path / "d")


def test_of_several_paths_the_good_are_kept_and_the_bad_named(tmp_path: Path) -> None:
    good = telegram_json(tmp_path / "result.json", telegram_rows(30))
    bad = tmp_path / "x.tar"
    bad.write_bytes(NO_EXPORTS["tar"])
    ran = run("import", bad, good, "--data", tmp_path / "d", "--json", expect=0)
    assert ran.json["messages"]["new"] == 30
    assert ran.err.startswith("not read: not an export this program knows: ")
    assert "x.tar" in ran.err


def test_a_json_cut_in_the_middle_keeps_what_was_read_and_names_the_place(tmp_path: Path) -> None:
    path = telegram_json(tmp_path / "result.json", telegram_rows(50))
    path.write_bytes(path.read_bytes()[:-3000])
    ran = run("import", path, "--data", tmp_path / "d", "--json", expect=0)
    (rejected,) = ran.json["files"][0]["rejected"]
    assert 30 < ran.json["messages"]["new"] < 50
    assert rejected["where"].startswith("after message ")
    shown = run("import", path, "--data", tmp_path / "d", expect=0).out
    assert f"not read: {rejected['where']}" in shown


@pytest.mark.parametrize(
    "content",
    [
        b'{"name": "x", "type": "private_supergroup", "id": 1, "messages": [{"id": 1, "ty',
        b'{"name": "x", "type": "private_supergroup", "id": 1, "messages": ' + b"[" * 100_000,
        b'{"name": "x", "type": "private_supergroup", "id": 1, "messages": [\xff\xfe\xff]}',
        b'<html><head><title>Exported Data</title></head><body><div class="history"><div class="me',
        b"localId,TalkerId,Type,SubType,IsSender,CreateTime,Status,StrContent,StrTime,Remark,"
        b"NickName,Sender\n1,\"2,3",
        b'{"_type":"header","chatlab":{"version":"0.0.2"},"meta":{"name":"x","pl',
    ],
)  # fmt: skip
def test_an_export_damaged_before_its_first_message_is_no_traceback(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "export.json"
    path.write_bytes(content)
    ran = run("import", path, "--data", tmp_path / "d")
    assert ran.code == 0 or (ran.code == 1 and ran.err.startswith("error: "))


def test_an_export_of_which_every_row_is_rejected_is_an_error(tmp_path: Path) -> None:
    path = chatlab(tmp_path / "x.jsonl", [])
    with path.open("a") as file:
        file.write("not json\n" * 3)
    ran = run("import", path, "--data", tmp_path / "d")
    assert (ran.code, "not read: line 2" in ran.out) == (1, True)


def test_many_rejected_rows_are_counted_and_the_first_named(tmp_path: Path) -> None:
    """Fault 20."""
    path = chatlab(tmp_path / "x.jsonl", [{"content": "一"}])
    with path.open("a") as file:
        file.write("not json\n" * 5_000)
    found = run("import", path, "--data", tmp_path / "d", "--json", expect=0).json
    assert found["messages"]["rejected"] == 5_000
    *first, last = found["files"][0]["rejected"]
    assert [part["where"] for part in first] == [f"line {n}" for n in range(3, 1_003)]
    assert last == {"where": "4,000 more", "why": "only the first 1,000 are listed"}
    shown = run("import", path, "--data", tmp_path / "d", expect=0).out
    assert "… and 4,995 more (--json lists them)" in shown


def test_a_history_in_the_wrong_encoding_is_refused_with_a_hint(tmp_path: Path) -> None:
    path = qq_txt(tmp_path / "x.txt", [("2024-01-01 9:00:00", "甲(10001)", "你好")])
    for encoding in ("nonsense", "rot13", "base64"):
        line = refused("import", path, "--encoding", encoding, "--data", tmp_path / "d")
        assert encoding in line


def test_an_unknown_time_zone_is_named(tmp_path: Path) -> None:
    for zone in ("Mars/Phobos", "../etc/passwd", "北京"):
        line = refused("import", "/dev/null", "--tz", zone, "--data", tmp_path / "d")
        assert f"there is no time zone {zone}" in line
        assert "Asia/Shanghai" in line


def test_a_title_that_two_groups_have_asks_for_a_key(tmp_path: Path) -> None:
    for number in (1, 2):
        path = telegram_json(tmp_path / f"{number}.json", telegram_rows(30), chat_id=number)
        run("import", path, "--data", tmp_path / "d", expect=0)
    page = qq_txt(tmp_path / "x.txt", [("2024-01-01 9:00:00", "甲(10001)", "你好")])
    line = refused("import", page, "--group", "技术群", "--data", tmp_path / "d")
    assert "2 groups are called 技术群. use a key: " in line
    assert "telegram:-1000000000001" in line


@pytest.mark.parametrize(
    "words",
    [
        ["--nothing"], ["nothing"], ["import"], ["search"], ["search", "x", "--limit", "0"],
        ["search", "x", "--limit", "many"], ["web", "--port", "http"], ["essence"],
        ["import", "x", "--tz"], ["stats", "--jsno"], ["web", "--port", "70000"],
    ],
)  # fmt: skip
def test_wrong_usage_is_exit_code_2(tmp_path: Path, words: list[str]) -> None:
    ran = run(*words, cwd=tmp_path, expect=2)
    assert ran.err.startswith(("Usage: ", "Error: "))
    assert not list(tmp_path.iterdir())


def test_data_that_is_a_file_is_refused_by_every_command(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("mine")
    for words in (["import", "/dev/null"], ["init"], ["search", "x"], ["stats"], ["verify"]):
        line = refused(*words, "--data", path)
        assert line == f"error: {path} is a file, not an archive's folder. choose another --data."
    assert path.read_text() == "mine"


@pytest.mark.parametrize("folder", ["file/in/it", "x" * 300, "/proc/nothing"])
def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").touch()
    line = refused("init", "--data", folder, cwd=tmp_path)
    assert line.startswith("error: cannot make an archive in ")
    assert "Errno" not in line
    refused("search", "x", "--data", folder, cwd=tmp_path)


def test_what_needs_an_archive_says_how_to_make_one(tmp_path: Path) -> None:
    commands = ["search x", "stats", "web", "verify", "reindex", "essence list", "tags list",
                "group list", "group merge a b", "essence mark k", "tags synonym a b"]  # fmt: skip
    for command in commands:
        line = refused(*command.split(), "--data", "d", cwd=tmp_path)
        assert line.startswith("error: there is no archive in d. run: chendian init --data d")
    assert not (tmp_path / "d").exists()


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    run("init", "--data", tmp_path, expect=0)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = refused("web", "--data", tmp_path, "--port", str(port))
    assert line == f"error: port {port} is in use. choose another: --port."


@pytest.mark.parametrize("host", ["no.such.host.invalid", "203.0.113.1", "a b", "x" * 300, "☃"])
def test_a_host_one_cannot_listen_on_is_named(tmp_path: Path, host: str) -> None:
    run("init", "--data", tmp_path, expect=0)
    assert f"cannot listen on {host}" in refused("web", "--data", tmp_path, "--host", host)


def test_an_output_nobody_reads_to_the_end_is_no_traceback(tmp_path: Path) -> None:
    path = telegram_json(tmp_path / "result.json", telegram_rows(300))
    run("import", path, "--data", tmp_path / "d", expect=0)
    done = subprocess.run(
        f"{PROGRAM} search '' --limit 200 --data {tmp_path}/d --json | head -c 10",
        shell=True, env=environment(), capture_output=True, timeout=60, check=True,
    )  # fmt: skip
    assert done.stderr == b""


def test_a_full_disk_behind_standard_output_is_an_error(tmp_path: Path) -> None:
    run("init", "--data", tmp_path, expect=0)
    with Path("/dev/full").open("w") as full:
        for words in (["stats"], ["search", "x", "--json"], ["--help"]):
            data = [] if words == ["--help"] else ["--data", tmp_path]
            ran = run_cold(*words, *data, stdout=full, expect=1)
            assert ran.err.startswith("error: ") and len(ran.err.splitlines()) == 1


def test_a_search_that_cannot_be_understood_names_the_word(tmp_path: Path) -> None:
    run("init", "--data", tmp_path, expect=0)
    assert "fro:" in refused("search", "fro:张三", "--data", tmp_path)
    assert "2026-13" in refused("search", "before:2026-13", "--data", tmp_path)
    refused("search", "x", "--data", tmp_path, "--order", "best")
    refused("search", "x", "--data", tmp_path, "--cursor", "x")
    refused("search", "字" * 20_000, "--data", tmp_path)


def test_faults_are_no_json_on_standard_output(tmp_path: Path) -> None:
    ran = run("stats", "--json", "--data", tmp_path / "none", expect=1)
    assert ran.out == ""
    ran = run("import", "/dev/null", "--json", "--data", tmp_path / "d", expect=1)
    assert json.loads(ran.out)["messages"]["read"] == 0
