"""Coming in and going out: links that were asked for, invitations, passphrases.

A GET changes nothing, so that whoever looks at a link before the person does spends nothing.
"""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from archive import invites, standings
from archive.access import operator
from archive.database import Archive
from archive.errors import ArchiveError, NotFound
from archive.groups import get_group, list_groups
from archive.logins import OPERATOR, Login, find_login, spend
from archive.sessions import Session, begin_session, end_session, end_sessions
from web.cookies import FORM, give_form, let_in, let_out
from web.forms import Form, posted, token_for
from web.limits import Limits, address_of
from web.membership import Membership, Silent, ask
from web.page import Visit

routes = APIRouter()

_STRETCHING = asyncio.Semaphore(2)
"""Each passphrase takes 16 MiB and a while of the processor."""


@routes.api_route("/login", methods=["GET", "HEAD"])
def login(request: Request) -> Response:
    """Say how one gets in; a passphrase can be typed here."""
    return _with_form(Visit(request), "login.html")


@routes.post("/login")
async def by_passphrase(request: Request) -> Response:
    """Let in who knows a group's passphrase."""
    visit, form = await _form(request)
    if visit.visitor.kind == "member":
        return RedirectResponse(visit.to("/login"), 303)
    try:
        async with _STRETCHING:
            mark = await asyncio.to_thread(
                invites.phrase_mark, visit.site.secret, form.get("phrase")
            )
    except ArchiveError:
        return _with_form(visit, "login.html", 404, wrong=True)
    with visit.archive.reading() as db:
        found = invites.find_passphrase(db, mark)
    if found is None:
        return _with_form(visit, "login.html", 404, wrong=True)
    return await _invited(visit, found)


@routes.api_route("/login/{nonce}", methods=["GET", "HEAD"])
def link(request: Request, nonce: str) -> Response:
    """Show the button of a link that works; nothing is written."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        found = find_login(db, nonce)
    if found is None or _is_anothers(visit, found.member_key):
        return _no(visit)
    return _with_form(visit, "login_link.html")


@routes.post("/login/{nonce}")
async def by_link(request: Request, nonce: str) -> Response:
    """Let in whom a link is for, once."""
    visit, _ = await _form(request)
    with visit.archive.reading() as db:
        found = find_login(db, nonce)
    if found is None or _is_anothers(visit, found.member_key):
        return _no(visit)
    try:
        told = await _membership(visit, found)
    except Silent:
        return visit.page("login_no.html", 503, silent=True)
    may = told is None or _lets_in(visit.archive, found, _draft(found, told.groups), visit)

    def does(db: sqlite3.Connection) -> str | None:
        spend(db, nonce)
        if not may:
            return None
        if told is not None:
            told.settle(db, found.member_key)
        return begin_session(
            db,
            "operator" if told is None else "member",
            member_key=None if told is None else found.member_key,
            account=found.account or None,
            groups={} if told is None else told.groups,
        )

    return await _begun(visit, does)


@routes.api_route("/invite/{token}", methods=["GET", "HEAD"])
def invitation(request: Request, token: str) -> Response:
    """Show the button of an invitation that works."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        found = invites.find_invite(db, token)
    if found is None or visit.visitor.kind == "member":
        return _no(visit)
    return _with_form(visit, "login_link.html")


@routes.post("/invite/{token}")
async def by_invitation(request: Request, token: str) -> Response:
    """Let in who has the link of an invitation."""
    visit, _ = await _form(request)
    with visit.archive.reading() as db:
        found = invites.find_invite(db, token)
    if found is None or visit.visitor.kind == "member":
        return _no(visit)
    return await _invited(visit, found)


@routes.api_route("/logout", methods=["GET", "HEAD"])
def leaving(request: Request) -> Response:
    """Show as whom one reads, with the buttons to leave."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        mine = [group for group in list_groups(db, visit.reader) if visit.reader.inside(group.key)]
    return visit.page("logout.html", groups=mine)


@routes.post("/logout")
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


async def _form(request: Request) -> tuple[Visit, Form]:
    """Read the form of somebody who has no session yet, where their address may try once more.

    Raises HTTPException: 403, 429.
    """
    visit = Visit(request)
    limits: Limits = request.app.state.limits
    if not visit.visitor.is_local and not limits.may_try(_address(visit)):
        raise HTTPException(429)
    known = request.cookies.get(FORM, "")
    return visit, await posted(request, visit.site.secret, _signed_for(known))


def _with_form(visit: Visit, template: str, status: int = 200, wrong: bool = False) -> Response:
    """Show a page with a form that this very browser must send."""
    known = visit.request.cookies.get(FORM, "")
    value = known if 0 < len(known) <= 64 else secrets.token_urlsafe(16)
    token = token_for(visit.site.secret, _signed_for(value))
    response = visit.page(template, status, wrong=wrong, form_token=token)
    if visit.request.method != "HEAD":
        give_form(response, visit.site, value)
    return response


def _signed_for(cookie: str) -> str:
    return f"login {cookie}" if cookie else ""


def _no(visit: Visit) -> Response:
    """Say that a link does not work, whatever the reason."""
    return visit.page("login_no.html", 404, silent=False)


def _is_anothers(visit: Visit, member_key: str) -> bool:
    """Tell whether somebody else is logged in here: they are not made another person."""
    visitor = visit.visitor
    if visitor.kind == "member":
        return visitor.reader.member_key != member_key
    return visitor.kind == "operator" and not visitor.is_local and member_key != OPERATOR


async def _membership(visit: Visit, login: Login) -> Membership | None:
    """Ask which groups a person is in; None for the operator. Raises Silent."""
    if login.member_key == OPERATOR:
        return None
    here = {login.group_key: standings.HERE} if login.group_key else {}
    return await ask(visit.archive, visit.site.roles, _draft(login, here), whole=True)


def _draft(login: Login, groups: dict[str, str]) -> Session:
    """Return the session that a link would begin."""
    now = int(time.time())
    return Session(0, "member", login.member_key, login.account, None, now, now, now, groups, now)


def _lets_in(archive: Archive, login: Login, session: Session, visit: Visit) -> bool:
    """Tell whether the person may read anything, and the group where they asked for the link."""
    with archive.reading() as db:
        reader = standings.reader_of(db, session, asked=visit.site.roles is not None)
        if reader is None or not reader.group_keys:
            return False
        if login.group_key is None:
            return True
        try:
            asked_in = get_group(db, operator(), login.group_key).key
        except NotFound:
            return False
    return asked_in in reader.group_keys


async def _invited(visit: Visit, invite_id: int) -> Response:
    def does(db: sqlite3.Connection) -> str:
        invites.redeem(db, invite_id)
        return begin_session(db, "invited", invite_id=invite_id)

    return await _begun(visit, does)


async def _begun(visit: Visit, does: Callable[[sqlite3.Connection], str | None]) -> Response:
    """Begin a session in one transaction, and lead to the first page."""
    former, by = visit.visitor.session_id, visit.visitor.by or visit.visitor.kind

    def begin(db: sqlite3.Connection) -> str | None:
        cookie = does(db)
        if cookie is not None and former is not None:
            with suppress(NotFound):
                end_session(db, former, by)
        return cookie

    try:
        cookie = await visit.site.write(begin)
    except NotFound:
        cookie = None
    if cookie is None:
        return _no(visit)
    if not visit.visitor.is_local:
        limits: Limits = visit.request.app.state.limits
        limits.came_in(_address(visit))
    response = RedirectResponse(visit.to.home(), 303)
    let_in(response, visit.site, cookie)
    return response


def _address(visit: Visit) -> str:
    return address_of(visit.request, visit.site.proxies)
