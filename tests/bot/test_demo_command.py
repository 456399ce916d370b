"""`make demo` loads three groups as any export is loaded, and a second time changes none."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from program import ROOT, dump, environment, run, whole

SERVE = ROOT / "demo/serve.py"


def load(data: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SERVE, "--data", data, "--load-only"], cwd=ROOT, env=environment(),
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
            _, complaint = process.communicate(timeout=20)
            assert complaint == ""
