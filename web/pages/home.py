"""The first page: groups, what was kept and what was said last."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from archive import calendar, essence, groups, messages, tags
from web import strata
from web.page import STATIC, Visit, takes_gzip

routes = APIRouter()

_YEAR = "public, max-age=31536000, immutable"


@routes.api_route("/", methods=["GET", "HEAD"])
def home(request: Request) -> Response:
    """Show the groups, the newest essence, the newest messages and the strata."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        found = groups.list_groups(db, visit.reader)
        kept = essence.feed(db, visit.reader, limit=4)
        said = messages.newest(db, visit.reader, limit=12)
        layers = calendar.months(db, visit.reader)
        named = tags.list_tags(db, visit.reader)[:14]
    return visit.page(
        "home.html",
        groups=found,
        essence=kept,
        newest=[visit.talk.line(message) for message in said],
        strata=strata.months(layers, visit.words, visit.month),
        tags=named,
        first=layers[-1].name if layers else "",
    )


@routes.api_route("/static/{name}", methods=["GET", "HEAD"])
async def static(request: Request, name: str) -> Response:
    """Send the stylesheet or the icon."""
    file = STATIC.get(name)
    if file is None:
        return Response(status_code=404)
    headers = {"Cache-Control": _YEAR, "Vary": "Accept-Encoding"}
    if takes_gzip(request):
        return Response(file.packed, 200, headers | {"Content-Encoding": "gzip"}, file.mime)
    return Response(file.body, 200, headers, file.mime)
