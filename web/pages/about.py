"""What this archive is, who can read it and how to be left out."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from archive.stats import stats
from web.page import Visit
from web.routes import Routes

routes = Routes()


@routes.page("/about")
def about(request: Request) -> Response:
    """Explain the archive and what it holds."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        holds = stats(db, visit.reader)
    return visit.page("about.html", holds=holds)
