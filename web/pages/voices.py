"""只看群主/嘉宾: what the owner, admins and guests of a group said, the newest first."""

from __future__ import annotations

from itertools import groupby

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from archive import groups
from archive.voices import voices as said_by_them
from web.dates import local
from web.page import Place, Visit

routes = APIRouter()

_PAGE = 40


@routes.api_route("/g/{key:path}/voices", methods=["GET", "HEAD"])
def voices(request: Request, key: str, before: Place = None) -> Response:
    """Show their words by day; for members only, as others see no names."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        found = groups.get_group(db, visit.reader, key)
        said = said_by_them(db, visit.reader, found.key, before, _PAGE + 1)
    shown = said[:_PAGE]
    days = [
        (day, visit.talk.lines(list(run)[::-1]))
        for day, run in groupby(shown, lambda m: local(m.sent_at, m.time_zone).date())
    ]
    return visit.page(
        "voices.html",
        group=found,
        days=days,
        first=before is None,
        more=shown[-1].id if len(said) > _PAGE else None,
    )
