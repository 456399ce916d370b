"""Searches a published archive in a real browser: what a query loads, how long it takes, and
whether it finds what it must."""

from __future__ import annotations

import re
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from archive.access import operator
from archive.database import open_archive
from benchmarks.oracle import Found
from benchmarks.processes import Failed, Memory
from benchmarks.searching import percentile
from benchmarks.wanted import All, Filter, Query, Text, Wanted, walk
from benchmarks.wanted import Any as AnyOf
from web.publish.search_page import SCRIPTS

_ZONE = ZoneInfo("Asia/Shanghai")
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_STATIC = Path(__file__).parents[1] / "web" / "static"
_SETTLING = 200
"""Milliseconds."""
_JUDGED = 60
"""Hits whose words are looked at too."""
_PAGE = """<!doctype html><meta charset="utf-8"><title>search</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'">
<form class="find"><input name="q"></form>
<div data-published data-found="{n}" data-at_least="{n}+" data-at_most="≤{n}" data-about="~{n}"
 data-nothing="0" data-empty="" data-failed="failed"><p role="status"></p><div class="chips">
<label><select name="g"><option value=""></option></select></label>
<label><select name="m"><option value=""></option></select></label>
<button name="e" aria-pressed="false"></button></div><b data-part="count"></b>
<div data-part="hits"></div><button data-part="more"></button></div>
"""
_ASK = (Path(__file__).parent / "static_search.js").read_text("utf-8")


class Asked(msgspec.Struct, frozen=True):
    """A query as the published page takes it, with its truth's form."""

    typed: str
    group: str
    month: str
    query: Query


def supported(queries: list[Query]) -> list[Asked]:
    """Return those queries that the page's language has: words, phrases, prefixes, -words, a group
    and a month; dates become the month they begin in."""
    return [asked for query in queries if (asked := _translated(query)) is not None]


def _translated(query: Query) -> Asked | None:
    filters = [node for node in walk(query.wanted) if isinstance(node, Filter)]
    if any(f.person for f in filters) or any(isinstance(n, AnyOf) for n in walk(query.wanted)):
        return None
    found = re.search(r" in:(.*)$", query.text)
    typed = re.sub(r" in:.*$| after:\S+ before:\S+", "", query.text)
    month, wanted = "", query.wanted
    for window in filters:
        if window.since is not None:
            wanted, month = _in_month(wanted, window)
    asked = Query(query.kind, query.text, wanted)
    return Asked(typed, found[1] if found else "", month, asked)


