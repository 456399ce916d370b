"""How heavy the program is: memory of an import, and what a search loads before it starts."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from chat_files import telegram_flood, telegram_json, telegram_rows
from program import PROGRAM, begin, environment, rows, run, run_cold

from benchmarks.processes import Memory

MEGABYTE = 1 << 20
HEAVY = frozenset((
    "sqlalchemy", "sqlmodel", "alembic", "fastapi", "starlette", "uvicorn", "lxml", "jinja2",
    "rich", "adapters.exports", "bot.importing", "web.app",
))  # fmt: skip


def _peaks_of_import(folder: Path, number: int) -> tuple[int, int]:
    """Import so many messages; return the peaks until a third is written, and after it."""
    export = telegram_flood(folder / "result.json", number)
    process = begin("import", export, "--data", folder / "d")
    early = Memory(process.pid)
    while process.poll() is None and _written(folder / "d") < number // 3:
        time.sleep(0.02)
    late = Memory(process.pid)
    first = early.stop()
    _, complaint = process.communicate(timeout=100)
    assert process.returncode == 0, complaint
    return first, late.stop()


def _written(data: Path) -> int:
    with contextlib.suppress(sqlite3.Error):
        return int(rows(data, "SELECT coalesce(sum(messages), 0) FROM groups")[0][0])
    return 0


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="memory is not told here")
def test_the_memory_of_an_import_does_not_grow_with_the_file(tmp_path: Path) -> None:
    early, late = _peaks_of_import(tmp_path, 100_000)
    assert early > 30 * MEGABYTE and late < 300 * MEGABYTE
    assert late < early * 1.25


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="memory is not told here")
def test_a_message_of_a_megabyte_and_a_long_line_are_taken_in(tmp_path: Path) -> None:
    """Fault 10."""
    said = telegram_rows(40)
    said[7]["text"] = "长" * 1_000_000
    said[8]["text"] = "很多行\n" * 10_000
    said[9]["text"] = [{"type": "bold", "text": "x"}] * 50_000
    export = telegram_json(tmp_path / "result.json", said)
    process = begin("import", export, "--data", tmp_path / "d")
    memory = Memory(process.pid)
    out, complaint = process.communicate(timeout=100)
    assert (process.returncode, complaint) == (0, b"")
    assert memory.stop() < 300 * MEGABYTE
    assert "was cut off" in out.decode()
    assert run("search", "很多行", "--data", tmp_path / "d", "--json").json["count"] == 1
    assert run("stats", "--data", tmp_path / "d", "--json").json["messages"] == 40


def _loaded_by(*words: str | Path) -> set[str]:
    """Run the program in an interpreter that says what it had loaded at the end."""
    program = (
        "import atexit, sys\n"
        "atexit.register(lambda: sys.stderr.write(' '.join(sys.modules)))\n"
        "from bot.cli import main\nmain()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words], env=environment(), capture_output=True, timeout=60
    )
    assert done.returncode == 0
    return set(done.stderr.decode().split())


@pytest.mark.parametrize(
    "words", [["search", "数据库 from:张三 after:7d", "--json"], ["stats"], ["group", "list"]]
)
def test_what_answers_a_question_loads_no_heavy_library(tmp_path: Path, words: list[str]) -> None:
    export = telegram_json(tmp_path / "result.json", telegram_rows(30))
    run("import", export, "--data", tmp_path, expect=0)
    assert not HEAVY & _loaded_by(*words, "--data", tmp_path)


def test_an_import_loads_no_pages_and_a_second_one_no_migrations(tmp_path: Path) -> None:
    export = telegram_json(tmp_path / "result.json", telegram_rows(30))
    run("import", export, "--data", tmp_path, expect=0)
    loaded = _loaded_by("import", export, "--data", tmp_path)
    assert not {"fastapi", "uvicorn", "sqlalchemy", "alembic", "whoosh"} & loaded


def test_how_long_a_message_may_be_is_told_without_what_speaks_to_a_platform() -> None:
    program = (
        "import sys\nfrom bot.accounts import longest_texts\nlongest_texts()\nprint(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60)
    loaded = set(done.stdout.decode().split())
    assert done.returncode == 0 and "bot.accounts" in loaded
    assert not {"telegram", "websockets", "wechaty_grpc", "grpclib"} & loaded


def test_the_help_of_every_command_is_there_and_starts_fast() -> None:
    began = time.monotonic()
    shown = run_cold("--help", expect=0).out
    assert time.monotonic() - began < 10
    for command in ("import", "search", "stats", "web", "init", "reindex", "verify"):
        assert f"  {command} " in shown
        assert "Usage: chendian" in run(command, "--help", expect=0).out
    for words in (
        ["essence", "mark"],
        ["essence", "list"],
        ["tags", "synonym"],
        ["group", "merge"],
    ):
        assert "--data" in run(*words, "--help", expect=0).out


def test_the_program_is_where_the_readme_says() -> None:
    assert PROGRAM.is_file()
    assert run_cold(expect=2).err.startswith("Usage: ") or run_cold().out.startswith("Usage: ")
