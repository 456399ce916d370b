"""`chendian group …`."""

from __future__ import annotations

from typing import Annotated

import typer

from archive.access import operator
from archive.database import transaction
from archive.errors import ArchiveError
from archive.groups import find_group, list_groups, set_visibility
from archive.questions import set_offers, wants_offers
from archive.unite import begin_union, finish_unions
from bot.cli.options import AsJson, Data, Who, given, many, opened, safe, show_json

app = typer.Typer(help="See, merge and open groups.", no_args_is_help=True, rich_markup_mode=None)
_Group = Annotated[str, typer.Argument(help="A group's key or title.")]


@app.command("list")
def list_(data: Data = None, as_json: AsJson = False) -> None:
    """Show the groups, the most recently active first."""
    with opened(data).reading() as db:
        found = list_groups(db, operator())
    if as_json:
        show_json(
            [
                {"key": g.key, "title": g.title, "messages": g.messages, "members": g.members,
                 "visibility": g.visibility, "time_zone": g.time_zone}
                for g in found
            ]
        )  # fmt: skip
        return
    if not found:
        typer.echo(f"no groups yet. next: chendian import FILE{given(data)}")
    for group in found:
        typer.echo(
            f"{safe(group.title)}  {many(group.messages, 'message')},"
            f" {many(group.members, 'member')}, {group.visibility}"
        )
        typer.secho(f"  {safe(group.key)}", dim=True)


@app.command("merge")
def merge(source: _Group, target: _Group, data: Data = None) -> None:
    """Say that two groups are one: the first's messages move into the second, for good."""
    archive = opened(data)
    with archive.reading() as reading:
        one = find_group(reading, operator(), source)
        other = find_group(reading, operator(), target)
    db = archive.connect_for_writing()
    try:
        with transaction(db):
            begin_union(db, one.key, other.key)
        finish_unions(db)
    finally:
        db.close()
    typer.echo(f"{safe(one.key)} is now part of {safe(other.key)}; its old links lead there.")


@app.command("visibility")
def visibility(
    group: _Group,
    value: Annotated[str, typer.Argument(help="private, members or public")],
    data: Data = None,
    by: Who = "operator",
) -> None:
    """Decide who may read a group: its members (private), members of any group, or everybody."""
    with opened(data).writing() as db:
        found = find_group(db, operator(), group)
        set_visibility(db, found.key, value, by)
    typer.echo(
        f"{safe(found.title)} was {found.visibility} and is now {value}."
        f" undo: chendian group visibility {safe(found.key)} {found.visibility}{given(data)}"
    )
    if value == "members":
        typer.echo("note: who is logged in and in any of the groups reads it, without names.")


@app.command("offers")
def offers(
    group: _Group,
    value: Annotated[str, typer.Argument(help="on or off")],
    data: Data = None,
    by: Who = "operator",
) -> None:
    """Decide whether a group is offered what was answered before, unasked; off is the default."""
    if value not in ("on", "off"):
        raise ArchiveError(f"offers are not {safe(value)}.", "use on or off")
    with opened(data).writing() as db:
        found = find_group(db, operator(), group)
        before = "on" if wants_offers(db, found.key) else "off"
        set_offers(db, found.key, value == "on", by)
    typer.echo(
        f"{safe(found.title)}: offers were {before} and are now {value}."
        f" undo: chendian group offers {safe(found.key)} {before}{given(data)}"
    )
