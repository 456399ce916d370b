"""`chendian essence …` and `chendian tags …`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from archive.access import operator
from archive.essence import feed, mark, unmark
from archive.hits import iso
from archive.messages import message_id
from archive.tags import add_tags, list_tags, set_synonym
from archive.views import EssenceView
from bot.cli.options import AsJson, Data, Who, given, many, opened, safe, show_json

app = typer.Typer(help="Mark what is worth keeping.", no_args_is_help=True, rich_markup_mode=None)
tags = typer.Typer(help="See tags and join synonyms.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_(
    data: Data = None,
    group: Annotated[str | None, typer.Option(help="Only this group (its key).")] = None,
    tag: Annotated[str | None, typer.Option(help="Only with this tag.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The newest so many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Show essence, newest first."""
    with opened(data).reading() as db:
        found = feed(db, operator(), group, tag, limit=limit)
    if as_json:
        show_json([_as_json(view) for view in found])
        return
    if not found:
        typer.echo(f"no essence yet. mark a message: chendian essence mark KEY{given(data)}")
    for view in found:
        first = view.messages[0]
        when = datetime.fromtimestamp(first.sent_at, ZoneInfo(first.time_zone))
        typer.echo(f"{view.id:4}  {when:%Y-%m-%d}  {safe(first.group_title)}  {safe(view.title)}")
        labels = " ".join(f"#{tag}" for tag in view.tags)
        why = f"{safe(view.marked_by)}: {safe(view.reason)}" if view.reason else ""
        if labels or why:
            typer.echo(f"      {safe(labels)}  {why}".rstrip())
        typer.secho(f"      {safe(first.key)}", dim=True)


def _as_json(view: EssenceView) -> dict[str, object]:
    return {
        "id": view.id,
        "title": view.title,
        "reason": view.reason,
        "by": view.marked_by,
        "at": iso(view.marked_at),
        "source": view.source,
        "tags": list(view.tags),
        "messages": [message.key for message in view.messages],
    }


@app.command("mark")
def mark_(
    key: Annotated[str, typer.Argument(help="The message's key.")],
    data: Data = None,
    until: Annotated[str | None, typer.Option(help="Last message of a run (its key).")] = None,
    title: Annotated[str, typer.Option(help="Instead of its first line.")] = "",
    reason: Annotated[str, typer.Option(help="Why it is worth keeping.")] = "",
    tag: Annotated[list[str] | None, typer.Option(help="May be given several times.")] = None,
    by: Who = "operator",
) -> None:
    """Mark a message, or a run of messages, as essence."""
    with opened(data).writing() as db:
        number = mark(
            db,
            [key, until] if until else [key],
            by=by,
            reason=reason,
            title=title,
            tags=tuple(tag or ()),
        )
    typer.echo(f"essence {number}. undo: chendian essence unmark {safe(key)}{given(data)}")


@app.command("unmark")
def unmark_(
    key: Annotated[str, typer.Argument(help="The key of a message in it.")],
    data: Data = None,
    by: Who = "operator",
) -> None:
    """Take a mark away; the messages stay."""
    with opened(data).writing() as db:
        number = unmark(db, key, by=by)
    typer.echo(
        f"essence {number} is none any more; its messages stay."
        f" again: chendian essence mark {safe(key)}{given(data)}"
    )


@app.command("tag")
def tag_(
    key: Annotated[str, typer.Argument(help="The message's key.")],
    names: Annotated[list[str], typer.Argument(help="Tags, with or without #.")],
    data: Data = None,
    by: Who = "operator",
) -> None:
    """Add tags to a message; none is taken away."""
    with opened(data).writing() as db:
        add_tags(db, [message_id(db, operator(), key)], tuple(names), by)
    typer.echo(f"tagged: {safe(' '.join(names))}")


@tags.command("list")
def list_tags_(data: Data = None, as_json: AsJson = False) -> None:
    """Show the tags, the most used first."""
    with opened(data).reading() as db:
        found = list_tags(db, operator())
    if as_json:
        show_json([{"tag": t.name, "messages": t.messages, "essence": t.essence} for t in found])
        return
    if not found:
        typer.echo(f"no tags yet. tag a message: chendian essence tag KEY TAG{given(data)}")
    for view in found:
        number = many(view.messages, "message")
        typer.echo(f"#{safe(view.name)}  {number}, {view.essence:,} essence")


@tags.command("synonym")
def synonym(
    name: Annotated[str, typer.Argument(help="The other way to write it.")],
    main: Annotated[str, typer.Argument(help="The tag that stands for both.")],
    data: Data = None,
    by: Who = "operator",
) -> None:
    """Let one tag stand for another."""
    with opened(data).writing() as db:
        set_synonym(db, name, main, by)
    typer.echo(f"#{safe(name)} is now found as #{safe(main)}.")
