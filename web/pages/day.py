"""One day of a group, in parts where it is long."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from archive import calendar, groups, messages
from archive.errors import NotFound
from web.dates import parse_day
from web.day_parts import DayWriter, span_of
from web.described import of_day
from web.page import Place, Visit
from web.portions import portion
from web.routes import Routes

routes = Routes()

PART = 500
"""Messages of a part: the first load stays below 60 KB compressed, style included."""


@routes.page("/g/{key:path}/d/{date}")
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
    writer = DayWriter(found, visit.words, visit.to, visit.talk)
    about = of_day(f"{parsed} · {found.title}", part.messages, visit.to.plain.day(found.key, date))
    span, lines = span_of(part), writer.lines(part.messages)
    drawn = writer.month(days, [date])
    parts = writer.parts(parsed, span, lines, after, drawn, visit.listed(about))
    return visit.page(
        "day.html",
        group=found,
        d=parts,
        written=lambda pen: writer.twin(
            parsed, span, pen.lines(visit.talk.lines(part.messages)), after
        ),
    )
