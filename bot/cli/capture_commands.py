"""`chendian coverage`, `inbox …`, `media …` and `outbox …`: what live capture has and lacks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from archive import coverage, missing, outbox
from archive.access import operator
from archive.groups import find_group, list_groups
from archive.hits import iso
from archive.views import GroupView
from bot.cli.options import AsJson, Data, folder, given, many, opened, safe, show_json

inbox_app = typer.Typer(help="See and read again events that could not be read.",
                        no_args_is_help=True, rich_markup_mode=None)  # fmt: skip
media_app = typer.Typer(help="See and fetch again files that are missing.",
                        no_args_is_help=True, rich_markup_mode=None)  # fmt: skip
outbox_app = typer.Typer(help="See and say again what could not be said.",
                         no_args_is_help=True, rich_markup_mode=None)  # fmt: skip
_PAGE = 500
"""Messages whose files are looked up at once."""
_SHORT = 600
"""Seconds below which a span is told to the second."""
_Group = Annotated[str | None, typer.Argument(help="A group's key or title; all without it.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("coverage")(show_coverage)
    app.add_typer(inbox_app, name="inbox")
    app.add_typer(media_app, name="media")
    app.add_typer(outbox_app, name="outbox")


def show_coverage(group: _Group = None, data: Data = None, as_json: AsJson = False) -> None:
    """Show from when to when each group's record is complete, and what is known to be missing."""
    with opened(data).reading() as db:
        found = [find_group(db, operator(), group)] if group else list_groups(db, operator())
        known = [
            (one, coverage.spans(db, operator(), one.key), coverage.gaps(db, operator(), one.key))
            for one in found
        ]
    if as_json:
        show_json(
            [
                {
                    "group": one.key,
                    "title": one.title,
                    "complete": [{"since": iso(a), "until": iso(b)} for a, b in spans],
                    "gaps": [
                        {"since": iso(g.since), "until": iso(g.until), "why": g.why} for g in gaps
                    ],
                }
                for one, spans, gaps in known
            ]
        )
        return
    for one, spans, gaps in known:
        typer.echo(safe(one.title))
        for since, until in spans:
            typer.echo(f"  complete  {_span(one, since, until)}")
        for gap in gaps:
            typer.echo(f"  missing   {_span(one, gap.since, gap.until)}  {safe(gap.why)}")
        if not spans and not gaps:
            typer.echo("  nothing is known: no import told its span, and it is not captured live")
    if any(gaps for _, _, gaps in known):
        typer.echo(
            f"\nan export of the missing time closes a gap: chendian import FILE{given(data)}"
        )


def _span(group: GroupView, since: int, until: int) -> str:
    zone = ZoneInfo(group.time_zone)
    first, last = (datetime.fromtimestamp(at, zone) for at in (since, until))
    time = "%H:%M:%S" if until - since < _SHORT else "%H:%M"
    end = f"{last:{time}}" if first.date() == last.date() else f"{last:%Y-%m-%d {time}}"
    return f"{first:%Y-%m-%d {time}} – {end}"


@inbox_app.command("list")
def list_failed(data: Data = None, as_json: AsJson = False) -> None:
    """Show the events that are stored and could not be read."""
    from archive.inbox import Inbox

    opened(data)
    inbox = Inbox(folder(data))
    counts, failed = inbox.counts(), inbox.failed_events()
    inbox.close()
    if as_json:
        show_json(
            {
                "waiting": counts["pending"],
                "failed": [
                    {"key": e.key, "account": e.account, "group": e.group_key, "error": e.error}
                    for e in failed
                ],
            }
        )
        return
    typer.echo(f"{many(counts['pending'], 'event')} waiting, {counts['failed']:,} not readable.")
    for event in failed:
        typer.echo(f"  {safe(event.key)}  {safe(event.error)}")
    if failed:
        typer.echo(f"after an update: chendian inbox retry{given(data)}")


@inbox_app.command("retry")
def retry_failed(data: Data = None) -> None:
    """Let the events that could not be read be read again, by `chendian run`."""
    from archive.inbox import Inbox

    opened(data)
    inbox = Inbox(folder(data))
    number = inbox.retry()
    inbox.close()
    typer.echo(f"{many(number, 'event')} will be read again by chendian run.")


