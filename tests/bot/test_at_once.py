"""Several at once: two imports, an import and readers; everything once, and nobody is refused."""

from __future__ import annotations

import json
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chat_files import KEY, chatlab, telegram_html, telegram_json, telegram_rows
from program import LIMIT, begin, rows, run, whole

from archive.access import operator
from archive.database import open_archive
from archive.search import search
from archive.stats import stats

SIZE = 6_000


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return telegram_json(tmp_path_factory.mktemp("export") / "result.json", telegram_rows(SIZE))


def both(*starts: list[str | Path]) -> list[dict[str, Any]]:
    """Run commands side by side; each must succeed. Returns what they answered."""
    running = [begin(*words) for words in starts]
    answers = [process.communicate(timeout=LIMIT) for process in running]
    for process, (_, complaint) in zip(running, answers, strict=True):
        assert process.returncode == 0, complaint.decode()
        assert complaint == b""
    return [json.loads(out) for out, _ in answers]


def test_the_same_file_imported_twice_at_once_is_there_once(export: Path, tmp_path: Path) -> None:
    words: list[str | Path] = ["import", export, "--data", tmp_path / "new", "--json"]
    reports = both(words, words)
    assert sum(report["messages"]["new"] for report in reports) == SIZE
    assert [report["messages"]["read"] for report in reports] == [SIZE, SIZE]
    assert rows(tmp_path / "new", "SELECT key, messages FROM groups") == [(KEY, SIZE)]
    assert rows(tmp_path / "new", "SELECT count(*) FROM members") == [(8,)]
    whole(tmp_path / "new")


def test_different_files_imported_at_once_are_both_there(export: Path, tmp_path: Path) -> None:
    other = telegram_json(tmp_path / "other.json", telegram_rows(5_000, 4_001), name="改名")
    third = telegram_json(tmp_path / "third.json", telegram_rows(5_000), chat_id=5, name="别的")
    words = [
        ["import", path, "--data", tmp_path / "d", "--json"] for path in (export, other, third)
    ]
    reports = both(*words)
    assert sum(report["messages"]["new"] for report in reports) == 9_000 + 5_000
    held = rows(tmp_path / "d", "SELECT key, messages FROM groups ORDER BY messages")
    assert held == [("telegram:-1000000000005", 5_000), (KEY, 9_000)]
    whole(tmp_path / "d")


