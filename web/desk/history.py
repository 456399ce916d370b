"""What was done at the desk, and the audit behind it."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from archive.acts import recent_acts
from archive.audit import lines
from web.desk.pages import desk_page
from web.page import Place, Visit

routes = APIRouter()

_PAGE = 50


@routes.api_route("/desk/history", methods=["GET", "HEAD"])
def history(request: Request, before: Place = None) -> Response:
    """Show one's own acts, each with its undo; the operator sees everybody's."""
    visit = Visit(request)
    everybody = visit.reader.everything
    with visit.archive.reading() as db:
        acts = recent_acts(db, None if everybody else visit.visitor.by, before, _PAGE + 1)
    more = acts[_PAGE - 1].id if len(acts) > _PAGE else None
    return desk_page(visit, "desk/history.html", place="history", acts=acts[:_PAGE], more=more)


@routes.api_route("/desk/audit", methods=["GET", "HEAD"])
def audit(request: Request, before: Place = None) -> Response:
    """Show every change anybody asked for, wherever: for the operator."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        found = lines(db, before, _PAGE + 1) if visit.reader.everything else []
    more = found[_PAGE - 1].id if len(found) > _PAGE else None
    return desk_page(visit, "desk/audit.html", place="audit", lines=found[:_PAGE], more=more)
