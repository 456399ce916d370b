"""The steps of a benchmark: each measures one thing and returns plain numbers."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec

from archive.database import open_archive
from benchmarks.bare import measure_bare
from benchmarks.bridging import measure_bridge
from benchmarks.digesting import measure_digest
from benchmarks.export import read_lines
from benchmarks.formats import measure_formats
from benchmarks.generate import generate
from benchmarks.ingesting import measure_ingest
from benchmarks.live import Scene, measure_live
from benchmarks.oracle import find
from benchmarks.pages import measure_pages
from benchmarks.peers import SIZE, measure_whoosh
from benchmarks.processes import Failed, run, site
from benchmarks.publishing import measure_publish
from benchmarks.queries import make_queries, sample
from benchmarks.searching import (
    Times,
    Verdict,
    judge,
    percentile,
    time_command,
    time_inside,
    time_over_http,
)
from benchmarks.static_search import build, measure, supported
from benchmarks.visitors import measure_visitors
from benchmarks.wanted import Query

Numbers = dict[str, Any]


class Bench:
    """One benchmark in one folder: the chat, the archive made of it, the results so far."""

    def __init__(self, folder: Path, size: int, seed: int, seconds: float = 60) -> None:
        self.size, self.seed = size, seed
        self.seconds = seconds
        """How long each part of the live benchmark lasts."""
        self.folder = folder
        self.chat = folder / f"chat-{size}-{seed}" / "result.json"
        self.data = folder / "data"
        self._results = folder / "results.json"
        self._queries: list[Query] | None = None

    def results(self) -> dict[str, Numbers]:
        """Return what has been measured in this folder, by step."""
        if not self._results.exists():
            return {}
        return msgspec.json.decode(self._results.read_bytes(), type=dict[str, Numbers])

    def take(self, step: str) -> Numbers:
        """Run a step and remember its numbers."""
        numbers = STEPS[step](self)
        self._results.write_text(json.dumps({**self.results(), step: numbers}), "utf-8")
        return numbers

    def make_chat(self) -> None:
        """Write the chat to a file, unless it is there."""
        if self.chat.exists():
            return
        self.chat.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.chat.with_suffix(".part")
        generate(unfinished, self.size, self.seed)
        unfinished.rename(self.chat)

    @property
    def queries(self) -> list[Query]:
        """The 200 queries, drawn from the chat."""
        if self._queries is None:
            every = max(1, self.size // 5_000)
            self._queries = make_queries(sample(read_lines(self.chat), every), self.seed)
        return self._queries


def _import(bench: Bench) -> Numbers:
    bench.make_chat()
    shutil.rmtree(bench.data, ignore_errors=True)
    ran = run("import", bench.chat, "--data", bench.data, "--json")
    report = json.loads(ran.printed)
    if report["messages"]["new"] != bench.size:
        raise Failed(f"{bench.size} messages written, imported: {report['messages']}")
    size = sum(path.stat().st_size for path in bench.data.rglob("*") if path.is_file())
    return {
        "messages": bench.size,
        "seconds": ran.seconds,
        "cpu_seconds": ran.cpu_seconds,
        "per_second": bench.size / ran.seconds,
        "memory": ran.memory,
        "bytes_per_message": size / bench.size,
        "export_bytes_per_message": bench.chat.stat().st_size / bench.size,
    }


def _bare(bench: Bench) -> Numbers:
    bare = measure_bare(open_archive(bench.data))
    return {**msgspec.to_builtins(bare), "per_second": bare.messages / bare.seconds}


def _search(bench: Bench) -> Numbers:
    return _summary(time_inside(bench.data, bench.queries))


def _http(bench: Bench) -> Numbers:
    with site(bench.data) as connection:
        return _summary(time_over_http(connection, bench.queries))


def _start(bench: Bench) -> Numbers:
    return {"seconds": time_command(bench.data, bench.queries)}


def _truth(bench: Bench) -> Numbers:
    start = perf_counter()
    truth = find(read_lines(bench.chat), bench.queries)
    seconds = perf_counter() - start
    verdicts = judge(bench.data, bench.queries, truth)
    return {**_scores(verdicts), "oracle_seconds": seconds}


def _scores(verdicts: list[Verdict]) -> Numbers:
    right = sum(v.right for v in verdicts)
    missed = sum(v.missed for v in verdicts)
    wrong = sum(v.wrong for v in verdicts)
    bad = [v for v in verdicts if v.missed or v.wrong or v.fault]
    return {
        "queries": len(verdicts),
        "hits": right,
        "recall": right / max(1, right + missed),
        "precision": right / max(1, right + wrong),
        "bad": [msgspec.to_builtins(v) for v in bad],
    }


def _pages(bench: Bench) -> Numbers:
    with site(bench.data) as connection:
        numbers: Numbers = msgspec.to_builtins(measure_pages(connection, bench.data))
    return numbers


def _visitors(bench: Bench) -> Numbers:
    words = [query.text for query in bench.queries]
    with site(bench.data, workers=2) as connection:
        found = measure_visitors(connection.port, bench.data, words, bench.seed)
    numbers: Numbers = msgspec.to_builtins(found)
    return numbers


def _digest(bench: Bench) -> Numbers:
    numbers: Numbers = msgspec.to_builtins(measure_digest(bench.data))
    return numbers


def _publish(bench: Bench) -> Numbers:
    numbers: Numbers = msgspec.to_builtins(measure_publish(bench.data, bench.folder / "published"))
    return {**numbers, "messages": bench.size}


def _static(bench: Bench) -> Numbers:
    out = bench.folder / "published"
    asked = supported(bench.queries)
    truth = find(read_lines(bench.chat), [one.query for one in asked])
    built = build(bench.data, out)
    text = sum(len(line.text.encode()) for line in read_lines(bench.chat))
    found = measure(bench.data, out, asked, truth)
    return {**msgspec.to_builtins(built), "messages": bench.size, "text": text, **found}


def _whoosh(bench: Bench) -> Numbers:
    lines = list(read_lines(bench.chat, SIZE))
    peer = measure_whoosh(lines, bench.queries)
    numbers: Numbers = msgspec.to_builtins(peer)
    milliseconds = numbers.pop("search_ms")
    return {**numbers, "per_second": peer.messages / peer.index_seconds, **_points(milliseconds)}


def _bridge(bench: Bench) -> Numbers:
    bridged = measure_bridge(bench.folder / "bridge", bench.seconds)
    return msgspec.structs.asdict(bridged)


def _formats(bench: Bench) -> Numbers:
    found = measure_formats(bench.folder / "formats", bench.size, bench.seed)
    slowest = min(found, key=lambda one: one.messages / one.seconds)
    return {
        "formats": msgspec.to_builtins(found),
        "slowest": slowest.name,
        "per_second": slowest.messages / slowest.seconds,
        "memory": max(one.memory for one in found),
    }


def _ingest(bench: Bench) -> Numbers:
    bench.make_chat()
    pushed = measure_ingest(bench.folder / "ingest", bench.chat)
    numbers: Numbers = msgspec.to_builtins(pushed)
    return {**numbers, "per_second": pushed.per_second}


def _live(bench: Bench) -> Numbers:
    words = [query.text for query in bench.queries]
    scene = Scene(bench.folder / "live", bench.data, bench.chat, bench.seconds, words, bench.seed)
    return measure_live(scene)


def _points(milliseconds: list[float]) -> Numbers:
    return {f"p{part}": percentile(milliseconds, part / 100) for part in (50, 95, 99)}


def _summary(times: Times) -> Numbers:
    kinds: dict[str, list[float]] = {}
    for kind, milliseconds in times.again:
        kinds.setdefault(kind, []).append(milliseconds)
    everything = list(chain.from_iterable(kinds.values()))
    return {
        **_points(everything),
        "slowest": max(everything),
        "first_p99": percentile(times.first, 0.99),
        "kinds": {kind: _points(taken) for kind, taken in kinds.items()},
    }


STEPS: dict[str, Callable[[Bench], Numbers]] = {
    "import": _import,
    "bare": _bare,
    "search": _search,
    "http": _http,
    "start": _start,
    "pages": _pages,
    "visitors": _visitors,
    "digest": _digest,
    "publish": _publish,
    "truth": _truth,
    "static": _static,
    "whoosh": _whoosh,
    "formats": _formats,
    "ingest": _ingest,
    "bridge": _bridge,
    "live": _live,
}
"""In this order; each after `import` needs the archive it left."""
