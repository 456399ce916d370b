"""The benchmark itself, small: it ends well when every answer is right, and tells it."""

from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.oracle import Found
from benchmarks.report import BEGIN, END, tell, write_docs
from benchmarks.searching import judge
from benchmarks.wanted import Query, Text


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bench")
    assert main(["--size", "3000", "--keep", str(path), "--only", "import,bare,search"]) == 0
    return path


def test_small_benchmark_finds_every_answer_right(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--size", "3000", "--keep", str(folder), "--only", "truth"]) == 0
    told = capsys.readouterr().out
    assert "| recall against brute force | 1.000000 |" in told
    assert "| queries answered wrongly | 0 |" in told
    assert "| import, ratio to the bare loop |" in told


def test_what_is_told_of_a_week_is_timed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--size", "3000", "--keep", str(folder), "--only", "digest"]) == 0
    told = capsys.readouterr().out
    for row in ("weekly digest, 50,000", "catch-up, 10,000", "candidates for essence"):
        assert f"| {row}" in told


def test_pushes_are_timed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--size", "3000", "--keep", str(folder), "--only", "ingest"]) == 0
    assert "| signed ingest over HTTP, lines/s |" in capsys.readouterr().out


def test_missing_and_wrong_hits_are_found_out(folder: Path) -> None:
    query = Query("common", "的", Text("的"))
    (verdict,) = judge(folder / "data", [query], [Found(["nowhere:1"], [1])])
    assert verdict.right == 0
    assert verdict.missed == 1
    assert verdict.wrong > 0
    assert "count" in verdict.fault


def test_unknown_step_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--only", "import,dance"])
    assert "no such step: dance" in capsys.readouterr().err


def test_numbers_that_fall_short_are_marked() -> None:
    measured = {"messages": 10, "per_second": 12_000.0, "memory": 2e8, "bytes_per_message": 700.0}
    table = tell({"import": {**measured, "cpu_seconds": 1.0}})
    assert "| 12,000 | 15,000 | 25,000 | **below** |" in table
    assert "| 200 | 300 | 150 | floor |" in table


def test_docs_keep_what_is_around_the_table(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", "utf-8")
    write_docs(page, {"start": {"seconds": 0.5}}, "make bench")
    written = page.read_text("utf-8")
    assert written.startswith(f"before\n{BEGIN}\n`make bench`, ")
    assert written.endswith(f"{END}\nafter\n")
    assert "old" not in written
