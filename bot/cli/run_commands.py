"""`chendian run` and `check`: live capture."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import AsJson, Data, safe, show_json
from bot.config import ConfigError, load_config

Configured = Annotated[
    Path | None, typer.Option("--config", help="The configuration.", show_default="config.toml")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(run)
    app.command()(check)


def run(
    config: Configured = None,
    data: Data = None,
    only: Annotated[
        str | None, typer.Option(help="capture, jobs or web; several with commas.")
    ] = None,
    standby: Annotated[
        float | None,
        typer.Option(
            min=2,
            metavar="SECONDS",
            help="Wait while another process runs; take its place once it has ended, or end it"
            " once it has given no sign of life for so long.",
        ),
    ] = None,
) -> None:
    """Listen to the groups, answer commands, serve the site; until stopped."""
    from archive.database import open_archive
    from bot.accounts import make_adapters
    from bot.live.logs import start_logging
    from bot.live.running import PARTS, run

    chosen = set(only.split(",")) if only else set(PARTS)
    if not chosen <= set(PARTS):
        raise ConfigError(f"--only {only} names no part.", "use capture, jobs, web")
    loaded = load_config(config)
    start_logging()
    adapters = make_adapters(loaded.accounts) if "capture" in chosen else {}
    archive = open_archive(data or Path(loaded.data), create=True)
    run(archive, loaded, adapters, {part for part in PARTS if part in chosen}, standby)


def check(config: Configured = None, as_json: AsJson = False) -> None:
    """Look whether the configuration is right and every account can do its work."""
    from bot.accounts import make_adapters
    from bot.live.checking import check_all
    from bot.live.logs import start_logging

    start_logging("ERROR")
    loaded = load_config(config)
    found = check_all(make_adapters(loaded.accounts), loaded)
    if as_json:
        show_json(
            [
                {"account": name, "good": one.good, "what": one.what, "do": one.hint}
                for name, findings in found.items()
                for one in findings
            ]
        )
    else:
        for name, findings in found.items():
            typer.echo(safe(name))
            for one in findings:
                typer.echo(f"  {'ok   ' if one.good else 'WRONG'}  {safe(one.what)}")
                if one.hint:
                    typer.echo(f"         → {safe(one.hint)}")
        if not loaded.accounts:
            typer.echo("no accounts yet. add one: see config.example.toml")
    if any(not one.good for findings in found.values() for one in findings):
        sys.exit(1)
