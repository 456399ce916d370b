"""Every command there is; a new family is one module and one name here."""

from __future__ import annotations

from adapters.contract import MenuLine
from archive.text import normalise
from bot.commands import (
    archive,
    bridge,
    catchup,
    digest,
    essence,
    help,
    intake,
    login,
    people,
    privacy,
    questions,
    rights,
    roster,
    search,
    shelves,
    tags,
)
from bot.commands.command import Command

_FAMILIES = (
    search, catchup, digest, questions, people,
    essence, tags, shelves,
    privacy, rights, archive, intake, bridge, roster, login,
)  # fmt: skip

COMMANDS: tuple[Command, ...] = tuple(c for family in _FAMILIES for c in family.COMMANDS)
COMMANDS = (*help.commands(COMMANDS), *COMMANDS)

_BY_NAME = {normalise(name): command for command in COMMANDS for name in command.names}


def find(name: str) -> Command | None:
    """Return the command of a name as `parse` gives it."""
    return _BY_NAME.get(name)


def menu() -> list[MenuLine]:
    """Return the lines of the platforms' own menus."""
    return [MenuLine(c.name(False), c.chinese, c.english) for c in COMMANDS]
