"""What was imported: each run with its report, for the operator."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from archive.runs import list_runs
from web.desk.pages import desk_page
from web.page import Place, Visit
from web.routes import Routes

routes = Routes()

_PAGE = 20


@routes.page("/desk/imports")
def imports(request: Request, before: Place = None) -> Response:
    """Show the imports, the newest first: what became of each file, and how to take one back."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        runs = list_runs(db, before, _PAGE + 1) if visit.reader.everything else []
    more = runs[_PAGE - 1].id if len(runs) > _PAGE else None
    return desk_page(visit, "desk/imports.html", place="imports", runs=runs[:_PAGE], more=more)
