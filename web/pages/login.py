"""Coming in and going out: links that were asked for, invitations, passphrases.

A GET changes nothing, so that whoever looks at a link before the person does spends nothing.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from archive import invites
from archive.errors import ArchiveError, NotFound
from archive.groups import list_groups
from archive.logins import find_login, spend
from archive.sessions import begin_session, end_session, end_sessions
from web.coming_in import begun, form_of, is_anothers, lets_in, membership, session_for, with_form
from web.cookies import let_out
from web.forms import posted
from web.membership import Silent
from web.page import Visit
from web.routes import Routes

routes = Routes()

_STRETCHING = asyncio.Semaphore(2)
"""Each passphrase takes 16 MiB and a while of the processor."""


@routes.page("/login")
def login(request: Request) -> Response:
    """Say how one gets in; a passphrase can be typed here."""
    return _typing(Visit(request))


@routes.act("/login")
async def by_passphrase(request: Request) -> Response:
    """Let in who knows a group's passphrase."""
    visit, form = await form_of(request)
    if visit.visitor.kind == "member":
        return RedirectResponse(visit.to("/login"), 303)
    try:
        async with _STRETCHING:
            mark = await asyncio.to_thread(
                invites.phrase_mark, visit.site.secret, form.get("phrase")
            )
    except ArchiveError:
        return _typing(visit, 404, wrong=True)
    with visit.archive.reading() as db:
        found = invites.find_passphrase(db, mark)
    if found is None:
        return _typing(visit, 404, wrong=True)
    return await _invited(visit, found)


@routes.page("/login/{nonce}")
def link(request: Request, nonce: str) -> Response:
    """Show the button of a link that works; nothing is written."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        found = find_login(db, nonce)
    if found is None or is_anothers(visit, found.member_key):
        return _no(visit)
    return with_form(visit, "login_link.html")


@routes.act("/login/{nonce}")
async def by_link(request: Request, nonce: str) -> Response:
    """Let in whom a link is for, once."""
    visit, _ = await form_of(request)
    with visit.archive.reading() as db:
        found = find_login(db, nonce)
    if found is None or is_anothers(visit, found.member_key):
        return _no(visit)
    try:
        told = await membership(visit, found)
    except Silent:
        return visit.page("login_no.html", 503, silent=True)
    may = lets_in(visit, found, told)

    def does(db: sqlite3.Connection) -> str | None:
        spend(db, nonce)
        return session_for(db, found, told) if may else None

    return await _begun(visit, does)


@routes.page("/invite/{token}")
def invitation(request: Request, token: str) -> Response:
    """Show the button of an invitation that works."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        found = invites.find_invite(db, token)
    if found is None or visit.visitor.kind == "member":
        return _no(visit)
    return with_form(visit, "login_link.html")


@routes.act("/invite/{token}")
async def by_invitation(request: Request, token: str) -> Response:
    """Let in who has the link of an invitation."""
    visit, _ = await form_of(request)
    with visit.archive.reading() as db:
        found = invites.find_invite(db, token)
    if found is None or visit.visitor.kind == "member":
        return _no(visit)
    return await _invited(visit, found)


@routes.page("/logout")
def leaving(request: Request) -> Response:
    """Show as whom one reads, with the buttons to leave."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        mine = [group for group in list_groups(db, visit.reader) if visit.reader.inside(group.key)]
    return visit.page("logout.html", groups=mine)


@routes.act("/logout")
async def logout(request: Request) -> Response:
    """End this session, or with `everywhere` all of the person's."""
    visit = Visit(request)
    visitor = visit.visitor
    form = await posted(request, visit.site.secret, visitor.session)
    number, by = visitor.session_id, visitor.by or visitor.kind
    if number is not None:
        everywhere = bool(form.get("everywhere")) and visitor.reader.member_key

        def does(db: sqlite3.Connection) -> None:
            if everywhere:
                end_sessions(db, by, member_key=visitor.reader.member_key)
            else:
                end_session(db, number, by)

        await visit.site.write(does)
    response = RedirectResponse(visit.to("/login"), 303)
    let_out(response, visit.site)
    return response


def _typing(visit: Visit, status: int = 200, wrong: bool = False) -> Response:
    """Show every way in, and the form of a passphrase."""
    return with_form(visit, "login.html", status, wrong=wrong, ways=visit.site.ways)


def _no(visit: Visit) -> Response:
    """Say that a link does not work, whatever the reason."""
    return visit.page("login_no.html", 404, silent=False)


async def _invited(visit: Visit, invite_id: int) -> Response:
    def does(db: sqlite3.Connection) -> str:
        invites.redeem(db, invite_id)
        return begin_session(db, "invited", invite_id=invite_id)

    return await _begun(visit, does)


async def _begun(visit: Visit, does: Callable[[sqlite3.Connection], str | None]) -> Response:
    try:
        return await begun(visit, does) or _no(visit)
    except NotFound:
        return _no(visit)
