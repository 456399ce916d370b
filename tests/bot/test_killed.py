"""kill -9 in the middle: what was done stays whole, and the next run does the rest, once."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from chat_files import KEY, telegram_json, telegram_rows
from program import LIMIT, begin, dump, refused, rows, run, whole

from archive.database import Archive, open_archive
from archive.errors import ArchiveError
from archive.reindex import reindex
from bot import frames, importing
from bot.importing import import_paths

SIZE = 20_000
"""Enough that the reading process, at most some frames ahead, is there when it is killed."""


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history that takes a reading process of its own and several transactions."""
    return telegram_json(tmp_path_factory.mktemp("export") / "result.json", telegram_rows(SIZE))


@pytest.fixture(scope="module")
def undisturbed(export: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive that an import nobody killed makes of it."""
    data = tmp_path_factory.mktemp("undisturbed") / "data"
    run("import", export, "--data", data, expect=0)
    return data


def asked(data: Path, statement: str) -> int:
    """Ask an archive that another process is making for a number; 0 as long as it cannot answer."""
    try:
        return int(rows(data, statement)[0][0] or 0) if (data / "archive.db").exists() else 0
    except Exception:
        return 0


def until(process: subprocess.Popen[bytes], reached: Callable[[], bool]) -> None:
    """Wait for a moment in a process's work; the process may not end before it."""
    end = time.monotonic() + LIMIT
    while not reached():
        assert process.poll() is None and time.monotonic() < end, "it ended before it was killed"
        time.sleep(0.002)


def child_of(pid: int) -> int:
    """Return the reading process below an import, 0 as long as there is none."""
    try:
        children = [task.joinpath("children") for task in Path(f"/proc/{pid}/task").iterdir()]
        found = [int(child) for path in children for child in path.read_text().split()]
    except OSError:
        return 0
    return found[0] if found else 0


def ends(pid: int) -> bool:
    """Wait until a process is gone, or dead and not yet buried."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if ") Z " in Path(f"/proc/{pid}/stat").read_text():
                return True
        except OSError:
            return True
        time.sleep(0.02)
    return False


def messages(data: Path) -> int:
    return asked(data, "SELECT count(*) FROM messages")


def test_an_import_killed_again_and_again_is_completed_by_the_next(
    export: Path, undisturbed: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    moments: list[Callable[[], bool]] = [
        lambda: (data / "archive.db").exists(),
        lambda: asked(data, "SELECT max(id) FROM runs WHERE state = 'running'") > 0,
        lambda: messages(data) > 0,
        lambda: messages(data) > 4_000,
    ]
    for moment in moments:
        process = begin("import", export, "--data", data)
        until(process, moment)
        reader = child_of(process.pid)
        process.kill()
        _, complaint = process.communicate()
        assert complaint == b""
        assert not reader or ends(reader)
    assert messages(data) > 4_000
    whole(data)
    report = run("import", export, "--data", data, "--json", expect=0).json["messages"]
    assert report["read"] == SIZE == report["new"] + report["unchanged"]
    whole(data)
    assert dump(data) == dump(undisturbed)
    assert run("search", "数据库", "--data", data, "--json").json["count"] > 500


@pytest.mark.parametrize("there", [0, 1])
def test_a_reading_process_that_dies_is_told_of_and_what_it_read_is_kept(
    export: Path, undisturbed: Path, tmp_path: Path, there: int
) -> None:
    process = begin("import", export, "--data", tmp_path)
    until(process, lambda: messages(tmp_path) >= there and child_of(process.pid) > 0)
    reader = child_of(process.pid)
    assert reader > 0
    os.kill(reader, signal.SIGKILL)
    _, complaint = process.communicate(timeout=LIMIT)
    assert process.returncode == 1
    assert complaint.decode().startswith("error: the reading process ended before the file did; ")
    assert len(complaint.splitlines()) == 1
    whole(tmp_path)
    assert there <= messages(tmp_path) < SIZE
    run("import", export, "--data", tmp_path, expect=0)
    assert dump(tmp_path) == dump(undisturbed)


def test_of_a_reading_process_that_dies_every_whole_frame_is_kept(
    export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dies = tmp_path / "dies"
    dies.write_text(f'#!/bin/sh\n{sys.executable} "$@" | head -c 1200000\n')
    dies.chmod(0o700)
    monkeypatch.setattr(frames.sys, "executable", str(dies))
    with pytest.raises(ArchiveError, match="what it had read is kept"):
        import_paths(Archive(tmp_path / "data"), [export], time_zone="UTC")
    assert 0 < messages(tmp_path / "data") < importing.WRITTEN
    assert rows(tmp_path / "data", "SELECT state FROM runs") == [("interrupted",)]


def test_control_c_ends_both_processes_without_a_traceback(export: Path, tmp_path: Path) -> None:
    for attempt in range(5):
        data = tmp_path / str(attempt)
        process = begin("import", export, "--data", data, start_new_session=True)
        until(process, lambda: asked(data, "SELECT count(*) FROM runs") > 0)  # noqa: B023
        os.killpg(process.pid, signal.SIGINT)
        _, complaint = process.communicate(timeout=LIMIT)
        if process.returncode != 0:  # it may have been done before
            break
    assert process.returncode == 130
    (line,) = complaint.decode().split("\n", 1)[0].splitlines()
    assert line == "stopped. the same command goes on where this one was."
    assert rows(data, "SELECT state FROM runs") == [("interrupted",)]
    whole(data)


def test_a_killed_reindex_goes_on_where_it_was(undisturbed: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    run("init", "--data", data, expect=0)
    with_messages(undisturbed, data)
    process = begin("reindex", "--data", data)
    place = "SELECT substr(value, instr(value, ':') + 1) FROM meta WHERE name = 'reindex'"
    until(process, lambda: asked(data, place) > 0)
    process.kill()
    process.communicate()
    assert run("search", "数据库", "--data", data, "--json", expect=0).json["count"] > 500
    line = refused("import", telegram_json(tmp_path / "x.json", telegram_rows(1)), "--data", data)
    assert line.endswith("run: chendian reindex")
    done: list[int] = []
    db = open_archive(data).connect_for_writing()
    try:
        reindex(db, lambda now, total: done.append(now))
    finally:
        db.close()
    assert done[0] > 5_000
    whole(data)


def with_messages(source: Path, target: Path) -> None:
    """Copy an archive's database."""
    target.joinpath("archive.db").write_bytes(source.joinpath("archive.db").read_bytes())


def test_a_killed_merge_of_two_groups_is_finished_by_what_comes_next(tmp_path: Path) -> None:
    other = "telegram:-1000000000077"
    one = telegram_json(tmp_path / "one.json", telegram_rows(5_000), chat_id=77)
    two = telegram_json(tmp_path / "two.json", telegram_rows(2_000, first=4_001, seed=8))
    data, calm, later = (tmp_path / name for name in ("data", "calm", "later"))
    run("import", one, two, "--data", calm, expect=0)
    shutil.copytree(calm, data)
    run("group", "merge", other, KEY, "--data", calm, expect=0)
    process = begin("group", "merge", other, KEY, "--data", data)
    left = f"SELECT 5000 - messages FROM groups WHERE key = '{other}'"
    until(process, lambda: asked(data, left) > 0)
    process.kill()
    process.communicate()
    assert rows(data, "SELECT count(*) FROM groups") == [(2,)]
    whole(data)
    shutil.copytree(data, later)
    run("group", "merge", other, KEY, "--data", data, expect=0)
    run("import", telegram_json(tmp_path / "x.json", [], chat_id=5), "--data", later, expect=0)
    for finished in (data, later):
        whole(finished)
        assert rows(finished, "SELECT messages FROM groups WHERE key = ?", KEY) == [(6_000,)]
        for table in ("messages", "days", "members", "versions"):
            assert dump(finished)[table] == dump(calm)[table]
