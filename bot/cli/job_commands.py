"""`chendian jobs`: what runs by the clock, and what ran."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from archive.hits import iso
from bot.cli.options import AsJson, Data, opened, safe, show_json
from bot.config import load_config


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(jobs)


def jobs(
    config: Annotated[
        Path | None, typer.Option("--config", help="The configuration.", show_default="config.toml")
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show the jobs that are turned on: when they run next, and what became of the last time."""
    from bot.jobs.table import lines

    loaded = load_config(config)
    with opened(data or Path(loaded.data)).reading() as db:
        found = lines(db, loaded, time.time())
    if as_json:
        show_json(
            [
                {"job": one.job, "group": one.group, "next": iso(one.next),
                 "last": iso(one.run.started_at) if one.run else None,
                 "period": one.run.period if one.run else None,
                 "result": one.run.state if one.run else None,
                 "why": one.run.why if one.run else None,
                 "tries": one.run.tries if one.run else 0}
                for one in found
            ]
        )  # fmt: skip
        return
    for one in found:
        typer.echo(f"  {_local(one.next, one.time_zone)}  {one.job}  {safe(one.title)}")
        if one.run is not None:
            why = f" ({safe(one.run.why)})" if one.run.why else ""
            last = _local(one.run.started_at, one.time_zone)
            typer.echo(f"      last {last}  {one.run.period}: {one.run.state}{why}")
    if not found:
        typer.echo("no job is turned on. see [digest] and [reminders] in config.example.toml")


def _local(seconds: int, zone: str) -> str:
    return f"{datetime.fromtimestamp(seconds, ZoneInfo(zone)):%Y-%m-%d %H:%M}"