@media_app.command("missing")
def list_missing(
    group: _Group = None,
    each: Annotated[bool, typer.Option("--list", help="Name every file, newest first.")] = False,
    why: Annotated[str | None, typer.Option(help="With --list: only of this reason.")] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show the files that messages name and the archive does not have, and why."""
    with opened(data).reading() as db:
        found = [find_group(db, operator(), group)] if group else list_groups(db, operator())
        if each:
            _name_missing(db, found, why, as_json)
            return
        lost = [(one, missing.missing_media(db, operator(), one.key)) for one in found]
    if as_json:
        show_json([{"group": one.key, "title": one.title, "missing": why} for one, why in lost])
        return
    for one, reasons in lost:
        if reasons:
            typer.echo(f"{safe(one.title)}: {many(sum(reasons.values()), 'file')}")
        for why, number in reasons.items():
            typer.echo(f"  {number:6,}  {safe(why)}")
    if not any(reasons for _, reasons in lost):
        typer.echo("no file is missing.")


def _name_missing(
    db: sqlite3.Connection, groups: list[GroupView], why: str | None, as_json: bool
) -> None:
    """Print every missing file, a line each; as JSON, an object a group."""
    if as_json:
        show_json(
            [
                {"group": one.key, "title": one.title,
                 "files": [_as_json(file) for file in _missing_in(db, one.key, why)]}
                for one in groups
            ]
        )  # fmt: skip
        return
    number = 0
    for group in groups:
        files = list(_missing_in(db, group.key, why))
        number += len(files)
        if files:
            typer.echo(f"{safe(group.title)}: {many(len(files), 'file')}")
        for file in files:
            said, what = file.message, file.attachment
            at = datetime.fromtimestamp(said.sent_at, ZoneInfo(group.time_zone))
            size = "" if what.size is None else f"{what.size:,} bytes"
            parts = (f"{at:%Y-%m-%d %H:%M}", what.kind, what.name, size, said.sender, file.reason,
                     said.key)  # fmt: skip
            typer.echo("  " + "  ".join(safe(part) for part in parts if part))
    if not number:
        typer.echo("no file is missing.")


def _as_json(file: missing.MissingFile) -> dict[str, Any]:
    said, what = file.message, file.attachment
    return {
        "message": said.key, "at": iso(said.sent_at), "sender": said.sender, "kind": what.kind,
        "name": what.name, "size": what.size, "reason": file.reason,
    }  # fmt: skip


def _missing_in(db: sqlite3.Connection, key: str, why: str | None) -> Iterator[missing.MissingFile]:
    page = missing.missing_files(db, operator(), key, why, None, _PAGE)
    yield from page.files
    while page.more is not None:
        page = missing.missing_files(db, operator(), key, why, page.more, _PAGE)
        yield from page.files


@media_app.command("retry")
def retry_missing(group: _Group = None, data: Data = None) -> None:
    """Let the files that were given up be fetched again, by `chendian run`."""
    from archive.inbox import Inbox

    with opened(data).reading() as db:
        key = find_group(db, operator(), group).key if group else None
    inbox = Inbox(folder(data))
    number = inbox.retry_fetches(key)
    inbox.close()
    typer.echo(f"{many(number, 'file')} will be fetched again by chendian run.")


@outbox_app.command("list")
def list_unsaid(data: Data = None, as_json: AsJson = False) -> None:
    """Show what the bot could not say, or perhaps has said: a stop came in between."""
    with opened(data).reading() as db:
        found = outbox.failures(db)
    if as_json:
        show_json(
            [
                {"account": f.account, "purpose": f.purpose, "group": f.group_key,
                 "state": f.state, "why": f.why, "at": iso(f.at)}
                for f in found
            ]
        )  # fmt: skip
        return
    for f in found:
        typer.echo(
            f"  {iso(f.at)}  {f.state}  {f.purpose}  {safe(f.group_key or '')}  {safe(f.why)}"
        )
    if not found:
        typer.echo("everything was said.")


@outbox_app.command("retry")
def retry_unsaid(
    data: Data = None,
    unsure: Annotated[bool, typer.Option(help="Also what was perhaps said already.")] = False,
) -> None:
    """Say again what failed."""
    with opened(data).writing() as db:
        number = outbox.retry(db, unsure_too=unsure)
    typer.echo(f"{many(number, 'message')} will be said again by chendian run.")
