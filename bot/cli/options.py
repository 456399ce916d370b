"""Options that several commands share, and how text is shown on a terminal."""

from __future__ import annotations

import json
import re
import shlex
import sys
import unicodedata
from pathlib import Path
from typing import Annotated, Any

import typer

from archive.database import Archive, open_archive
from bot.config import load_config

Data = Annotated[
    Path | None, typer.Option("--data", help="The archive's folder.", show_default="data")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
Who = Annotated[str, typer.Option("--by", help="Who does this, for the record.")]

_UNSEEN = re.compile(r"[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_MOVING = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
"""Categories of characters that move what is written, or the cursor."""
_JOINER = "\u200d"
"""Holds an emoji of several together; it moves nothing."""


def folder(data: Path | None) -> Path:
    """Return the archive's folder: as said, else as configured."""
    return data if data is not None else Path(load_config().data)


def given(data: Path | None) -> str:
    """Return the ` --data …` that a command to be copied needs to work on the same archive."""
    return f" --data {shlex.quote(str(data))}" if data is not None else ""


def opened(data: Path | None, create: bool = False) -> Archive:
    """Open the archive a command works on."""
    return open_archive(folder(data), create)


def show_json(value: Any) -> None:
    """Print a value as one JSON document; any text survives, whatever the terminal."""
    text = _UNSEEN.sub(
        lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False)
    )
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(value)
    typer.echo(text)


def safe(text: str) -> str:
    """Make text from people harmless on a terminal: no control or direction characters."""
    return "".join(
        c if c == _JOINER or unicodedata.category(c) not in _MOVING else " " for c in text
    ).strip()


def many(number: int, noun: str) -> str:
    """Write `1 message`, `2,000 messages`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def say_error(what: str, hint: str, label: str = "error") -> None:
    """Print `error: what. what to do.` on the error stream; other labels are for lesser faults."""
    typer.echo(f"{label}: {safe(f'{_sentence(what)} {_sentence(hint)}')}", err=True)


def _sentence(text: str) -> str:
    text = text.strip()
    # a full stop behind a command would be copied with it
    if not text or text[-1] in ".。!！?？…" or re.search(r"chendian [^()]+$", text):
        return text
    return text + ("。" if text[-1] in "）」』”" else ".")
