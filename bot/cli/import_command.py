"""`chendian import`."""

from __future__ import annotations

import sys
from datetime import date as day_named
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archive.database import Archive
from bot.cli.options import AsJson, Data, folder, many, safe, say_error, show_json
from bot.config import ConfigError, check_zone, load_config
from bot.progress import Bar

if TYPE_CHECKING:
    from bot.importing import Outcome


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(import_)


def import_(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="Export files, folders or ZIPs.")
    ],
    data: Data = None,
    group: Annotated[
        str | None, typer.Option(help="The group's title or key, where the file does not say.")
    ] = None,
    tz: Annotated[str | None, typer.Option(help="Zone of local times, e.g. Asia/Shanghai.")] = None,
    encoding: Annotated[str | None, typer.Option(help="E.g. gb18030, if not detected.")] = None,
    date: Annotated[
        str | None, typer.Option(help="The day of a text without days, e.g. 2024-05-01.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Bring in the history you exported. Importing the same again adds nothing."""
    # imported late: the readers and their parsers would slow down every other command
    from bot.importing import import_paths
    from bot.reading import collect_rarely

    zone = check_zone(tz or load_config().timezone)
    collect_rarely()
    with Bar("importing", quiet=as_json) as bar:
        try:
            outcome = import_paths(
                Archive(folder(data)),
                paths,
                time_zone=zone,
                zone_is_guess=tz is None,
                group=group,
                encoding=encoding,
                date=_day(date),
                progress=bar.update,
            )
        except KeyboardInterrupt:
            typer.echo("stopped. the same command goes on where this one was.", err=True)
            raise
    if as_json:
        show_json(outcome.as_json())
    else:
        _show(outcome)
    _say_failed(outcome)
    if outcome.refused:
        sys.exit(1)


def _day(written: str | None) -> str | None:
    try:
        return day_named.fromisoformat(written).isoformat() if written else None
    except ValueError:
        what, hint = f"--date {written!r} is no day.", "write it like 2024-05-01"
        raise ConfigError(what, hint) from None


def _say_failed(outcome: Outcome) -> None:
    for failed in outcome.failed:
        named = "" if Path(failed.label).name in failed.what else f"{failed.label}: "
        label = "error" if outcome.refused else "not read"
        say_error(f"{named}{failed.what}", failed.hint, label)
    if outcome.refused and not outcome.failed:
        say_error("no message could be read.", "see what was rejected, and export again")


def _show(outcome: Outcome) -> None:
    files = [file for file in outcome.files if file.format]
    for file in files:
        typer.echo(f"{safe(file.path)}  ({file.format})  {many(file.read, 'message')}")
        for rejected in file.rejected[:5]:
            typer.echo(f"    not read: {safe(rejected['where'])}: {safe(rejected['why'])}")
        if (more := len(file.rejected) + file.more_rejected - 5) > 0:
            typer.echo(f"    … and {more:,} more (--json lists them)")
    for group in outcome.groups:
        number = many(group["messages"], "message")
        typer.echo(f"  {safe(group['title'])}  {number}  {safe(group['key'])}")
    if outcome.missing_media:
        reasons = ", ".join(f"{n:,} {safe(why)}" for why, n in outcome.missing_media.items())
        typer.echo(f"  files that are not here: {reasons}")
    for note in outcome.notes:
        typer.echo(f"note: {safe(note)}")
    if not files:
        return
    counts = " · ".join(f"{name} {number:,}" for name, number in outcome.messages.items())
    typer.echo(f"{counts} · in {outcome.seconds:.1f} s")
