"""`chendian login`, `sessions …` and `invite …`: who may come in to the site, and who is in."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Annotated

import typer

from archive import invites, sessions
from archive.access import operator
from archive.errors import ArchiveError
from archive.groups import find_group
from archive.hits import iso
from archive.logins import LIFE, OPERATOR, make_login
from archive.tombstones import secret_of
from bot.cli.options import AsJson, Data, Who, given, many, opened, safe, show_json
from bot.config import load_config

sessions_app = typer.Typer(help="See who is logged in to the site, and end it.",
                           no_args_is_help=True, rich_markup_mode=None)  # fmt: skip
invite_app = typer.Typer(help="Let people without an account in the group read it.",
                         no_args_is_help=True, rich_markup_mode=None)  # fmt: skip

_DAY = 86_400
BaseUrl = Annotated[
    str | None, typer.Option("--base-url", help="The site's address.", show_default="web.base_url")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("login")(login)
    app.add_typer(sessions_app, name="sessions")
    app.add_typer(invite_app, name="invite")


def login(
    data: Data = None,
    base_url: BaseUrl = None,
    member: Annotated[
        str | None, typer.Option(help="For a member, by key, instead of the operator.")
    ] = None,
) -> None:
    """Print a link that logs the operator in to the site from anywhere, once."""
    if member == "":
        raise ArchiveError("that names nobody.", "give a member's key, as in telegram:42")
    with opened(data).writing() as db:
        nonce = make_login(db, member or OPERATOR)
    typer.echo(f"{_site(base_url)}/login/{nonce}")
    undo = f"chendian sessions end{'' if member is None else f' --member {safe(member)}'}"
    typer.echo(f"works once, for {LIFE // 60} minutes. undo: {undo}{given(data)}", err=True)


def _site(base_url: str | None) -> str:
    """Return the site's address without a slash at its end."""
    web = load_config().web
    return (base_url or web.base_url or f"http://127.0.0.1:{web.port}").rstrip("/")


@sessions_app.command("list")
def list_sessions(data: Data = None, as_json: AsJson = False) -> None:
    """Show who is logged in, the newest first."""
    with opened(data).reading() as db:
        found = sessions.list_sessions(db)
    if as_json:
        show_json(
            [
                {"id": one.id, "kind": one.kind, "member": one.member_key, "invite": one.invite_id,
                 "at": iso(one.at), "ends": iso(one.ends_at), "groups": sorted(one.groups)}
                for one in found
            ]
        )  # fmt: skip
        return
    for one in found:
        who = one.member_key or (f"invited by {one.invite_id}" if one.invite_id else one.kind)
        what = "  feeds only" if one.kind == sessions.FEED else ""
        typer.echo(f"{one.id:6}  {safe(who)}{what}  since {iso(one.at)}  until {iso(one.ends_at)}")
    if not found:
        typer.echo("nobody is logged in.")


@sessions_app.command("end")
def end_sessions(
    number: Annotated[int | None, typer.Argument(help="A session's number; see list.")] = None,
    data: Data = None,
    member: Annotated[str | None, typer.Option(help="All of a member, by key.")] = None,
    everybody: Annotated[bool, typer.Option("--all", help="All there are.")] = False,
    by: Who = "operator",
) -> None:
    """End one session, all of a person, or without either the operator's own; they can come in
    again by a new link."""
    if (number is not None) + (member is not None) + everybody > 1:
        raise ArchiveError("that names more than one.", "give a number, --member or --all")
    with opened(data).writing() as db:
        if number is not None:
            sessions.end_session(db, number, by)
            ended = 1
        else:
            kind = None if member or everybody else "operator"
            ended = sessions.end_sessions(db, by, member_key=member, kind=kind)
    typer.echo(f"{many(ended, 'session')} ended.")


@invite_app.command("make")
def make(
    group: Annotated[
        str | None,
        typer.Option("--group", help="A group's key or title; without it, what members may read."),
    ] = None,
    data: Data = None,
    phrase: Annotated[
        str | None, typer.Option("--passphrase", help="Words to type, instead of a link.")
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=1, help="Ends after so many days.", show_default="30")
    ] = None,
    uses: Annotated[int | None, typer.Option(min=1, help="So many may come in.")] = None,
    label: Annotated[str, typer.Option(help="For whom, for yourself.")] = "",
    base_url: BaseUrl = None,
    by: Who = "operator",
) -> None:
    """Make a link, or with --passphrase words, by which people read a group."""
    archive = opened(data)
    with archive.reading() as db:
        key = find_group(db, operator(), group).key if group else None
        secret = secret_of(db)
    mark = invites.phrase_mark(secret, phrase) if phrase is not None else None
    ends_at = int(time.time()) + (days or 30) * _DAY
    with archive.writing() as db:
        number, token = invites.make_invite(
            db, key, by=by, label=label, phrase_mark=mark, ends_at=ends_at, uses=uses
        )
    site = _site(base_url)
    typer.echo(f"{site}/invite/{token}" if token else f"they type the passphrase at {site}/login")
    until = datetime.fromtimestamp(ends_at, UTC).date().isoformat()
    typer.echo(f"works until {until}. undo: chendian invite end {number}{given(data)}", err=True)


@invite_app.command("list")
def list_invites(data: Data = None, as_json: AsJson = False) -> None:
    """Show the invitations that work, the newest first."""
    with opened(data).reading() as db:
        found = invites.list_invites(db, operator())
    if as_json:
        show_json(
            [
                {"id": one.id, "group": one.group_key, "passphrase": bool(one.is_passphrase),
                 "label": one.label, "by": one.by, "at": iso(one.at), "ends": iso(one.ends_at),
                 "uses_left": one.uses_left, "sessions": one.sessions}
                for one in found
            ]
        )  # fmt: skip
        return
    for one in found:
        what = "passphrase" if one.is_passphrase else "link"
        where = safe(one.group_title) if one.group_key else "what members may read"
        left = "" if one.uses_left is None else f"  {many(one.uses_left, 'use')} left"
        typer.echo(
            f"{one.id:6}  {what}  {where}  until {iso(one.ends_at) or 'ended'}{left}"
            f"  {one.sessions:,} in  {safe(one.label)}".rstrip()
        )
    if not found:
        typer.echo(f"nobody is invited. next: chendian invite make --group GROUP{given(data)}")


@invite_app.command("end")
def end_invite(
    number: Annotated[int, typer.Argument(help="An invitation's number; see list.")],
    data: Data = None,
    by: Who = "operator",
) -> None:
    """End an invitation; who came in by it is out at once."""
    with opened(data).writing() as db:
        out = invites.end_invite(db, number, by)
    typer.echo(f"invitation {number} has ended; {many(out, 'session')} ended with it.")
