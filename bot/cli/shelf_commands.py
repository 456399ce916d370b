"""`chendian thread …` and `chendian column …`: what was gathered, edited and put in order."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from archive.access import operator
from archive.columns import column_view, items, list_columns, move
from archive.errors import ArchiveError
from archive.groups import find_group
from archive.threads import MAX_EDITED, dissolve, edit, get_thread, list_threads
from bot.cli.options import AsJson, Data, Who, given, many, opened, safe, show_json

thread_app = typer.Typer(help="See and edit what was gathered under a title.",
                         no_args_is_help=True, rich_markup_mode=None)  # fmt: skip
column_app = typer.Typer(help="See columns and put their essence in order.",
                         no_args_is_help=True, rich_markup_mode=None)  # fmt: skip
_Number = Annotated[int, typer.Argument(help="Its number in the list.")]
_Group = Annotated[str | None, typer.Option("--group", help="Only this group (key or title).")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(thread_app, name="thread")
    app.add_typer(column_app, name="column")


@thread_app.command("list")
def list_threads_(data: Data = None, group: _Group = None, as_json: AsJson = False) -> None:
    """Show the newest threads."""
    with opened(data).reading() as db:
        place = find_group(db, operator(), group).key if group else None
        found = list_threads(db, operator(), place, limit=100)
    if as_json:
        show_json(
            [
                {"id": one.id, "title": one.title, "group": one.group_key,
                 "messages": one.messages, "first": one.first.key}
                for one in found
            ]
        )  # fmt: skip
        return
    if not found:
        typer.echo("no threads yet. gather one in the chat: /thread TITLE")
    for one in found:
        said = many(one.messages, "message")
        typer.echo(f"{one.id:4}  {safe(one.group_title)}  {safe(one.title)}  {said}")


@thread_app.command("show")
def show_thread(number: _Number, data: Data = None) -> None:
    """Print a thread as text: its edited version, else its messages, to be edited."""
    with opened(data).reading() as db:
        view = get_thread(db, operator(), number)
    if view.edited is not None:
        typer.echo("\n".join(safe(line) for line in view.edited.splitlines()))
        return
    for message in view.messages:
        if not message.recalled:
            said = " ".join((message.text or message.more).split())
            typer.echo(f"{safe(message.sender)}：{safe(said)}")


@thread_app.command("edit")
def edit_thread(
    number: _Number,
    file: Annotated[Path, typer.Argument(help="UTF-8 text; - reads it from standard input.")],
    data: Data = None,
    by: Who = "operator",
) -> None:
    """Put an edited version beside a thread's messages; an empty file takes it away."""
    text = _text(file)
    with opened(data).writing() as db:
        edit(db, number, text, by)
    if text.strip():
        undo = f"take it away: chendian thread edit {number} /dev/null{given(data)}"
        typer.echo(f"thread {number} is edited. {undo}")
    else:
        typer.echo(f"thread {number} shows its messages alone.")


@thread_app.command("dissolve")
def dissolve_thread(number: _Number, data: Data = None, by: Who = "operator") -> None:
    """End a thread; its messages stay."""
    with opened(data).writing() as db:
        dissolve(db, number, by)
    typer.echo(f"thread {number} is none any more; its messages stay. again, in the chat: /thread")


@column_app.command("list")
def list_columns_(data: Data = None, group: _Group = None, as_json: AsJson = False) -> None:
    """Show the columns, the newest first."""
    with opened(data).reading() as db:
        place = find_group(db, operator(), group).key if group else None
        found = list_columns(db, operator(), place)
    if as_json:
        show_json(
            [
                {"id": c.id, "title": c.title, "group": c.group_key, "essences": c.essences}
                for c in found
            ]
        )
        return
    if not found:
        typer.echo("no columns yet. make one in the chat: /column NAME")
    for one in found:
        typer.echo(f"{one.id:4}  {safe(one.group_title)}  {safe(one.title)}  {one.essences:,}")


@column_app.command("show")
def show_column(number: _Number, data: Data = None, as_json: AsJson = False) -> None:
    """Show what is in a column, in its order."""
    with opened(data).reading() as db:
        column = column_view(db, operator(), number)
        found = items(db, operator(), number)
    if as_json:
        show_json(
            [
                {"essence": i.essence.id, "title": i.essence.title, "note": i.note,
                 "key": i.essence.messages[0].key}
                for i in found
            ]
        )  # fmt: skip
        return
    typer.echo(safe(column.title))
    for place, item in enumerate(found, 1):
        about = f"  {safe(item.note)}" if item.note else ""
        typer.echo(f"{place:4}  {safe(item.essence.title)}{about}")
        typer.secho(f"      {safe(item.essence.messages[0].key)}", dim=True)


@column_app.command("move")
def move_in_column(
    number: _Number,
    key: Annotated[str, typer.Argument(help="The essence's message (its key).")],
    place: Annotated[int, typer.Argument(min=1, help="Its new place, from 1.")],
    data: Data = None,
    by: Who = "operator",
) -> None:
    """Give an essence its place in a column."""
    with opened(data).writing() as db:
        before = [item.essence.messages[0].key for item in items(db, operator(), number)]
        move(db, number, key, place, by)
    was = before.index(key) + 1 if key in before else len(before)
    undo = f"undo: chendian column move {number} {safe(key)} {was}{given(data)}"
    typer.echo(f"moved to place {place}. {undo}")


def _text(file: Path) -> str:
    try:
        if str(file) == "-":
            raw = sys.stdin.buffer.read(8 * MAX_EDITED)
        else:
            with file.open("rb") as stream:
                raw = stream.read(8 * MAX_EDITED)
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ArchiveError(f"{file.name[:60]} is not UTF-8.", "save it in UTF-8") from None
