"""`chendian publish`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.cli.options import AsJson, Data, given, many, opened, safe, show_json
from bot.config import Language, load_config

if TYPE_CHECKING:
    from bot.publishing import Outcome

_MB = 1_000_000


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(publish)


def publish(
    out: Annotated[Path, typer.Argument(help="The folder to make, or to bring up to date.")],
    data: Data = None,
    reader: Annotated[
        Literal["public", "members"],
        typer.Option("--as", help="Who will read it: members see groups open to members too."),
    ] = "public",
    base_url: Annotated[
        str, typer.Option(help="Where it will stand, https://…; for links people pass on.")
    ] = "",
    language: Annotated[
        Language | None,
        typer.Option(help="What the words around are in.", show_default="language"),
    ] = None,
    zip_file: Annotated[
        Path | None, typer.Option("--zip", help="Pack all of it into this file as well.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the site as files that need no server: for any host, or a USB stick."""
    from bot.publishing import publish as make
    from web.publish.packing import pack
    from web.publish.state import Settings

    config, start = load_config(), time.perf_counter()
    settings = Settings(
        title=config.title, members=reader == "members", base_url=base_url,
        time_zone=config.timezone, language=language or config.language,
        operator=config.capture.operator, welcome=config.welcome,
    )  # fmt: skip
    done = make(opened(data), out, settings)
    packed = pack(out, zip_file) if zip_file else None
    seconds = time.perf_counter() - start
    if as_json:
        show_json(
            {"folder": str(out), "pages": done.pages, "written": done.written,
             "removed": done.removed, "media": done.media, "seconds": round(seconds, 3),
             "zip": str(zip_file) if zip_file else None}
        )  # fmt: skip
        return
    _tell(done, seconds)
    if packed is not None:
        typer.echo(f"packed: {safe(str(zip_file))}, {packed / _MB:,.1f} MB.")
    _tell_folder(out, done, reader, data)


def _tell_folder(out: Path, done: Outcome, reader: str, data: Path | None) -> None:
    typer.echo(f"open: {safe((out.absolute() / 'index.html').as_uri())}")
    if reader == "members":
        typer.echo("it shows names: give it to members only.")
    if done.left_out:
        typer.echo(
            f"{many(done.left_out, 'group')} left out, not being"
            f" {'open to members' if reader == 'members' else 'public'};"
            f" see: chendian group list{given(data)}"
        )


def _tell(done: Outcome, seconds: float) -> None:
    typer.echo(
        f"{many(done.pages, 'page')}, {many(done.media, 'media file')}:"
        f" {many(done.written, 'file')} written, {done.removed:,} removed, {seconds:.1f} s."
    )
