"""One day of a group, in parts where it is long."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from archive import calendar, groups, messages
from archive.errors import NotFound
from archive.views import DayView, MessageView
from web import strata
from web.dates import clock, local, parse_day
from web.described import Described
from web.page import Place, Visit
from web.portions import portion

routes = APIRouter()

PART = 500
"""Messages of a part: the first load stays below 60 KB compressed, style included."""


@routes.api_route("/g/{key:path}/d/{date}", methods=["GET", "HEAD"])
def day(request: Request, key: str, date: str, after: Place = None) -> Response:
    """Show a day from its start, or the part that follows message `after`."""
    visit = Visit(request)
    parsed = parse_day(date)
    if parsed is None:
        raise NotFound("there is no such day.")
    with visit.archive.reading() as db:
        found = groups.get_group(db, visit.reader, key)
        part = messages.day(db, visit.reader, found.key, date, after, PART)
        days = calendar.days(db, visit.reader, found.key, date[:7])
    shown, rest = portion(part.messages, None, PART)
    part = msgspec.structs.replace(part, messages=shown, next=rest or part.next)
    return visit.page(
        "day.html",
        listing=_described(visit, found.key, f"{parsed} · {found.title}", part),
        group=found,
        day=parsed,
        part=part,
        after=after,
        lines_found=visit.talk.lines(part.messages),
        lines_start=_start(part.messages),
        earlier=parse_day(part.earlier_day or ""),
        days=strata.days(days, visit.words, lambda name: visit.to.day(found.key, name), date),
        later=parse_day(part.later_day or ""),
    )


def _described(visit: Visit, key: str, name: str, part: DayView) -> Described | None:
    said = next((m.text for m in part.messages if m.text and not m.recalled), "")
    if not part.messages:
        return None
    return Described(visit.to.plain.day(key, part.date), name, f"{name} · {said}")


def _start(said: tuple[MessageView, ...]) -> str:
    return clock(local(said[0].sent_at, said[0].time_zone)) if said else ""