def test_exports_without_ids_imported_twice_at_once_are_there_once(tmp_path: Path) -> None:
    said = [{"timestamp": 1_700_000_000 + n // 3, "content": f"话{n % 50}"} for n in range(5_000)]
    export = chatlab(tmp_path / "x.jsonl", said)
    words: list[str | Path] = ["import", export, "--data", tmp_path / "d", "--json"]
    reports = both(words, words)
    held = rows(tmp_path / "d", "SELECT count(*), count(DISTINCT platform_id) FROM messages")
    assert held == [(5_000, 5_000)]
    assert sum(report["messages"]["new"] for report in reports) == 5_000
    whole(tmp_path / "d")


def test_html_and_json_of_one_group_imported_at_once_become_one_group(tmp_path: Path) -> None:
    said = telegram_rows(500)
    page = telegram_html(tmp_path / "html", said)
    export = telegram_json(tmp_path / "result.json", said)
    data = tmp_path / "d"
    both(*(["import", path, "--data", data, "--json"] for path in (page, export)))
    run("import", export, "--data", data, expect=0)
    assert rows(data, "SELECT key, messages FROM groups") == [(KEY, 500)]
    whole(data)


def test_marks_merges_and_verify_go_on_during_imports(export: Path, tmp_path: Path) -> None:
    data, other = tmp_path / "d", "telegram:-1000000000077"
    second = tmp_path / "two.json"
    telegram_json(second, telegram_rows(100, 6_000), chat_id=77, name="旧群")
    run("import", second, "--data", data, expect=0)
    telegram_json(second, telegram_rows(4_000, 6_000), chat_id=77, name="旧群")
    run("import", telegram_json(tmp_path / "s.json", telegram_rows(50)), "--data", data, expect=0)
    running = [begin("import", path, "--data", data) for path in (export, second)]
    for number in range(1, 6):
        run("essence", "mark", f"{KEY}:{number}", "--data", data, "--tag", "好", expect=0)
        whole(data)
        if number == 2:
            run("group", "merge", other, KEY, "--data", data, expect=0)
    for process in running:
        _, complaint = process.communicate(timeout=LIMIT)
        assert (process.returncode, complaint) == (0, b"")
    assert rows(data, "SELECT key, messages FROM groups") == [(KEY, 9_999)]
    assert run("search", "is:精华 tag:好", "--data", data, "--json").json["count"] == 5
    whole(data)


def test_readers_during_an_import_never_fail_and_see_whole_batches(
    export: Path, tmp_path: Path
) -> None:
    run("import", telegram_json(tmp_path / "r.json", telegram_rows(10)), "--data", tmp_path)
    archive = open_archive(tmp_path)
    seen, stop = [], threading.Event()

    def read() -> None:
        while not stop.is_set():
            with archive.reading() as db:
                counted = stats(db, operator()).messages
                hits = search(db, "数据库", operator(), limit=5)
                found = search(db, "", operator(), limit=1)
            seen.append((counted, found.count, hits.count))
            time.sleep(0.005)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        run("import", export, "--data", tmp_path, expect=0)
    finally:
        stop.set()
        reader.join()
    assert len(seen) > 10
    assert seen == sorted(seen)
    assert all(min(counted, 10_000) == found for counted, found, _ in seen)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A served archive: its folder and address."""
    run("import", telegram_json(tmp_path / "r.json", telegram_rows(200)), "--data", tmp_path)
    process = begin("web", "--data", tmp_path, "--port", "0")
    assert process.stdout is not None
    address = process.stdout.readline().decode().split()[0]
    try:
        yield tmp_path, address
    finally:
        process.terminate()
        _, complaint = process.communicate(timeout=60)
        assert b"Traceback" not in complaint, complaint.decode()


def answer(address: str, path: str) -> tuple[int, bytes]:
    with urllib.request.urlopen(f"{address.rstrip('/')}{path}", timeout=30) as got:
        return got.status, got.read()


def wait_for(address: str) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            answer(address, "/healthz")
            return
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.05)


def test_the_site_is_read_during_an_import(export: Path, site: tuple[Path, str]) -> None:
    data, address = site
    wait_for(address)
    importing = begin("import", export, "--data", data, stdout=subprocess.DEVNULL)
    pages = ("/", f"/m/{KEY}:5", "/search?q=%E6%95%B0%E6%8D%AE%E5%BA%93",
             "/api/search?q=%E6%95%B0%E6%8D%AE%E5%BA%93", f"/api/messages/{KEY}:7")  # fmt: skip
    read = 0
    while importing.poll() is None:
        for page in pages:
            status, _ = answer(address, page)
            assert status == 200
            read += 1
    _, complaint = importing.communicate()
    assert (importing.returncode, complaint) == (0, b"")
    assert read > 10
    found = json.loads(answer(address, "/api/search?q=%E6%95%B0%E6%8D%AE%E5%BA%93")[1])
    shown = run("search", "数据库", "--data", data, "--json").json
    hits = [{name: hit[name] for name in hit if name != "sender_id"} for hit in found["hits"]]
    assert (found["count"], hits) == (shown["count"], shown["hits"])


def test_the_site_stops_at_control_c_without_a_word(site: tuple[Path, str], tmp_path: Path) -> None:
    process = begin("web", "--data", tmp_path, "--port", "0")
    assert process.stdout is not None
    wait_for(process.stdout.readline().decode().split()[0])
    process.send_signal(2)
    _, complaint = process.communicate(timeout=60)
    assert (process.returncode, complaint) == (0, b"")
