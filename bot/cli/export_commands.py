"""`chendian export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from archive.errors import ArchiveError
from bot.cli.options import AsJson, Data, Who, many, opened, safe, show_json
from bot.progress import Bar

if TYPE_CHECKING:
    from archive.access import Reader
    from archive.database import Archive
    from bot.exporting import Exported


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(export)


def export(
    out: Annotated[Path, typer.Argument(help="A new file, folder or .zip to write.")],
    form: Annotated[
        Literal["jsonl", "chatlab", "csv", "markdown", "epub"],
        typer.Option("--format", help="jsonl: everything; markdown, epub: essence."),
    ] = "jsonl",
    data: Data = None,
    group: Annotated[
        list[str] | None, typer.Option(help="Only this group, by title or key; may be repeated.")
    ] = None,
    after: Annotated[str | None, typer.Option(help="From this day on: 2026-01-31.")] = None,
    before: Annotated[str | None, typer.Option(help="Before this day: 2026-01-31.")] = None,
    reader: Annotated[
        Literal["operator", "member", "public"],
        typer.Option("--as", help="For whom: names, masks and levels are as they see them."),
    ] = "operator",
    media: Annotated[bool, typer.Option(help="With the files of messages.")] = True,
    column: Annotated[
        str | None, typer.Option(help="For markdown and epub: this column, by title or number.")
    ] = None,
    lang: Annotated[Literal["zh", "en"], typer.Option(help="Of a book's own words.")] = "zh",
    by: Who = "operator",
    as_json: AsJson = False,
) -> None:
    """Take messages out, for another archive or another program."""
    from bot.exporting import Wanted
    from bot.exporting import export as write

    archive = opened(data)
    wanted = Wanted(
        _reader(archive, reader), tuple(group or ()), *_span(after, before), media=media
    )
    if form == "markdown" or form == "epub":
        from bot.export_books import export_book

        done = export_book(archive, out, form, wanted, column, lang, by)
    elif column is not None:
        raise ArchiveError("a column is taken out as a book.", "use --format epub or markdown")
    else:
        with Bar("exporting", quiet=as_json) as bar:
            done = write(archive, out, form, wanted, by, bar.update)
    if as_json:
        show_json(
            {"out": str(out), "format": form, "groups": done.groups, "messages": done.messages,
             "files": done.files, "missing_files": done.missing,
             "seconds": round(done.seconds, 3)}
        )  # fmt: skip
        return
    _tell(out, done, whole=reader == "operator")


def _tell(out: Path, done: Exported, whole: bool) -> None:
    typer.echo(
        f"{safe(str(out))}: {many(done.messages, 'message')} of {many(done.groups, 'group')},"
        f" {many(done.files, 'file')}, in {done.seconds:.1f} s."
    )
    if done.missing:
        typer.echo(
            f"note: {many(done.missing, 'file')} not in media; see: chendian verify", err=True
        )
    if whole:
        typer.echo("it holds names and personal numbers as they are; keep it as the archive.")


def _reader(archive: Archive, name: str) -> Reader:
    from archive.access import member, operator, public
    from archive.groups import list_groups

    if name == "operator":
        return operator()
    if name == "public":
        return public()
    with archive.reading() as db:
        keys = frozenset(group.key for group in list_groups(db, operator()))
    return member(keys, belongs=True)


def _span(after: str | None, before: str | None) -> tuple[int, int]:
    """Return the first id of a span of days and the one behind it, in the configured zone."""
    from archive.ids import HIGHEST, LOWEST, first_id
    from archive.messages import day_span
    from bot.config import load_config

    zone = load_config().timezone
    first = first_id(day_span(after, zone)[0]) if after else LOWEST
    end = first_id(day_span(before, zone)[0]) if before else HIGHEST
    return first, end
