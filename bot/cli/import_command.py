"""`chendian import`."""

from __future__ import annotations

import sys
from datetime import date as day_named
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from archive.database import Archive
from bot.cli.options import (
    AsJson,
    Data,
    Who,
    folder,
    given,
    many,
    opened,
    safe,
    say_error,
    show_json,
)
from bot.config import ConfigError, check_zone, load_config
from bot.progress import Bar

if TYPE_CHECKING:
    from bot.import_report import Outcome


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(import_)


def import_(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH...", help="Export files, folders or ZIPs; or: list; or: undo NUMBER."
        ),
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
    yes: Annotated[
        bool, typer.Option("--yes", help="With undo: also what people made of it.")
    ] = False,
    by: Who = "operator",
    as_json: AsJson = False,
) -> None:
    """Bring in the history you exported. Importing the same again adds nothing."""
    match [str(path) for path in paths]:
        case ["undo", number] if number.isdecimal() and not paths[0].exists():
            _undo(opened(data), int(number), by, yes, as_json)
        case ["list"] if not paths[0].exists():
            _list(opened(data), as_json)
        case _:
            _import(data, paths, group, tz, encoding, date, as_json)


def _import(
    data: Path | None,
    paths: list[Path],
    group: str | None,
    tz: str | None,
    encoding: str | None,
    date: str | None,
    as_json: bool,
) -> None:
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
        _show(outcome, data)
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


def _show(outcome: Outcome, data: Path | None) -> None:
    files = [file for file in outcome.files if file.format]
    for file in files:
        typer.echo(f"{safe(file.path)}  ({file.format})  {many(file.read, 'message')}")
        if told := _told(file.as_json(), several=len(files) > 1):
            typer.echo(f"    {told}")
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
    if told := _told(outcome.as_json()):
        typer.echo(told)
    if outcome.run is not None and outcome.messages["new"] + outcome.messages["updated"]:
        typer.echo(f"to take it back: chendian import undo {outcome.run}{given(data)}")


def _told(report: dict[str, Any], several: bool = False) -> str:
    """Say of a report from when to when it is, which files came, which gaps it closed."""
    parts = []
    if several:
        parts += [f"{name} {report[name]:,}" for name in ("new", "updated", "unchanged")]
    if report["since"]:
        parts.append(f"{report['since'][:10]} – {report['until'][:10]}")
    if report["media"]:
        parts.append(many(report["media"], "file"))
    if report["gaps_closed"]:
        parts.append(f"{many(report['gaps_closed'], 'gap')} closed")
    return " · ".join(parts)


def _list(archive: Archive, as_json: bool) -> None:
    from archive.runs import list_runs

    with archive.reading() as db:
        runs = list_runs(db)
    if as_json:
        show_json([msgspec.to_builtins(run) for run in runs])
        return
    for run in runs:
        when = datetime.fromtimestamp(run.started_at).isoformat(" ", "minutes")
        number = run.report.get("messages", {})
        counts = " · ".join(f"{name} {number.get(name, 0):,}" for name in ("new", "updated"))
        names = ", ".join(Path(source).name for source in run.sources)
        typer.echo(f"{run.id}  {when}  {run.state}  {counts}  {safe(names)}")
    if not runs:
        typer.echo("nothing was imported.")


def _undo(archive: Archive, run_id: int, by: str, sure: bool, as_json: bool) -> None:
    from bot.undoing import take_back

    with Bar("taking back", quiet=as_json) as bar:
        done = take_back(archive, run_id, by, sure=sure, progress=bar.update)
    if as_json:
        show_json(msgspec.to_builtins(done))
        return
    typer.echo(
        f"import {run_id} is taken back: {many(done.removed, 'message')} removed,"
        f" {done.restored:,} as they were before, {many(done.files, 'file')} removed."
    )
    if done.stay:
        typer.echo(f"{many(done.stay, 'message')} stay: another source told of them as well.")
    if done.changed_since:
        typer.echo(f"{many(done.changed_since, 'message')} stay as they are: changed again since.")
    if done.forgotten:
        typer.echo(
            "note: messages it updated stay as they are: something was forgotten since, and what"
            " they were went with it.",
            err=True,
        )
