"""The first page: groups, what was kept and what was said last."""

from __future__ import annotations

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from archive import calendar, columns, groups, messages, tags, threads
from archive.essence_once import feed_once
from archive.on_this_day import on_this_day
from archive.views import GroupView, MessageView
from web import strata
from web.assets import STATIC
from web.dates import zone
from web.described import Described
from web.fold import is_slight
from web.page import Visit
from web.routes import Routes
from web.sending import takes_gzip

routes = Routes()

_NEWEST = 10
_GATHERED = 3
"""Columns, and threads, named beside what is new."""
_YEAR = "public, max-age=31536000, immutable"


@routes.page("/")
def home(request: Request) -> Response:
    """Show the groups, the newest essence, the newest messages and the strata."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        found = groups.list_groups(db, visit.reader)
        kept = feed_once(db, visit.reader, limit=4)
        said = messages.newest(db, visit.reader, limit=_NEWEST * 3)
        layers = calendar.months(db, visit.reader)
        named = tags.list_tags(db, visit.reader)[:14]
        series = columns.list_columns(db, visit.reader)[:_GATHERED]
        gathered = threads.list_threads(db, visit.reader, limit=_GATHERED)
        today = datetime.now(zone(visit.zone)).date()
        former = on_this_day(db, visit.reader, today, years=1)[:1]
    return visit.page(
        "home.html",
        listing=_described(visit, found),
        groups=found,
        essence=kept,
        newest=[visit.talk.line(message) for message in _worth_a_look(said)],
        strata=strata.months(layers, visit.words, visit.month),
        tags=named,
        columns=series,
        threads=gathered,
        former=former,
        first=layers[-1].name if layers else "",
    )


def _described(visit: Visit, found: list[GroupView]) -> Described | None:
    if not found:
        return None
    return Described(
        visit.to.plain.home(), visit.site.title, visit.words("comma").join(g.title for g in found)
    )


def _worth_a_look(said: list[MessageView]) -> list[MessageView]:
    """Leave out greetings, notices and what was taken back, where there is anything else."""
    telling = [m for m in said if not (m.recalled or m.service or is_slight(m))]
    return (telling or said)[:_NEWEST]


@routes.page("/static/{name}")
async def static(request: Request, name: str) -> Response:
    """Send a stylesheet, a script or the icon."""
    file = STATIC.get(name)
    if file is None:
        return Response(status_code=404)
    headers = {"Cache-Control": _YEAR, "Vary": "Accept-Encoding"}
    if takes_gzip(request):
        return Response(file.packed, 200, headers | {"Content-Encoding": "gzip"}, file.mime)
    return Response(file.body, 200, headers, file.mime)
