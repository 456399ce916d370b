"""The command line: `chendian`."""

from __future__ import annotations

import io
import os
import sqlite3
import sys
from collections.abc import Callable
from contextlib import suppress

import typer

from archive.errors import ArchiveError
from bot.cli import (
    access_commands,
    archive_commands,
    backup_commands,
    bridge_commands,
    capture_commands,
    digest_commands,
    essence_commands,
    export_commands,
    group_commands,
    import_command,
    job_commands,
    publish_commands,
    question_commands,
    read_commands,
    roster_commands,
    run_commands,
    shelf_commands,
    token_commands,
)
from bot.cli.options import say_error
from bot.config import ConfigError

app = typer.Typer(
    name="chendian",
    help="Chendian 沉淀: archives chat groups, keeps the essence, finds anything in them.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for commands in (
    archive_commands, import_command, read_commands, run_commands, capture_commands,
    digest_commands, question_commands, job_commands, roster_commands, shelf_commands,
    backup_commands, access_commands, token_commands, publish_commands, export_commands,
):  # fmt: skip
    commands.register(app)
app.add_typer(essence_commands.app, name="essence")
app.add_typer(essence_commands.tags, name="tags")
app.add_typer(group_commands.app, name="group")
app.add_typer(bridge_commands.app, name="bridge")


def main() -> None:
    """Run the command line."""
    answer(app)


def answer(command: Callable[[], object]) -> None:
    """Run a command to its exit; a known fault is one line and exit code 1, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # a terminal that cannot show a character is no reason to stop
            with suppress(OSError):
                stream.reconfigure(errors="backslashreplace")
    try:
        try:
            command()
        finally:
            sys.stdout.flush()
    except (ArchiveError, ConfigError) as error:
        say_error(error.what, error.hint)
    except BrokenPipeError:
        _give_up_output()
    except OSError as error:
        _give_up_output()
        named = f" ({error.filename})" if error.filename else ""
        say_error(
            f"{error.strerror or error}{named}.", "mend that, then run the same command again"
        )
    except UnicodeEncodeError:
        say_error("a word of the command is not text in UTF-8.", "write it anew")
    except sqlite3.Error as error:
        say_error(f"the database refused a step ({error}).", "run: chendian verify")
    sys.exit(1)


def _give_up_output() -> None:
    """Let Python's last flush succeed when nobody reads, or nothing can be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
