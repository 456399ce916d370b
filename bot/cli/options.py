"""Options that several commands share, and how text is shown on a terminal."""

from __future__ import annotations

import json
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


def folder(data: Path | None) -> Path:
    """Return the archive's folder: as said, else as configured."""
    return data if data is not None else Path(load_config().data)


def opened(data: Path | None, create: bool = False) -> Archive:
    """Open the archive a command works on."""
    return open_archive(folder(data), create)


def show_json(value: Any) -> None:
    """Print a value as one JSON document; any text survives, whatever the terminal."""
    typer.echo(json.dumps(value, ensure_ascii=False))


def safe(text: str) -> str:
    """Make text from people harmless on a terminal: no control or direction characters."""
    return "".join(
        c if unicodedata.category(c) not in ("Cc", "Cf", "Cs") else " " for c in text
    ).strip()
