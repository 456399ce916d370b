"""`make demo` loads three groups as any export is loaded, and a second time changes none."""

from __future__ import annotations

import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from program import ROOT, SENTENCES, dump, environment, run, whole

SERVE = ROOT / "demo/serve.py"


def load(data: Path, serve: Path = SERVE) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, serve, "--data", data, "--load-only"], cwd=ROOT, env=environment(),
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    first = load(folder)
    assert (first.returncode, first.stderr) == (0, "")
    for title in ("运营人一群", "后端夜谈", "周末摄影课"):
        assert title in first.stdout
    return folder


def test_the_demo_is_loaded_once(data: Path) -> None:
    before = dump(data)
    again = load(data)
    assert (again.returncode, again.stderr) == (0, "")
    assert dump(data) == before
    held = run("stats", "--data", data, "--json", expect=0).json
    assert (held["groups"], held["messages"]) == (3, 758)
    listed = run("essence", "list", "--data", data, "--json", "--limit", "100").json
    assert len(listed) == 18
    whole(data)


def test_what_the_demo_says_to_try_is_found(data: Path) -> None:
    for query in ("冷启动", "from:林一舟", "is:精华", "数据库", "docke*", "資料庫", "锁"):
        assert run("search", query, "--data", data, "--json", expect=0).json["count"] > 0, query


def test_the_demo_is_served_though_its_port_is_taken(data: Path) -> None:
    addresses, running = [], []
    try:
        for _ in range(2):
            process = subprocess.Popen(
                [sys.executable, SERVE, "--data", data, "--port", "18765"], cwd=ROOT,
                env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )  # fmt: skip
            running.append(process)
            assert process.stdout is not None
            shown = next(line for line in process.stdout if line.startswith("http://"))
            addresses.append(shown.split()[0])
        assert addresses[0] != addresses[1]
        for address in addresses:
            with urllib.request.urlopen(address, timeout=30) as page:
                assert "后端夜谈" in page.read().decode()
    finally:
        for process in running:
            process.terminate()
            _, complaint = process.communicate(timeout=60)
            assert complaint == ""


def refusal(data: Path, serve: Path = SERVE) -> str:
    """Load what cannot be loaded; return the one line that says so."""
    ran = load(data, serve)
    assert ran.returncode == 1, ran.stdout
    (line,) = ran.stderr.splitlines()
    assert SENTENCES.fullmatch(line), line
    return line


def test_a_demo_that_cannot_be_loaded_says_why_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    assert "is a file, not an archive's folder" in refusal(tmp_path / "file")
    (tmp_path / "archive.db").write_bytes(b"not a database at all" * 300)
    assert "the database cannot be read" in refusal(tmp_path)
    assert (tmp_path / "archive.db").read_bytes() == b"not a database at all" * 300


def test_a_demo_whose_text_is_not_that_of_its_marks_names_the_text(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "demo", tmp_path / "demo")
    (tmp_path / "demo/essence.json").write_text(
        '[{"group": "后端夜谈", "text_starts": "没有人说过", "until_starts": null}]'
    )
    line = refusal(tmp_path / "data", tmp_path / "demo/serve.py")
    assert "没有人说过" in line and "mend demo/" in line


def test_a_demo_without_one_of_its_groups_names_what_is_missing(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "demo", tmp_path / "demo")
    shutil.rmtree(tmp_path / "demo/wechat")
    line = refusal(tmp_path / "data", tmp_path / "demo/serve.py")
    assert f"there is no {tmp_path / 'demo/wechat'}" in line
