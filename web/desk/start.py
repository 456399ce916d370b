"""The desk's first page: the groups somebody decides for."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from archive.dismissals import waiting as waiting_for
from web.desk.pages import desk_page, ruled_groups
from web.page import Visit

routes = APIRouter()


@routes.api_route("/desk", methods=["GET", "HEAD"])
def start(request: Request) -> Response:
    """Show what waits to be decided, group by group."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        groups = ruled_groups(db, visit)
        waiting = waiting_for(db, visit.reader)
    return desk_page(visit, "desk/start.html", place="start", groups=groups, waiting=waiting)
