"""The review queue: what is public and may tell of a person."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from archive.review import waiting
from web.desk.pages import desk_page
from web.page import Place, Visit
from web.routes import Routes

routes = Routes()


@routes.page("/desk/review")
def review(request: Request, group: str | None = None, before: Place = None) -> Response:
    """Show what somebody should look at, beside how the public sees it."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        queue = waiting(db, visit.reader, group, before)
    lines = [(visit.talk.line(one.message), one) for one in queue.found]
    return desk_page(
        visit, "desk/review.html", place="review", lines=lines, queue=queue, group=group
    )
