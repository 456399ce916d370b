"""`chendian roster …`: members, roles and expiry dates."""

from __future__ import annotations

import codecs
from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from archive.access import operator
from archive.errors import ArchiveError
from archive.groups import find_group
from archive.keys import platform_of
from archive.roster import RosterLine, expiring, remove, roster, take
from archive.roster_csv import as_csv, read_roster
from archive.views import GroupView
from bot.cli.options import AsJson, Data, Who, given, many, opened, safe, show_json

roster_app = typer.Typer(help="Take in and see who belongs to a group, and until when.",
                         no_args_is_help=True, rich_markup_mode=None)  # fmt: skip
LARGEST = 32 << 20
"""Bytes of a roster file."""

_Group = Annotated[str, typer.Option("--group", help="The group's key or title.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(roster_app, name="roster")


@roster_app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV in UTF-8 or GB18030; see docs/people.md.")],
    group: _Group,
    data: Data = None,
    by: Who = "operator",
    as_json: AsJson = False,
) -> None:
    """Take in a roster; who is on it already gets what the file says anew."""
    text = _text(file)
    archive = opened(data)
    with archive.writing() as db:
        found = find_group(db, operator(), group)
        taken = take(db, found.key, read_roster(text, platform_of(found.key)), by)
    if as_json:
        show_json(
            {"group": found.key, "added": taken.added, "changed": taken.changed,
             "same": taken.same, "left_out": list(taken.left_out)}
        )  # fmt: skip
        return
    typer.echo(
        f"{safe(found.title)}: {many(taken.added, 'line')} added, {taken.changed:,} changed,"
        f" {taken.same:,} as before."
        f" take one off: chendian roster remove NAME --group {safe(found.key)}{given(data)}"
    )
    if taken.left_out:
        numbers = ", ".join(map(str, taken.left_out[:20]))
        typer.echo(f"left out, who wants nothing kept: line {numbers}")


@roster_app.command("list")
def list_(
    group: _Group,
    data: Data = None,
    within: Annotated[
        int | None, typer.Option("--expiring", min=0, help="Who ends within so many days.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show a group's roster, who ends first before the others."""
    with opened(data).reading() as db:
        found = find_group(db, operator(), group)
        today = _today(found)
        lines = (
            roster(db, operator(), found.key)
            if within is None
            else expiring(db, operator(), found.key, today, within)
        )
    if as_json:
        show_json([_as_json(line, today) for line in lines])
        return
    if not lines:
        typer.echo(
            "nobody is listed. take a roster in:"
            f" chendian roster import FILE --group {safe(found.key)}{given(data)}"
        )
    for line in lines:
        end = line.expires_on or "without end"
        typer.echo(
            f"{safe(line.name)}  {line.role}  {end}{'  ended' if line.expired(today) else ''}"
            f"  {safe(line.note)}".rstrip()
        )


@roster_app.command("export")
def export(group: _Group, data: Data = None) -> None:
    """Print a group's roster as CSV; a cell that a spreadsheet would run begins with '."""
    with opened(data).reading() as db:
        found = find_group(db, operator(), group)
        text = as_csv(roster(db, operator(), found.key))
    typer.echo("\ufeff" + text, nl=False)


@roster_app.command("remove")
def remove_(
    name: Annotated[str, typer.Argument(help="A name on the roster, or a member's key.")],
    group: _Group,
    data: Data = None,
    by: Who = "operator",
) -> None:
    """Take one person off a roster; what they said stays."""
    with opened(data).writing() as db:
        found = find_group(db, operator(), group)
        line = remove(db, found.key, name, by)
    typer.echo(
        f"{safe(line.name)} is off the roster; what they said stays. again: chendian roster import"
        f" FILE --group {safe(found.key)}{given(data)}"
    )


def _text(file: Path) -> str:
    """Read a file in the encodings spreadsheets write. Raises ArchiveError."""
    with file.open("rb") as stream:
        raw = stream.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise ArchiveError(f"a roster has at most {LARGEST >> 20} MiB.", "import it in parts")
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ArchiveError(
        f"{file.name[:60]} is neither UTF-8 nor GB18030.", "save it as CSV in UTF-8 and try again"
    )


def _today(group: GroupView) -> date:
    return datetime.now(ZoneInfo(group.time_zone)).date()


def _as_json(line: RosterLine, today: date) -> dict[str, object]:
    return {
        "name": line.name,
        "member": line.member_key,
        "role": line.role,
        "expires_on": line.expires_on,
        "expired": line.expired(today),
        "note": line.note,
    }
