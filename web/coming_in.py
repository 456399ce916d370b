"""What every way in has in common: a form for who has no session yet, and how a session begins."""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from archive import standings
from archive.access import operator
from archive.database import Archive
from archive.errors import NotFound
from archive.groups import get_group
from archive.logins import OPERATOR, Login
from archive.sessions import Session, begin_session, end_session
from web.cookies import FORM, give_form, let_in
from web.forms import Form, posted, token_for
from web.limits import Limits, address_of
from web.membership import Membership, ask
from web.page import Visit


async def form_of(request: Request) -> tuple[Visit, Form]:
    """Read the form of somebody who has no session yet, where their address may try once more.

    Raises HTTPException: 403, 429.
    """
    visit = Visit(request)
    count_try(visit)
    known = request.cookies.get(FORM, "")
    return visit, await posted(request, visit.site.secret, _signed_for(known))


def count_try(visit: Visit) -> None:
    """Count a try to come in. Raises HTTPException 429."""
    limits: Limits = visit.request.app.state.limits
    if not visit.visitor.is_local and not limits.may_try(_address(visit)):
        raise HTTPException(429)


def forget_try(visit: Visit) -> None:
    """Say that the try was none to be counted."""
    if not visit.visitor.is_local:
        limits: Limits = visit.request.app.state.limits
        limits.came_in(_address(visit))


def with_form(visit: Visit, template: str, status: int = 200, **values: Any) -> Response:
    """Show a page with a form that this very browser must send."""
    known = visit.request.cookies.get(FORM, "")
    value = known if 0 < len(known) <= 64 else secrets.token_urlsafe(16)
    token = token_for(visit.site.secret, _signed_for(value))
    response = visit.page(template, status, form_token=token, **values)
    if visit.request.method != "HEAD":
        give_form(response, visit.site, value)
    return response


def _signed_for(cookie: str) -> str:
    return f"login {cookie}" if cookie else ""


def is_anothers(visit: Visit, member_key: str) -> bool:
    """Tell whether somebody else is logged in here: they are not made another person."""
    visitor = visit.visitor
    if visitor.kind == "member":
        return visitor.reader.member_key != member_key
    return visitor.kind == "operator" and not visitor.is_local and member_key != OPERATOR


async def membership(visit: Visit, login: Login) -> Membership | None:
    """Ask which groups a person is in; None for the operator. Raises Silent."""
    if login.member_key == OPERATOR:
        return None
    here = {login.group_key: standings.HERE} if login.group_key else {}
    return await ask(visit.archive, visit.site.roles, _draft(login, here), whole=True)


def _draft(login: Login, groups: dict[str, str]) -> Session:
    """Return the session that a link would begin."""
    now = int(time.time())
    return Session(0, "member", login.member_key, login.account, None, now, now, now, groups, now)


def lets_in(visit: Visit, login: Login, told: Membership | None) -> bool:
    """Tell whether the person may read anything, and the group where they asked for the link."""
    return told is None or _may_read(visit.archive, login, _draft(login, told.groups), visit)


def _may_read(archive: Archive, login: Login, session: Session, visit: Visit) -> bool:
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


def session_for(db: sqlite3.Connection, login: Login, told: Membership | None) -> str:
    """Begin the session of a person, or without `told` the operator's; return the cookie."""
    if told is None:
        return begin_session(db, "operator", account=login.account or None)
    told.settle(db, login.member_key)
    return begin_session(
        db, "member", member_key=login.member_key, account=login.account or None,
        groups=told.groups,
    )  # fmt: skip


async def begun(visit: Visit, does: Callable[[sqlite3.Connection], str | None]) -> Response | None:
    """Begin a session in one transaction, and lead to the first page; None where there is none.

    Raises NotFound as `does`.
    """
    former, by = visit.visitor.session_id, visit.visitor.by or visit.visitor.kind

    def begin(db: sqlite3.Connection) -> str | None:
        cookie = does(db)
        if cookie is not None and former is not None:
            with suppress(NotFound):
                end_session(db, former, by)
        return cookie

    cookie = await visit.site.write(begin)
    if cookie is None:
        return None
    forget_try(visit)
    response = RedirectResponse(visit.to.home(), 303)
    let_in(response, visit.site, cookie)
    return response


def _address(visit: Visit) -> str:
    return address_of(visit.request, visit.site.proxies)
