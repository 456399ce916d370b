"""A message in its context: the page a permalink leads to, for ever."""

from __future__ import annotations

import sqlite3

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from archive import codes, essence, messages
from archive.copies import also_in
from archive.errors import NotFound
from archive.gathered import threads_of
from archive.originals import with_originals
from archive.views import EssenceView, MessageView
from web.dates import local
from web.page import Visit
from web.routes import Routes

routes = Routes()

_AROUND = 15


@routes.page("/m/{key:path}")
def message(request: Request, key: str) -> Response:
    """Show a message among its neighbours; another of its keys leads to the canonical one."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        context = messages.around(db, visit.reader, key, before=_AROUND, after=_AROUND)
        found = with_originals(db, visit.reader, context.message)
        if found.key != key:
            return RedirectResponse(visit.to.message(found.key), 308)
        former = messages.versions(db, visit.reader, found.key) if found.versions else []
        post = _kept(db, visit, found)
        inside = visit.reader.inside(found.group_key)
        code = codes.known_code(db, visit.reader, found.key) if inside else None
        threads = threads_of(db, visit.reader, found)
        also = () if found.recalled else also_in(db, visit.reader, found.id)
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
        code=code,
        threads=threads,
        also=also,
    )


def _kept(db: sqlite3.Connection, visit: Visit, found: MessageView) -> EssenceView | None:
    """Return the essence a message is in, unless another of its messages is withheld."""
    try:
        return essence.post(db, visit.reader, found.essence) if found.essence else None
    except NotFound:
        return None
