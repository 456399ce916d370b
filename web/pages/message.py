"""A message in its context: the page a permalink leads to, for ever."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from archive import essence, messages
from web.dates import local
from web.page import Visit

routes = APIRouter()

_AROUND = 15


@routes.api_route("/m/{key:path}", methods=["GET", "HEAD"])
def message(request: Request, key: str) -> Response:
    """Show a message among its neighbours; another of its keys leads to the canonical one."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        context = messages.around(db, visit.reader, key, before=_AROUND, after=_AROUND)
        found = context.message
        if found.key != key:
            return RedirectResponse(visit.to.message(found.key), 308)
        former = messages.versions(db, visit.reader, found.key) if found.versions else []
        post = essence.post(db, visit.reader, found.essence) if found.essence else None
    moment = local(found.sent_at, found.time_zone)
    around = [*context.before, found, *context.after]
    return visit.page(
        "message.html",
        m=found,
        moment=moment,
        list=visit.talk.lines(around, here=found.id),
        last=around[-1],
        last_day=local(around[-1].sent_at, found.time_zone).date().isoformat(),
        replies=[visit.talk.line(reply) for reply in context.replies],
        former=[(local(v.edited_at, found.time_zone) if v.edited_at else None, v) for v in former],
        post=post,
    )
