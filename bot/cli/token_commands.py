"""`chendian token …`: with what programs read the API."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Annotated

import typer

from archive import api_tokens
from archive.access import operator
from archive.errors import ArchiveError
from archive.groups import find_group
from archive.hits import iso
from bot.cli.options import AsJson, Data, Who, given, many, opened, safe, show_json

token_app = typer.Typer(help="Let programs read the archive by the API, and end it.",
                        no_args_is_help=True, rich_markup_mode=None)  # fmt: skip

_DAY = 86_400


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(token_app, name="token")


@token_app.command("make")
def make(
    data: Data = None,
    group: Annotated[
        list[str] | None, typer.Option("--group", help="A group's key or title; again for more.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--everything", help="All groups, those to come included.")
    ] = False,
    names: Annotated[
        bool, typer.Option("--names", help="With names, as members read; else masked.")
    ] = False,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Ends after so many days.")] = 90,
    label: Annotated[str, typer.Option(help="For which program, for yourself.")] = "",
    by: Who = "operator",
) -> None:
    """Make a token and print it, this once."""
    if bool(group) == everything:
        raise ArchiveError(
            "a token reads some groups, or everything.", "give --group KEY, or --everything"
        )
    ends_at = int(time.time()) + days * _DAY
    with opened(data).writing() as db:
        keys = [find_group(db, operator(), one).key for one in group or ()]
        number, token = api_tokens.make_token(
            db, None if everything else keys, names=names, ends_at=ends_at, by=by, label=label
        )
    typer.echo(token)
    until = datetime.fromtimestamp(ends_at, UTC).date().isoformat()
    typer.echo(f"works until {until}. undo: chendian token end {number}{given(data)}", err=True)


@token_app.command("list")
def list_tokens(data: Data = None, as_json: AsJson = False) -> None:
    """Show the tokens that work, the newest first."""
    with opened(data).reading() as db:
        found = api_tokens.list_tokens(db)
    if as_json:
        show_json(
            [
                {"id": one.id, "label": one.label, "everything": one.everything,
                 "groups": list(one.groups), "names": one.names, "by": one.by, "at": iso(one.at),
                 "ends": iso(one.ends_at), "used": iso(one.used_at)}
                for one in found
            ]
        )  # fmt: skip
        return
    for one in found:
        where = "everything" if one.everything else many(len(one.groups), "group")
        how = "with names" if one.names else "without names"
        used = f"used {iso(one.used_at)}" if one.used_at else "not used yet"
        line = f"{one.id:6}  {where} {how}  until {iso(one.ends_at)}  {used}  {safe(one.label)}"
        typer.echo(line.rstrip())
    if not found:
        typer.echo(f"no program has a token. next: chendian token make --group GROUP{given(data)}")


@token_app.command("end")
def end_token(
    number: Annotated[int, typer.Argument(help="A token's number; see list.")],
    data: Data = None,
    by: Who = "operator",
) -> None:
    """End a token; the program that has it reads no more."""
    with opened(data).writing() as db:
        api_tokens.end_token(db, number, by)
    typer.echo(f"token {number} has ended.")
