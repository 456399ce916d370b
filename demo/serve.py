"""Imports the demo groups through the same readers as any export, marks their essence, serves."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import typer
from curate import curate

from archive.access import operator
from archive.database import Archive
from archive.errors import ArchiveError
from archive.essence import mark
from archive.groups import find_group
from archive.tags import add_tags, set_synonym
from bot.cli import answer
from bot.importing import import_paths
from bot.serving import serve

HERE = Path(__file__).parent
SOURCES = ("wechat", "telegram", "qq")


def load(data: Path) -> Archive:
    """Fill an archive with the demo; again changes nothing."""
    archive = Archive(data)
    outcome = import_paths(archive, [HERE / name for name in SOURCES], time_zone="Asia/Shanghai")
    if outcome.failed:
        first = outcome.failed[0]
        raise ArchiveError(first.what, first.hint)
    for group in outcome.groups:
        typer.echo(f"  {group['title']}  {group['messages']} messages")
    with archive.writing() as db:
        if db.execute("SELECT 1 FROM essence LIMIT 1").fetchone() is None:
            _settle(db)
            curate(db)
    return archive


def _settle(db: sqlite3.Connection) -> None:
    tags = json.loads((HERE / "tags.json").read_text("utf-8"))
    for main, *others in tags["synonyms"]:
        for other in others:
            set_synonym(db, other, main, "demo")
    for note in tags["messages"]:
        row_id, _, _ = _find(db, note["group"], note["text_starts"])
        add_tags(db, [row_id], tuple(note["tags"]), note["by"])
    for note in json.loads((HERE / "essence.json").read_text("utf-8")):
        keys = [_find(db, note["group"], note["text_starts"])]
        if note["until_starts"]:
            keys.append(_find(db, note["group"], note["until_starts"]))
        mark(
            db, [key for _, key, _ in keys], by=note["by"], reason=note["reason"],
            title=note["title"], tags=tuple(note["tags"]), at=keys[-1][2] + 600,
        )  # fmt: skip


def _find(db: sqlite3.Connection, title: str, start: str) -> tuple[int, str, int]:
    """Return (row id, key, time) of the message that begins like this."""
    key = find_group(db, operator(), title).key
    rows: list[Any] = db.execute(
        "SELECT m.id, g.key || ':' || m.platform_id, m.sent_at FROM messages m"
        " JOIN groups g ON g.id = m.group_id WHERE g.key = ? AND substr(m.text, 1, ?) = ?",
        (key, len(start), start),
    ).fetchall()
    if len(rows) != 1:
        raise ArchiveError(f"{len(rows)} demo messages begin with {start[:12]!r}.", "mend demo/")
    return tuple(rows[0])


def main(data: Path = Path("demo-data"), port: int = 8765, load_only: bool = False) -> None:
    """Load the demo and serve it."""
    typer.echo("the demo groups:")
    archive = load(data)
    if load_only:
        return
    typer.echo("try: 冷启动   from:林一舟   is:精华   数据库   docke*")
    try:
        serve(archive, host="127.0.0.1", port=port, title="沉淀 · 示例")
    except ArchiveError:
        serve(archive, host="127.0.0.1", port=0, title="沉淀 · 示例")


if __name__ == "__main__":
    answer(lambda: typer.run(main))
