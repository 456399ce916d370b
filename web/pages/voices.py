"""只看群主/嘉宾: what the owner, admins and guests of a group said, the newest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby

from starlette.requests import Request
from starlette.responses import Response

from archive import groups
from archive.views import MessageView
from archive.voices import voices as said_by_them
from web.dates import local
from web.page import Place, Visit
from web.rest import Rest, rest_of
from web.routes import Routes
from web.talk import AnyLine, Talk

routes = Routes()

_PAGE = 40


@routes.page("/g/{key:path}/voices")
def voices(request: Request, key: str, before: Place = None) -> Response:
    """Show their words by day; for members only, as others see no names."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        found = groups.get_group(db, visit.reader, key)
        said = said_by_them(db, visit.reader, found.key, before, _PAGE + 1)
        more = said[_PAGE - 1].id if len(said) > _PAGE else None
        rest = rest_of(db, visit, found, "voices") if more else Rest()
    return visit.page(
        "voices.html",
        group=found,
        days=list(days_of(visit.talk, said[:_PAGE])),
        months=rest.months,
        first=before is None,
        more=more,
    )


def days_of(talk: Talk, said: Iterable[MessageView]) -> Iterator[tuple[date, list[AnyLine]]]:
    """Return what was said, the newest first, by day; each day from its beginning."""
    for day, run in groupby(said, lambda m: local(m.sent_at, m.time_zone).date()):
        yield day, talk.lines(list(run)[::-1])
