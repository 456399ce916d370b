"""Logging in by another site: there, back, and a button; nothing is written before it is pressed.

Who comes back must bring the cookie they set out with; the answer and what it was asked with count
once. Whatever does not hold gets one page that names no group.
"""

from __future__ import annotations

import hmac
import sqlite3
import time
from typing import Literal

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from archive.errors import NotFound
from archive.logins import Login, is_spent, spend_proof
from web.coming_in import (
    begun,
    count_try,
    forget_try,
    form_of,
    is_anothers,
    lets_in,
    membership,
    session_for,
    with_form,
)
from web.cookies import ATTEMPT, give_attempt
from web.membership import Silent
from web.page import Visit
from web.routes import Routes
from web.sign_in import (
    LIFE,
    Attempt,
    Person,
    Ticket,
    Unproven,
    Way,
    back_to,
    new_attempt,
    opened,
    path_to,
    sealed,
    ticket_for,
)

routes = Routes("/login/with")

_OURS = ("state", "lang", "big")
"""What an address carries besides the other site's answer."""
_STATUS = {"unproven": 401, "nothing": 404, "silent": 503}

Why = Literal["unproven", "nothing", "silent"]


@routes.page("/{name}")
async def leave(request: Request, name: str) -> Response:
    """Send a browser to the other site, with a cookie to come back with."""
    visit = Visit(request)
    way = _way(visit, name)
    if visit.visitor.kind in ("member", "operator"):
        return RedirectResponse(visit.to("/login"), 303)
    attempt = new_attempt()
    try:
        address = await way.address(back_to(visit.site.base_url, name), attempt)
    except Silent:
        return _no(visit, name, "silent")
    response = RedirectResponse(address, 303)
    give_attempt(response, visit.site, sealed(visit.site.secret, name, attempt), LIFE)
    return response


@routes.page("/{name}/back")
async def back(request: Request, name: str) -> Response:
    """Check what a browser brings back, and lead to the button."""
    visit = Visit(request)
    way = _way(visit, name)
    count_try(visit)
    try:
        attempt = _attempt(visit, name)
        answer = _answer(request)
        if way.fragment and not answer:
            forget_try(visit)
            return visit.page("sign_in_back.html", fragment=way.fragment, way=way)
        person = await way.person(answer, back_to(visit.site.base_url, name), attempt)
        _unspent(visit, person.proof)
    except Unproven:
        return _no(visit, name, "unproven")
    except Silent:
        return _no(visit, name, "silent")
    forget_try(visit)
    response = RedirectResponse(visit.to(f"{path_to(name)}/as"), 303)
    held = sealed(visit.site.secret, name, ticket_for(person, attempt))
    give_attempt(response, visit.site, held, attempt.ends_at - int(time.time()))
    return response


@routes.page("/{name}/as")
def button(request: Request, name: str) -> Response:
    """Show whom one would log in as, and the button; nothing is written."""
    visit = Visit(request)
    way = _way(visit, name)
    try:
        ticket = _ticket(visit, name)
    except Unproven:
        return _no(visit, name, "unproven")
    if is_anothers(visit, ticket.person.member_key):
        return _no(visit, name, "nothing")
    return with_form(visit, "sign_in.html", who=_named(ticket.person), way=way)


@routes.act("/{name}/as")
async def come_in(request: Request, name: str) -> Response:
    """Let in who came back, once, where they may read anything."""
    visit, _ = await form_of(request)
    _way(visit, name)
    try:
        ticket = _ticket(visit, name)
    except Unproven:
        return _no(visit, name, "unproven")
    person = ticket.person
    if is_anothers(visit, person.member_key):
        return _no(visit, name, "nothing")
    login = Login(person.member_key, name, None, int(time.time()))
    try:
        told = await membership(visit, login)
    except Silent:
        return _no(visit, name, "silent")
    may = lets_in(visit, login, told)

    def does(db: sqlite3.Connection) -> str | None:
        spend_proof(db, ticket.state)
        spend_proof(db, person.proof)
        return session_for(db, login, told) if may else None

    try:
        response = await begun(visit, does) or _no(visit, name, "nothing")
    except NotFound:
        response = _no(visit, name, "unproven")
    give_attempt(response, visit.site, "", 0)
    return response


def _way(visit: Visit, name: str) -> Way:
    """Return the way in of this name. Raises HTTPException 404."""
    way = visit.site.ways.get(name)
    if way is None or not visit.site.base_url:
        raise HTTPException(404)
    return way


def _attempt(visit: Visit, name: str) -> Attempt:
    """Return the attempt this browser set out with, if its state came back. Raises Unproven."""
    attempt = opened(visit.site.secret, name, _cookie(visit), Attempt)
    states = visit.request.query_params.getlist("state")
    if len(states) != 1 or not hmac.compare_digest(states[0].encode(), attempt.state.encode()):
        raise Unproven
    _unspent(visit, attempt.state)
    return attempt


def _ticket(visit: Visit, name: str) -> Ticket:
    """Return what this browser came back with. Raises Unproven."""
    ticket = opened(visit.site.secret, name, _cookie(visit), Ticket)
    _unspent(visit, ticket.state, ticket.person.proof)
    return ticket


def _unspent(visit: Visit, *proofs: str) -> None:
    """Raise Unproven where one of them has counted."""
    with visit.archive.reading() as db:
        if any(is_spent(db, proof) for proof in proofs):
            raise Unproven


def _cookie(visit: Visit) -> str:
    return visit.request.cookies.get(ATTEMPT, "")


def _answer(request: Request) -> dict[str, str]:
    """Return the other site's fields of the query. Raises Unproven where one came twice."""
    pairs = [pair for pair in request.query_params.multi_items() if pair[0] not in _OURS]
    answer = dict(pairs)
    if len(answer) != len(pairs):
        raise Unproven
    return answer


def _named(person: Person) -> str:
    return person.name or person.member_key


def _no(visit: Visit, name: str, why: Why) -> Response:
    """Say that nobody is let in, without any group's name."""
    again = visit.to(path_to(name))
    label = visit.site.ways[name].label
    return visit.page("sign_in_no.html", _STATUS[why], why=why, again=again, label=label)
