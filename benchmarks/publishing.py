"""How long it takes to publish: all of it, nothing new, and after one new message."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from pathlib import Path
from typing import Any

import msgspec

from archive.database import open_archive
from archive.keep import keep
from archive.records import Message
from benchmarks.crawling import crawl
from benchmarks.processes import Failed, Ran, run


class Publishing(msgspec.Struct, frozen=True):
    """Seconds of the whole command, its start included; bytes of all processes."""

    whole: float
    cpu: float
    nothing: float
    one: float
    start: float
    """Of a command that does next to nothing."""
    memory: int
    pages: int
    links: int
    """Of its pages and its search."""
    broken: list[str]
    """Those that lead nowhere, and pages to which none leads."""


def measure_publish(data: Path, folder: Path) -> Publishing:
    """Publish a copy of an archive, in which every group is public."""
    copy, out = folder / "public", folder / "site"
    for made in (copy, out):
        shutil.rmtree(made, ignore_errors=True)
    copy.mkdir(parents=True)
    for name in ("archive.db", "archive.db-wal"):
        if (data / name).exists():
            shutil.copyfile(data / name, copy / name)
    public = open_archive(copy)
    with public.writing() as db:
        db.execute("UPDATE groups SET visibility = 'public'")
    try:
        whole, told = _published(out, copy)
        crawled = crawl(out)
        nothing, again = _published(out, copy)
        if again["written"] or again["removed"]:
            raise Failed(f"nothing was new, and this was written: {again}")
        with public.writing() as db:
            _say_something(db)
        one, after = _published(out, copy)
        if not after["written"]:
            raise Failed("a new message was not published")
        start = run("group", "list", "--data", copy).seconds
    finally:
        for made in (copy, out):
            shutil.rmtree(made, ignore_errors=True)
    memory = max(ran.memory for ran in (whole, nothing, one))
    return Publishing(
        whole.seconds, whole.cpu_seconds, nothing.seconds, one.seconds, start, memory,
        told["pages"], crawled.links + crawled.results,
        crawled.faults + ["not reached"] * crawled.unreached,
    )  # fmt: skip


def _published(out: Path, data: Path) -> tuple[Ran, dict[str, Any]]:
    ran = run("publish", out, "--data", data, "--json")
    return ran, json.loads(ran.printed)


def _say_something(db: sqlite3.Connection) -> None:
    key, last = db.execute(
        "SELECT key, (SELECT max(last_at) FROM groups) FROM groups ORDER BY messages DESC LIMIT 1"
    ).fetchone()
    at = min(last + 5, int(time.time()))
    keep(db, [Message(key, "published-1", at, f"{key.partition(':')[0]}:1", "张三", text="新的话")])
