"""The desk's page of who may come in: invitations, and for the operator who is logged in."""

from __future__ import annotations

import asyncio
import sqlite3
import time

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from archive import invites
from archive.errors import ArchiveError, NotFound
from archive.groups import list_groups
from archive.sessions import list_sessions, names_of
from web.desk.pages import desk_page
from web.forms import Form, posted
from web.page import Visit
from web.routes import Routes

routes = Routes()

_DAY = 86_400
_DAYS = (1, 7, 30, 90, 365)
_SHOWN = 200
"""Sessions shown, the newest first."""


@routes.page("/desk/access")
def access(request: Request) -> Response:
    """Show the invitations that work, and a form for one more."""
    return _page(Visit(request))


@routes.act("/desk/access")
async def invite(request: Request) -> Response:
    """Make an invitation and show its link, this once."""
    visit = Visit(request)
    if not visit.visitor.has_desk:
        raise HTTPException(404)
    form = await posted(request, visit.site.secret, visit.visitor.session)
    group, phrase = form.get("group") or None, form.get("phrase")
    reader = visit.reader
    if not (reader.everything or (group is not None and reader.rules(group))):
        raise NotFound("there is no such group.")
    try:
        mark = None
        if phrase:
            mark = await asyncio.to_thread(invites.phrase_mark, visit.site.secret, phrase)

        def does(db: sqlite3.Connection) -> str:
            _, token = invites.make_invite(
                db, group, by=visit.visitor.by, label=form.get("label")[:80], phrase_mark=mark,
                ends_at=int(time.time()) + _days(form) * _DAY,
            )  # fmt: skip
            return token

        token = await visit.site.write(does)
    except NotFound:
        raise
    except ArchiveError as error:
        return _page(visit, 409, wrong=error)
    here = visit.site.base_url or str(request.base_url).rstrip("/")
    return _page(visit, made=f"{here}/invite/{token}" if token else "")


def _days(form: Form) -> int:
    days = form.number("days")
    if days not in _DAYS:
        raise HTTPException(400)
    return days


def _page(
    visit: Visit, status: int = 200, made: str | None = None, wrong: ArchiveError | None = None
) -> Response:
    with visit.archive.reading() as db:
        groups = [group for group in list_groups(db, visit.reader) if visit.reader.rules(group.key)]
        invited = invites.list_invites(db, visit.reader)
        sessions = list_sessions(db)[:_SHOWN] if visit.reader.everything else []
        names = names_of(db, sessions)
    response = desk_page(
        visit, "desk/access.html", place="access", groups=groups, invites=invited,
        sessions=sessions, names=names, made=made, wrong=wrong, days=_DAYS,
    )  # fmt: skip
    response.status_code = status
    return response
