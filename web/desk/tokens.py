"""The desk's page of programs: tokens with which they read the API, for the operator."""

from __future__ import annotations

import sqlite3
import time

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from archive import api_tokens
from archive.errors import ArchiveError, NotFound
from archive.groups import list_groups
from web.desk.pages import desk_page
from web.forms import posted
from web.page import Visit
from web.routes import Routes

routes = Routes()

_DAY = 86_400
_DAYS = (7, 30, 90, 365)
_USUAL = 90


@routes.page("/desk/tokens")
def tokens(request: Request) -> Response:
    """Show the tokens that work, and a form for one more."""
    return _page(Visit(request))


@routes.act("/desk/tokens")
async def make(request: Request) -> Response:
    """Make a token and show it, this once."""
    visit = Visit(request)
    if not visit.visitor.has_desk:
        raise HTTPException(404)
    form = await posted(request, visit.site.secret, visit.visitor.session)
    if not visit.reader.everything:
        raise HTTPException(404)
    days = form.number("days")
    if days not in _DAYS:
        raise HTTPException(400)
    groups = None if form.get("everything") else form.all("group")

    def does(db: sqlite3.Connection) -> str:
        _, token = api_tokens.make_token(
            db, groups, names=bool(form.get("names")), by=visit.visitor.by,
            ends_at=int(time.time()) + days * _DAY, label=form.get("label")[:80],
        )  # fmt: skip
        return token

    try:
        return _page(visit, made=await visit.site.write(does))
    except NotFound:
        raise
    except ArchiveError:
        return _page(visit, 409, refused=True)


def _page(visit: Visit, status: int = 200, made: str = "", refused: bool = False) -> Response:
    everything = visit.reader.everything
    with visit.archive.reading() as db:
        groups = list_groups(db, visit.reader) if everything else []
        listed = api_tokens.list_tokens(db) if everything else []
    response = desk_page(
        visit, "desk/tokens.html", place="tokens", groups=groups, tokens=listed, made=made,
        refused=refused, days=_DAYS, usual=_USUAL, titles={one.key: one.title for one in groups},
    )  # fmt: skip
    response.status_code = status
    return response