def _in_month(wanted: Wanted, window: Filter) -> tuple[Wanted, str]:
    since = datetime.fromtimestamp(window.since or 0, _ZONE).replace(day=1)
    later = since.replace(year=since.year + since.month // 12, month=since.month % 12 + 1)
    texts = tuple(node for node in walk(wanted) if isinstance(node, Text))
    whole = Filter(since=int(since.timestamp()), until=int(later.timestamp()))
    return All((*texts, whole)), f"{since:%Y-%m}"


class Built(msgspec.Struct, frozen=True):
    """What building took: bytes, seconds, processor seconds and bytes of memory."""

    index: int
    snippets: int
    seconds: float
    cpu_seconds: float
    memory: int


def build(data: Path, out: Path) -> Built:
    """Publish the search of an archive, all of it, in a process of its own."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    command = [sys.executable, "-m", "benchmarks.static_search", str(data), str(out)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8")
    memory = Memory(process.pid)
    printed, _ = process.communicate()
    peak = memory.stop()
    if process.returncode:
        raise Failed("the search was not built")
    for name in SCRIPTS:
        shutil.copy(_STATIC / name, out)
    scripts = "".join(f'<script src="{name}" defer></script>' for name in SCRIPTS)
    (out / "search.html").write_text(_PAGE + scripts, "utf-8")
    return msgspec.structs.replace(msgspec.json.decode(printed, type=Built), memory=peak)


def measure(data: Path, out: Path, asked: list[Asked], truth: list[Found]) -> dict[str, Any]:
    """Ask every query on a page just loaded, nothing cached, from a server and from the disk; then
    compare all it finds."""
    places = _places(data)
    right = [[places[key] for key in found.keys] for found in truth]
    with _served(out) as base, _browser() as browser:
        answers = [_ask(browser, base, one) for one in asked]
    with _browser() as browser:
        from_disk = [_ask(browser, out.absolute().as_uri(), one) for one in asked]
    faults = [
        f"{where}: {fault}"
        for where, told in (("server", answers), ("disk", from_disk))
        for one, answer, found in zip(asked, told, right, strict=True)
        if (fault := judge(one, answer, found))
    ]
    return {
        "queries": len(asked),
        "requests": {p: percentile([a["requests"] for a in answers], p / 100) for p in (50, 99)},
        "most_requests": max(a["requests"] for a in answers),
        "most_bytes": max(a["bytes"] for a in answers),
        "p50_bytes": percentile([a["bytes"] for a in answers], 0.5),
        "p50": percentile([a["milliseconds"] for a in answers], 0.5),
        "p99": percentile([a["milliseconds"] for a in answers], 0.99),
        "slowest": max(a["milliseconds"] for a in answers),
        "disk_p50": percentile([a["milliseconds"] for a in from_disk], 0.5),
        "disk_p99": percentile([a["milliseconds"] for a in from_disk], 0.99),
        "first_load": answers[0]["first"],
        "bad": faults,
        "over": [
            [one.typed, one.group, one.month, a["requests"], a["bytes"], round(a["milliseconds"])]
            for one, a in zip(asked, answers, strict=True)
            if a["requests"] > 3 or a["bytes"] > 150_000 or a["milliseconds"] > 100
        ],
    }


def judge(one: Asked, answer: dict[str, Any], truth: list[int]) -> str:
    """Return what is wrong with an answer, in words; `truth` are numbers of messages."""
    truth = sorted(truth, reverse=True)
    found, judged = answer["found"], answer["judged"]
    told = f"{one.typed} {one.group} {one.month}: "
    if answer["exact"] and found != truth:
        return f"{told}{len(found)} found, {len(truth)} are right"
    if missed := set(truth) - set(found):
        return f"{told}{len(missed)} of {len(truth)} missed"
    if judged != truth[: len(judged)] or len(judged) < min(_JUDGED, len(truth)):
        return f"{told}{len(judged)} shown are not the newest {len(truth)}"
    return ""


def _places(data: Path) -> dict[str, int]:
    with open_archive(data).reading() as db:
        rows = db.execute(
            "SELECT g.key || ':' || m.platform_id FROM messages m JOIN groups g"
            " ON g.id = m.group_id ORDER BY m.id"
        )
        return {key: place for place, (key,) in enumerate(rows)}


def _ask(browser: Any, base: str, one: Asked) -> dict[str, Any]:
    page = browser.new_page()
    try:
        page.goto(f"{base}/search.html")
        page.wait_for_selector("[data-state=shown]", state="attached")
        # nobody types while the window is still opening
        page.wait_for_timeout(_SETTLING)
        answer: dict[str, Any] = page.evaluate(_ASK, [one.typed, one.group, one.month, _JUDGED])
    finally:
        page.close()
    return answer


class _Quiet(SimpleHTTPRequestHandler):
    """Serves files, and lets nothing be kept."""

    protocol_version = "HTTP/1.1"
    # head and body go out apart; the second would wait 40 ms for an answer to the first
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def end_headers(self) -> None:
        """Forbid caches, so that every query is the first."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@contextmanager
def _browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    path = next((found for name in _BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        raise Failed(f"no browser: none of {', '.join(_BROWSERS)} is on the PATH")
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser.new_context()
        browser.close()


def _build_here(data: Path, out: Path) -> Built:
    from web.publish.search_index import write_index

    start = time.perf_counter()
    with open_archive(data).reading() as db:
        built = write_index(db, operator(), out)
    used = resource.getrusage(resource.RUSAGE_SELF)
    return Built(
        built.index, built.snippets, time.perf_counter() - start, used.ru_utime + used.ru_stime,
        0,
    )  # fmt: skip


if __name__ == "__main__":
    print(msgspec.json.encode(_build_here(Path(sys.argv[1]), Path(sys.argv[2]))).decode())
