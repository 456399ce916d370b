"""Takes the documentation apart: its pages, commands, code and links."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "demo" / "README.md"],
    key=lambda page: page.relative_to(ROOT).as_posix(),
)
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_LINK = re.compile(r"\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"")
_HEADING = re.compile(r"^(#{1,6}) (.+)$", re.MULTILINE)


class Command(NamedTuple):
    """A command line a page names; `whole` when it stands on a line of its own to be typed."""

    page: str
    words: tuple[str, ...]
    whole: bool


def text_of(name: str) -> str:
    """Return a page by its path from the root."""
    return (ROOT / name).read_text("utf-8")


def typed_lines(text: str) -> list[str]:
    """Return the lines a page tells to type, in order, without their comments."""
    lines = [
        line
        for language, block in _FENCE.findall(text)
        if language == "console"
        for line in block.splitlines()
    ]
    return [shlex.join(words) for line in lines if (words := shlex.split(line, comments=True))]


def spans(text: str) -> list[str]:
    """Return what stands in a page as inline code."""
    return _SPAN.findall(_FENCE.sub("", text))


def commands(name: str, program: str) -> list[Command]:
    """Return the command lines of a page that run a program."""
    text = text_of(name)
    typed = [Command(name, tuple(shlex.split(line)), True) for line in typed_lines(text)]
    named = [Command(name, tuple(s.split()), False) for s in spans(text) if " " in s]
    return [c for c in (*typed, *named) if c.words[0] == program]


def links(text: str) -> list[str]:
    """Return where a page's links and pictures lead, in order."""
    return [first or second for first, second in _LINK.findall(_FENCE.sub("", text))]


def headings(text: str) -> list[tuple[str, str]]:
    """Return the (level, words) of a page's headings."""
    return _HEADING.findall(_FENCE.sub("", text))


def anchors(text: str) -> set[str]:
    """Return the anchors a page's headings have where Markdown is shown."""
    bare = (re.sub(r"[^\w\- ]", "", words.lower()) for _, words in headings(text))
    return {words.replace(" ", "-") for words in bare}


def table(text: str, heading: str) -> list[list[str]]:
    """Return the cells of the first table under a heading, its head left out."""
    after = text.split(f"\n## {heading}\n", 1)[1].split("\n## ")[0]
    rows = [line for line in after.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


def command_tree(command: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Return every command of a typer program by the words that lead to it."""
    if not hasattr(command, "commands"):
        return {path: command}
    found: dict[tuple[str, ...], Any] = {}
    for name, inner in command.commands.items():
        found |= command_tree(inner, (*path, name))
    return found
