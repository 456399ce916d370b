"""`chendian search`, `stats` and `web`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from archive.access import operator
from archive.hits import iso, results_json
from archive.search import search as run_search
from archive.stats import stats as count
from archive.views import Hit, Results
from bot.cli.options import AsJson, Data, opened, safe, show_json
from bot.config import load_config


def register(app: typer.Typer) -> None:
    """Add the commands."""
    # a query may begin with a minus: -广告
    app.command(context_settings={"ignore_unknown_options": True})(search)
    app.command()(stats)
    app.command()(web)


def search(
    query: Annotated[
        str, typer.Argument(metavar="QUERY", help="Words and filters; see docs/search.md.")
    ],
    data: Data = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="Hits at once.")] = 20,
    order: Annotated[str, typer.Option(help="newest or relevance")] = "newest",
    cursor: Annotated[str | None, typer.Option(help="`older` of the page before.")] = None,
    apart: Annotated[
        bool, typer.Option("--apart", help="What stands in several groups, once for each.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Find messages: 部署 from:张三 after:7d."""
    config = load_config()
    with opened(data).reading() as db:
        results = run_search(
            db, query, operator(), limit=limit, order=order, cursor=cursor,
            time_zone=config.timezone, once=not apart,
        )  # fmt: skip
    if as_json:
        show_json(results_json(results, config.web.base_url))
    else:
        _show(results, order)


def _show(results: Results, order: str) -> None:
    for note in results.notes:
        typer.echo(f"note: {safe(note)}")
    number = f"{results.count:,}{'' if results.exact else '+'}"
    if not results.hits:
        typer.echo("nothing found. try fewer or shorter words.")
        return
    shown = "newest first" if order == "newest" else "most relevant first"
    typer.echo(f"{number} {'hit' if results.count == 1 else 'hits'}, {shown}")
    for hit in results.hits:
        message = hit.message
        zone = ZoneInfo(message.time_zone)
        when = datetime.fromtimestamp(message.sent_at, zone).strftime("%Y-%m-%d %H:%M")
        seal = " 精" if message.essence else ""
        typer.echo(f"\n{when}  {safe(message.group_title)}  {safe(message.sender)}{seal}")
        typer.echo(f"  {_marked(hit)}")
        if hit.also_in:
            typer.echo("  also in " + " · ".join(safe(one.group_title) for one in hit.also_in))
        typer.secho(f"  {safe(message.key)}", dim=True)
    if results.older is not None:
        typer.echo(f"\nmore: --cursor {results.older}")


def _marked(hit: Hit) -> str:
    parts, at = [], 0
    for start, end in hit.marks:
        parts.append(safe_inner(hit.excerpt[at:start]))
        parts.append(typer.style(safe_inner(hit.excerpt[start:end]), bold=True, fg="red"))
        at = end
    return "".join([*parts, safe_inner(hit.excerpt[at:])]) or f"[{hit.message.kind}]"


def safe_inner(text: str) -> str:
    """Like `safe`, but keeps the blanks at both ends."""
    return safe(f"x{text}x")[1:-1]


def stats(data: Data = None, as_json: AsJson = False) -> None:
    """Show what the archive holds."""
    with opened(data).reading() as db:
        held = count(db, operator())
    found: dict[str, Any] = {
        "groups": held.groups,
        "messages": held.messages,
        "members": held.members,
        "media": held.media,
        "first": iso(held.first),
        "last": iso(held.last),
    }
    if as_json:
        show_json(found)
        return
    for name, value in found.items():
        typer.echo(f"{name:9} {value:,}" if isinstance(value, int) else f"{name:9} {value or '–'}")


def web(
    data: Data = None,
    host: Annotated[
        str | None, typer.Option(show_default="127.0.0.1", help="Address to listen on.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, show_default="8765", help="0 takes a free one.")
    ] = None,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Processes; as many as cores serve the most.")
    ] = 1,
) -> None:
    """Serve the archive as a site; elsewhere people see what is public, or log in."""
    from bot.serving import serve

    config = load_config()
    serve(
        opened(data),
        host=host or config.web.host,
        port=config.web.port if port is None else port,
        base_url=config.web.base_url,
        title=config.title,
        time_zone=config.timezone,
        workers=workers,
        proxies=config.web.proxies,
        operator=config.capture.operator,
        welcome=config.welcome,
    )
