"""Tells the results as a table for people, and keeps the last one in the docs."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

Results = dict[str, dict[str, Any]]
Line = tuple[str, ...]

BEGIN, END = "<!-- benchmarks: begin -->", "<!-- benchmarks: end -->"
_MB, _KB = 1e6, 1024


class Row(NamedTuple):
    """One measured thing with what must and what should be reached; `more` is better or less."""

    name: str
    step: str
    value: Callable[[dict[str, Any]], float]
    shown: str
    floor: float | None = None
    goal: float | None = None
    more: bool = False


ROWS = (
    Row("import, file to searchable, messages/s", "import",
        lambda r: r["per_second"], "{:,.0f}", 15_000, 25_000, True),
    Row("import, peak memory of all processes, MB", "import",
        lambda r: r["memory"] / _MB, "{:,.0f}", 300, 150),
    Row("import, processor µs a message, all processes", "import",
        lambda r: r["cpu_seconds"] / r["messages"] * 1e6, "{:.0f}"),
    Row("disk, bytes a message", "import", lambda r: r["bytes_per_message"], "{:,.0f}"),
    Row("bare sqlite3 loop, messages/s", "bare", lambda r: r["per_second"], "{:,.0f}"),
    Row("bare sqlite3 loop, processor µs a message", "bare",
        lambda r: r["cpu_seconds"] / r["messages"] * 1e6, "{:.0f}"),
    Row("search in the process, p50 ms", "search", lambda r: r["p50"], "{:.2f}"),
    Row("search in the process, p95 ms", "search", lambda r: r["p95"], "{:.2f}"),
    Row("search in the process, p99 ms", "search", lambda r: r["p99"], "{:.2f}", 50, 20),
    Row("search, asked for the first time, p99 ms", "search",
        lambda r: r["first_p99"], "{:.2f}"),
    Row("search over HTTP, p50 ms", "http", lambda r: r["p50"], "{:.2f}"),
    Row("search over HTTP, p99 ms", "http", lambda r: r["p99"], "{:.2f}", 80, 30),
    Row("`chendian search`, whole command, s", "start", lambda r: r["seconds"], "{:.2f}", 0.6, 0.6),
    Row("recall against brute force", "truth", lambda r: r["recall"], "{:.6f}", 1, 1, True),
    Row("precision against brute force", "truth", lambda r: r["precision"], "{:.6f}", 1, 1, True),
    Row("queries answered wrongly", "truth", lambda r: len(r["bad"]), "{:.0f}", 0, 0),
    Row("busiest day, first part of the page, ms", "pages",
        lambda r: r["day_first_ms"], "{:.0f}", 60, 60),
    Row("busiest day, all its parts, ms", "pages", lambda r: r["day_all_ms"], "{:.0f}"),
    Row("page of results, ms", "pages", lambda r: r["search_page_ms"], "{:.0f}"),
    Row("first load of the busiest day, compressed KB", "pages",
        lambda r: r["day_bytes"] / _KB, "{:.1f}", 60, 60),
    Row("first load of the home page, compressed KB", "pages",
        lambda r: r["home_bytes"] / _KB, "{:.1f}", 60, 60),
    Row("first load of a page of results, compressed KB", "pages",
        lambda r: r["search_bytes"] / _KB, "{:.1f}", 60, 60),
    Row("message pages of 8 visitors, two processes, pages/s", "visitors",
        lambda r: r["message"]["per_second"], "{:,.0f}", 300, 300, True),
    Row("a message page at half that, p99 ms", "visitors",
        lambda r: r["message"]["p99"], "{:.1f}", 60, 60),
    Row("pages of results of 8 visitors, two processes, pages/s", "visitors",
        lambda r: r["search"]["per_second"], "{:,.0f}", 150, 150, True),
    Row("a page of results at half that, p99 ms", "visitors",
        lambda r: r["search"]["p99"], "{:.1f}", 60, 60),
    Row("weekly digest, 50,000 messages at most, s", "digest",
        lambda r: r["weekly"], "{:.2f}", 3, 3),
    Row("catch-up, 10,000 messages at most, ms", "digest",
        lambda r: r["catchup"] * 1000, "{:.0f}", 300, 300),
    Row("candidates for essence, whole archive, s", "digest",
        lambda r: r["candidates"], "{:.2f}", 5, 5),
    Row("publish the whole site, s", "publish", lambda r: r["whole"], "{:.1f}", 25, 13),
    Row("publish, processor µs a message, all processes", "publish",
        lambda r: r["cpu"] / r["messages"] * 1e6, "{:.0f}"),
    Row("publish when nothing is new, s", "publish", lambda r: r["nothing"], "{:.2f}",
        0.5, 0.5),
    Row("publish after one new message, beyond start-up, s", "publish",
        lambda r: r["one"] - r["start"], "{:.2f}", 1.0, 0.2),
    Row("publish, peak memory of all processes, MB", "publish",
        lambda r: r["memory"] / _MB, "{:,.0f}", 200, 150),
    Row("whole import of 30,000 messages, the slowest of all other forms, messages/s", "formats",
        lambda r: r["per_second"], "{:,.0f}", 10_000, 10_000, True),
    Row("the same, peak memory of all processes, MB", "formats",
        lambda r: r["memory"] / _MB, "{:,.0f}", 300, 300),
    Row("signed ingest over HTTP, lines/s", "ingest",
        lambda r: r["per_second"], "{:,.0f}", 5_000, 10_000, True),
    Row("signed ingest, processor µs a line", "ingest",
        lambda r: r["cpu_seconds"] / r["lines"] * 1e6, "{:.0f}"),
    Row("bridge of three platforms, 300 messages/s: copies lost or twice or out of order", "bridge",
        lambda r: r["lost"] + r["twice"] + r["disordered"], "{:,.0f}", 0, 0),
    Row("bridge: from said to said elsewhere, p99 ms", "bridge",
        lambda r: r["p99_ms"], "{:,.0f}", 500, 500),
    Row("bridge: processor µs a copy", "bridge", lambda r: r["cpu_us"], "{:,.0f}"),
    Row("published site: links that lead nowhere", "publish",
        lambda r: len(r["broken"]), "{:.0f}", 0, 0),
    Row("published search: index, processor µs a message", "static",
        lambda r: r["cpu_seconds"] / r["messages"] * 1e6, "{:.0f}", 25, 25),
    Row("published search: index, memory, MB", "static",
        lambda r: r["memory"] / _MB, "{:.0f}", 150, 150),
    Row("published search: index to the size of the text", "static",
        lambda r: r["index"] / r["text"], "{:.3f}", 0.6, 0.6),
    Row("published search: snippets to the size of the text", "static",
        lambda r: r["snippets"] / r["text"], "{:.2f}"),
    Row("published search: list stands, requests at most", "static",
        lambda r: r["most_requests"], "{:.0f}", 3, 3),
    Row("published search: list stands, KB at most", "static",
        lambda r: r["most_bytes"] / 1000, "{:.0f}", 150, 150),
    Row("published search: list stands, p50 ms", "static", lambda r: r["p50"], "{:.0f}"),
    Row("published search: list stands, p99 ms", "static",
        lambda r: r["p99"], "{:.0f}", 100, 100),
    Row("published search from a disk: list stands, p99 ms", "static",
        lambda r: r["disk_p99"], "{:.0f}", 100, 100),
    Row("published search: queries answered wrongly, server or disk", "static",
        lambda r: len(r["bad"]), "{:.0f}", 0, 0),
    Row("Telegram event to `/api/search`, 200/s, p50 ms", "live",
        lambda r: r["telegram"]["p50"], "{:.1f}"),
    Row("Telegram event to `/api/search`, 200/s, p99 ms", "live",
        lambda r: r["telegram"]["p99"], "{:.1f}", 20, 10),
    Row("QQ event to `/api/search`, 200/s, p50 ms", "live",
        lambda r: r["onebot"]["p50"], "{:.1f}"),
    Row("QQ event to `/api/search`, 200/s, p99 ms", "live",
        lambda r: r["onebot"]["p99"], "{:.1f}", 20, 10),
    Row("event to `/api/search` beside an import, p99 ms", "live",
        lambda r: r["beside"]["p99"], "{:.1f}", 50, 50),
    Row("command to answer at 200/s, p99 ms", "live",
        lambda r: r["answered"]["p99"], "{:.0f}", 150, 150),
    Row("captured when 5,000/s are said, messages/s", "live",
        lambda r: r["flood"]["per_second"], "{:,.0f}", 2_000, 5_000, True),
    Row("memory then, last third to first", "live",
        lambda r: r["flood"]["growth"], "{:.2f}", 1.1, 1.05),
    Row("return of a killed peer to found, s", "live",
        lambda r: r["reconnect"]["worst"], "{:.1f}", 5, 5),
    Row("OneBot backfill of 10,000, s", "live",
        lambda r: r["backfill"]["seconds"], "{:.1f}", 10, 10),
    Row("idle, all accounts connected, MB", "live",
        lambda r: r["idle"]["memory"] / _MB, "{:.0f}", 160, 160),
    Row("idle, % of a core", "live", lambda r: r["idle"]["cpu"] * 100, "{:.1f}", 1, 1),
)  # fmt: skip


def tell(results: Results) -> str:
    """Write all tables as Markdown, which reads well on a terminal too."""
    parts = [_main_table(results)]
    if "search" in results:
        parts.append(_kinds_table(results))
    if "whoosh" in results:
        parts.append(_whoosh_table(results))
    if bad := results.get("truth", {}).get("bad"):
        parts.append("\n".join(["Answered wrongly:", *map(_fault, bad)]))
    return "\n\n".join(parts)


def _main_table(results: Results) -> str:
    lines: list[Line] = [("what", "measured", "floor", "goal", "")]
    for row in ROWS:
        value = _value(row, results)
        if value is not None:
            bounds = ["" if b is None else row.shown.format(b) for b in (row.floor, row.goal)]
            lines.append((row.name, row.shown.format(value), *bounds, _mark(row, value)))
    if "import" in results and "bare" in results:
        value = results["import"]["per_second"] / results["bare"]["per_second"]
        ratio = Row("import, ratio to the bare loop", "", lambda _: 0, "", 0.6, 0.8, True)
        lines.insert(2, (ratio.name, f"{value:.2f}", "0.60", "0.80", _mark(ratio, value)))
    return _table(lines)


def _value(row: Row, results: Results) -> float | None:
    """Return what was measured; None where the step, or a part of it, was left out."""
    try:
        return row.value(results[row.step])
    except KeyError:
        return None


def _mark(row: Row, value: float) -> str:
    if row.goal is None or row.floor is None:
        return ""
    if value >= row.goal if row.more else value <= row.goal:
        return "goal"
    return "floor" if (value >= row.floor if row.more else value <= row.floor) else "**below**"


def _kinds_table(results: Results) -> str:
    inside = results["search"]["kinds"]
    http = results.get("http", {}).get("kinds", {})
    lines: list[Line] = [("kind of query", "in the process p50 / p99 ms", "over HTTP p50 / p99 ms")]
    for kind, points in inside.items():
        lines.append((kind, _pair(points), _pair(http[kind]) if kind in http else ""))
    return _table(lines)


def _pair(points: dict[str, float]) -> str:
    return f"{points['p50']:.2f} / {points['p99']:.2f}"


def _whoosh_table(results: Results) -> str:
    peer = results["whoosh"]
    own = {step: results.get(step, {}) for step in ("import", "search", "truth")}
    size = own["import"].get("messages")
    disk = peer["bytes_per_message"]
    head = f"Whoosh + jieba, first {peer['messages']:,}"
    lines: list[Line] = [("", head, f"Chendian, all {size:,}" if size else "Chendian")]
    for name, of_peer, step, key, shown in (
        ("index, messages/s", peer["per_second"], "import", "per_second", "{:,.0f}"),
        ("disk, bytes a message", disk, "import", "bytes_per_message", "{:,.0f}"),
        ("search p50 ms", peer["p50"], "search", "p50", "{:.2f}"),
        ("search p99 ms", peer["p99"], "search", "p99", "{:.2f}"),
        ("recall", peer["recall"], "truth", "recall", "{:.3f}"),
        ("precision", peer["precision"], "truth", "precision", "{:.3f}"),
    ):
        mine = own[step].get(key)
        lines.append((name, shown.format(of_peer), "" if mine is None else shown.format(mine)))
    complete = f"{peer['complete']} of {peer['queries']}"
    truth = own["truth"]
    mine = f"{truth['queries'] - len(truth['bad'])} of {truth['queries']}" if truth else ""
    return _table([*lines, ("queries answered exactly", complete, mine)])


def _fault(bad: dict[str, Any]) -> str:
    counts = f"missed {bad['missed']}, wrong {bad['wrong']}"
    return f"- `{bad['query']}` ({bad['kind']}): {'; '.join(filter(None, (counts, bad['fault'])))}"


def _table(lines: list[Line]) -> str:
    head, *rows = lines
    rule = ("---", *("---:" for _ in head[1:]))
    return "\n".join("| " + " | ".join(line) + " |" for line in (head, rule, *rows))


def write_docs(path: Path, results: Results, command: str) -> None:
    """Put the tables between the markers of the docs page."""
    before, _, rest = path.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    facts = (
        f"`{command}`, {date.today():%Y-%m-%d}, {os.cpu_count()} cores,"
        f" Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}."
    )
    path.write_text(f"{before}{BEGIN}\n{facts}\n\n{tell(results)}\n{END}{after}", "utf-8")
