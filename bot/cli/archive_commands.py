"""`chendian init`, `reindex` and `verify`."""

from __future__ import annotations

import sys

import typer

from archive.reindex import reindex as rebuild
from archive.verify import verify as check
from bot.cli.options import AsJson, Data, folder, given, many, opened, show_json
from bot.progress import Bar


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(init)
    app.command()(reindex)
    app.command()(verify)


def init(data: Data = None) -> None:
    """Make an empty archive, or bring an older one up to date."""
    opened(data, create=True)
    typer.echo(f"the archive is in {folder(data)}. next: chendian import FILE{given(data)}")


def reindex(data: Data = None) -> None:
    """Rebuild the search index from the messages; goes on where it was stopped."""
    db = opened(data).connect_for_writing()
    try:
        with Bar("indexing") as bar:
            number = rebuild(db, bar.update)
    finally:
        db.close()
    typer.echo(f"indexed {many(number, 'message')}.")


def verify(data: Data = None, as_json: AsJson = False) -> None:
    """Prove that database, search index and media belong together."""
    archive = opened(data)
    with Bar("checking") as bar:
        found = check(archive, bar.update)
    if as_json:
        show_json({"ok": not found, "found": found})
    for line in [] if as_json else found:
        typer.echo(f"error: {line}", err=True)
    if found:
        sys.exit(1)
    if not as_json:
        typer.echo("the archive is whole: messages, index and media agree.")
