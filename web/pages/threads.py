"""Threads 串: the list, and one thread with its messages."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from archive import groups, threads
from web.dates import local
from web.described import Described, of_thread
from web.page import Number, Place, Visit
from web.portions import portion
from web.routes import Routes

routes = Routes()

_PAGE = 20
_PART = 200
"""Messages of a thread on one page."""


@routes.page("/threads")
def all_threads(request: Request, group: str | None = None, before: Place = None) -> Response:
    """List the threads, the newest first."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        within = groups.get_group(db, visit.reader, group) if group else None
        key = within.key if within else None
        found = threads.list_threads(db, visit.reader, key, before, _PAGE + 1)
    more = found[_PAGE - 1].id if len(found) > _PAGE else None
    about = (
        Described(visit.to.plain("/threads"), visit.words("thread.all"))
        if found and not within
        else None
    )
    return visit.page("threads.html", listing=about, group=within, threads=found[:_PAGE], more=more)


@routes.page("/t/{number}")
def thread(request: Request, number: Number, after: Place = None) -> Response:
    """Show a thread: what was written of it, who speaks, what was liked, and every message."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        found = threads.get_thread(db, visit.reader, number)
    shown, rest = portion(found.messages, after, _PART)
    return visit.page(
        "thread.html",
        listing=of_thread(found, visit.to.plain.thread(number)),
        thread=found,
        since=local(found.since, found.time_zone),
        until=local(found.until, found.time_zone),
        lines_found=visit.talk.lines(shown),
        left=sum(message.id > rest for message in found.messages) if rest else 0,
        after=after,
        rest=rest,
        quotes=[visit.talk.line(message) for message in found.quotes],
        edited=visit.talk.paint(found.edited) if found.edited else None,
        platform=found.messages[0].platform,
    )
