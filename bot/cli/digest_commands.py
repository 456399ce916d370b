"""`chendian digest` and `chendian catchup`: what is worth telling, and what somebody missed."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec
import typer

from archive.access import member, operator
from archive.errors import ArchiveError
from archive.groups import find_group, list_groups
from archive.hits import iso
from bot.cli.options import AsJson, Data, many, opened, safe, show_json
from bot.config import Language, load_config

Format = Literal["text", "markdown", "html", "json"]

_LONGEST = 1 << 20
"""A terminal takes a digest in one piece."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("digest")(show_digest)
    app.command("catchup")(show_catchup)


def show_digest(
    group: Annotated[str, typer.Option(help="A group's key or title, or all.")],
    data: Data = None,
    week: Annotated[str | None, typer.Option(help="An ISO week: 2026-W42.")] = None,
    day: Annotated[str | None, typer.Option(help="A day: 2026-10-18.")] = None,
    language: Annotated[
        Language | None,
        typer.Option(help="What the words around are in.", show_default="digest.language"),
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="How to show it.")] = "text",
) -> None:
    """Show the digest of a week or day: ten things at most, each with what it rests on."""
    # forms need the templates, which take longer to load than other commands take
    from archive import digest as digests
    from web import digest_forms

    if (week is None) == (day is None):
        raise ArchiveError("one week or one day is needed.", "use --week 2026-W42")
    config = load_config()
    with opened(data).reading() as db:
        found = (
            [find_group(db, operator(), group)] if group != "all" else list_groups(db, operator())
        )
        zone = found[0].time_zone if len(found) == 1 else config.timezone
        period = digests.week(week, zone) if week is not None else digests.day(day or "", zone)
        keys = [one.key for one in found]
        chosen = language or config.digest.language
        made = digests.make_digest(db, operator(), keys, period, language=chosen)
    titles = {one.key: one.title for one in found}
    base_url = config.web.base_url.rstrip("/")
    if form == "json":
        show_json(_as_json(made))
    elif form == "markdown":
        typer.echo(_harmless(digest_forms.as_markdown(made, titles, base_url)), nl=False)
    elif form == "html":
        typer.echo(_harmless(digest_forms.as_html(made, titles, base_url)))
    else:
        (text,) = digest_forms.as_text(made, titles, base_url, _LONGEST)
        for key in digest_forms.cited(made) if not base_url else ():
            text = text.replace(digest_forms.CODE, key, 1)
        typer.echo(_harmless(text))


def _as_json(made: Any) -> dict[str, Any]:
    value: dict[str, Any] = msgspec.to_builtins(made)
    name = value.pop("period")
    return {
        ("week" if "W" in name else "day"): name,
        **value,
        "since": iso(made.since),
        "until": iso(made.until),
    }


def _harmless(text: str) -> str:
    return "\n".join(safe(f"x{line}x")[1:-1] for line in text.split("\n"))


def show_catchup(
    member_key: Annotated[str, typer.Option("--member", help="Who missed it (a member's key).")],
    data: Data = None,
    group: Annotated[str | None, typer.Option(help="Only this group (its key or title).")] = None,
    since: Annotated[str | None, typer.Option(help="From then on: 2026-10-18T09:00.")] = None,
    count: Annotated[int | None, typer.Option(min=1, help="The newest so many messages.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what a member missed in their groups since they last spoke, as they may see it."""
    from archive.catchup import catch_up, groups_of_member

    if since is not None and count is not None:
        raise ArchiveError("--since and --count exclude each other.", "give one of them")
    config = load_config()
    moment = _moment(since, config.timezone) if since is not None else None
    with opened(data).reading() as db:
        reader = member(groups_of_member(db, member_key), member_key)
        groups = [find_group(db, reader, group).key] if group else sorted(reader.group_keys)
        found = catch_up(
            db, reader, member_key, groups, now=int(time.time()), since=moment, count=count,
            language=config.digest.language,
        )  # fmt: skip
        titles = {one.key: one.title for one in list_groups(db, reader)}
    if as_json:
        show_json({**msgspec.to_builtins(found), "since": iso(found.since)})
        return
    typer.echo(f"{many(found.messages, 'message')} by {many(found.people, 'person')}"
               .replace("persons", "people") + f" since {iso(found.since)}")  # fmt: skip
    for topic in found.topics:
        typer.echo(f"\n{safe(titles.get(topic.group_key, ''))}  {safe(topic.title)}")
        typer.echo(f"  {safe(topic.why)}")
        typer.secho(f"  {safe(topic.keys[0])}", dim=True)
    for name in ("answers", "mentions", "essence", "files"):
        for key in getattr(found, name):
            typer.echo(f"{name:9} {safe(key)}")


def _moment(text: str, zone: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
        aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=ZoneInfo(zone))
        return int(aware.timestamp())
    except (ValueError, OverflowError):
        raise ArchiveError(
            f"{text[:40]} is no time.", "use 2026-10-18 or 2026-10-18T09:00+08:00"
        ) from None
