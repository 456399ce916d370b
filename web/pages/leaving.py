"""Staying out 不要存我: what goes and when is said first; and coming back."""

from __future__ import annotations

import hmac
import sqlite3
import time

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from archive.consent import opt_in, opt_out
from archive.rights import message_count
from web.access import as_public
from web.cookies import let_out
from web.forms import posted_by_anybody, token_for
from web.limits import address_of
from web.own import key_of, limits_of, own_form, own_visit
from web.page import Visit
from web.routes import Routes

routes = Routes()

BACK_FOR = 900
"""Seconds for which the page that says goodbye can take it back: who left has no session."""


@routes.page("/me/optout")
def ask(request: Request) -> Response:
    """Say what goes and by when; nothing is done."""
    visit = own_visit(request)
    with visit.archive.reading() as db:
        number = message_count(db, key_of(visit))
    return visit.page("me_optout.html", number=number)


@routes.act("/me/optout")
async def leave(request: Request) -> Response:
    """Keep nothing of the member from now on, end their sessions, and have the rest erased."""
    visit, form = await own_form(request)
    if form.get("sure") != "yes":
        raise HTTPException(400)
    key, by = key_of(visit), visit.visitor.by
    if not limits_of(visit).may_leave(key):
        raise HTTPException(429)

    def does(db: sqlite3.Connection) -> None:
        opt_out(db, key, by)

    await visit.site.write(does)
    await visit.site.consent_changed(key)
    until = int(time.time()) + BACK_FOR
    as_public(request)
    left = Visit(request)
    mark = _mark(left, key, until)
    response = left.page("me_left.html", back=False, who=key, until=until, mark=mark)
    let_out(response, visit.site)
    return response


@routes.act("/me/optin")
async def come_back(request: Request) -> Response:
    """Keep again what somebody says, by the form of the page that said goodbye to them."""
    form = await posted_by_anybody(request)
    as_public(request)
    visit = Visit(request)
    if not limits_of(visit).may_try(address_of(request, visit.site.proxies)):
        raise HTTPException(429)
    key, until = form.get("who"), form.number("until")
    known = hmac.compare_digest(form.get("mark").encode(), _mark(visit, key, until).encode())
    if not known or until < time.time():
        raise HTTPException(403)

    def does(db: sqlite3.Connection) -> None:
        opt_in(db, key, key)

    await visit.site.write(does)
    await visit.site.consent_changed(None)
    return visit.page("me_left.html", back=True)


def _mark(visit: Visit, key: str, until: int) -> str:
    return token_for(visit.site.secret, f"optin {until} {key}")
