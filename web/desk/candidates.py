"""What may become essence: suggestions, nominations, and a message in its context beside them."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from archive import dismissals, messages, tags
from web.desk.pages import desk_page, ruled_groups
from web.page import Visit
from web.routes import Routes

routes = Routes()

_AROUND = 6
_TAGS = 60


@routes.page("/desk/candidates")
def candidates(request: Request, group: str | None = None) -> Response:
    """Show what waits for a decision, the likeliest first."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        found = dismissals.proposed(db, visit.reader, group)
        waiting = dismissals.waiting(db, visit.reader)
        groups = ruled_groups(db, visit)
        named = tags.list_tags(db, visit.reader, group)[:_TAGS]
    items = [(visit.talk.lines([one.message]), one) for one in found]
    return desk_page(
        visit, "desk/candidates.html", place="candidates", items=items, groups=groups,
        waiting=waiting, group=group, tags=named,
    )  # fmt: skip


@routes.page("/desk/context/{key:path}")
def context(request: Request, key: str) -> Response:
    """Return a piece of page: a message of a ruled group among its neighbours."""
    visit = Visit(request)
    if not visit.visitor.has_desk:
        raise HTTPException(404)
    with visit.archive.reading() as db:
        found = messages.around(db, visit.reader, key, before=_AROUND, after=_AROUND)
    if not visit.reader.rules(found.message.group_key):
        raise HTTPException(404)
    around = [*found.before, found.message, *found.after]
    lines = visit.talk.lines(around, here=found.message.id)
    return visit.page("desk/context.html", lines_found=lines, m=found.message)
