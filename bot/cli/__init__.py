"""The command line: `chendian`."""

from __future__ import annotations

import os
import sys

import typer

from archive.errors import ArchiveError
from bot.cli import (
    archive_commands,
    essence_commands,
    group_commands,
    import_command,
    read_commands,
)
from bot.config import ConfigError

app = typer.Typer(
    name="chendian",
    help="Chendian 沉淀: archives chat groups, keeps the essence, finds anything in them.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for commands in (archive_commands, import_command, read_commands):
    commands.register(app)
app.add_typer(essence_commands.app, name="essence")
app.add_typer(essence_commands.tags, name="tags")
app.add_typer(group_commands.app, name="group")


def main() -> None:
    """Run the command line; a known fault is one line and exit code 1, never a traceback."""
    try:
        app()
    except (ArchiveError, ConfigError) as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        # the reader of our output has gone; Python would complain once more at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
