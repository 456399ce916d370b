"""Every command a page names exists and takes what the page gives it."""

from __future__ import annotations

import re
from typing import Any

import pytest
import typer
from docs_reading import NAMES, ROOT, Command, command_tree, commands, spans, table, text_of

from bot.cli import app

TREE = command_tree(typer.main.get_command(app))
CHENDIAN = [command for name in NAMES for command in commands(name, "chendian")]
TARGETS = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def _found(words: tuple[str, ...]) -> tuple[Any, list[str]]:
    for length in (2, 1):
        if command := TREE.get(words[1 : 1 + length]):
            return command, list(words[1 + length :])
    raise AssertionError(f"there is no command {' '.join(words)}")


def _options(command: Any) -> set[str]:
    return {o for p in command.params if p.param_type_name == "option" for o in p.opts}


@pytest.mark.parametrize("command", CHENDIAN, ids=lambda c: f"{c.page}: {' '.join(c.words)}")
def test_documented_command_parses(command: Command) -> None:
    found, rest = _found(command.words)
    if command.whole:
        found.make_context("chendian", rest)
    else:
        asked = {word for word in rest if re.fullmatch(r"--[a-z-]+", word)}
        assert asked <= _options(found)


def test_pages_name_commands_at_all() -> None:
    assert sum(command.whole for command in CHENDIAN) > 10
    assert sum(not command.whole for command in CHENDIAN) > 20


@pytest.mark.parametrize("name", NAMES)
def test_documented_make_target_exists(name: str) -> None:
    for command in commands(name, "make"):
        wanted = [word for word in command.words[1:] if "=" not in word]
        assert wanted and set(wanted) <= TARGETS, command


def test_every_make_target_is_documented() -> None:
    asked = {c.words[1] for name in NAMES for c in commands(name, "make")}
    assert asked == TARGETS


def test_every_command_is_in_the_table_with_all_its_options() -> None:
    rows = table(text_of("docs/configuration.md"), "Commands")
    listed = {}
    for command, _, options in rows:
        (line,) = spans(command)
        words = tuple(line.split()[1:])
        path = words[:2] if words[:2] in TREE else words[:1]
        listed[path] = set(spans(options))
    assert listed == {path: _options(found) - {"--data"} for path, found in TREE.items()}
    without = {path for path, found in TREE.items() if "--data" not in _options(found)}
    assert without == {("check",)}
