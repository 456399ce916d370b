"""Reports: what members ask the admins to look at, and removing a message for good."""

from __future__ import annotations

import asyncio
from itertools import groupby

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from archive.errors import ArchiveError
from archive.forget_now import forget_now
from archive.messages import get_message
from archive.reports import handle, open_reports, reopen
from archive.views import MessageView
from web.desk.acting import Does, Doing, Done
from web.desk.essence_acts import asked
from web.desk.pages import desk_page
from web.forms import posted
from web.page import Visit
from web.routes import Routes

routes = Routes()


@routes.page("/desk/reports")
def reports(request: Request, group: str | None = None) -> Response:
    """Show the messages somebody reported, the longest waiting first."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        found = [one for one in open_reports(db, visit.reader, group)
                 if visit.reader.rules(one.message.group_key)]  # fmt: skip
    found.sort(key=lambda one: (one.message.id, one.at))
    items = [list(same) for _, same in groupby(found, key=lambda one: one.message.id)]
    items.sort(key=lambda same: same[0].at)
    shown = [(visit.talk.lines([same[0].message]), same) for same in items]
    return desk_page(visit, "desk/reports.html", place="reports", items=shown)


@routes.page("/desk/forget")
def ask_to_forget(request: Request, key: str = "") -> Response:
    """Show a message, and what removing it means."""
    visit = Visit(request)
    message = _ruled(visit, key)
    lines = visit.talk.lines([message])
    return desk_page(visit, "desk/forget.html", place="reports", m=message, lines_found=lines)


@routes.act("/desk/forget")
async def forget(request: Request) -> Response:
    """Remove a message from rows, index, raw events, files and logs; nothing brings it back."""
    visit = Visit(request)
    if not visit.visitor.has_desk:
        raise HTTPException(404)
    form = await posted(request, visit.site.secret, visit.visitor.session)
    message = await asyncio.to_thread(_ruled, visit, form.get("key"))
    if form.get("sure") != "yes":
        raise HTTPException(400)
    try:
        done = await asyncio.to_thread(
            forget_now, visit.archive, [message.key], [], visit.visitor.by
        )  # fmt: skip
    except ArchiveError as error:
        return visit.page("error.html", 503, code=503, what=error.what, hint=error.hint)
    state = "all" if done.settled else "soon"
    return RedirectResponse(visit.to("/desk/reports", forgotten=state), 303)


def _ruled(visit: Visit, key: str) -> MessageView:
    with visit.archive.reading() as db:
        message = get_message(db, visit.reader, key)
    if not visit.reader.rules(message.group_key):
        raise HTTPException(404)
    return message


def handled(doing: Doing) -> Done:
    """Say that somebody has looked at the reports of the message `key`."""
    message = asked(doing)
    handle(doing.db, doing.visit.reader, message.key, doing.by)
    return Done("desk.handled", message.key, ("reopen", {"key": message.key}))


def opened_again(doing: Doing) -> Done:
    """Let the reports of the message `key` be open again."""
    message = asked(doing)
    reopen(doing.db, doing.visit.reader, message.key, doing.by)
    return Done("desk.reopened", message.key, ("handled", {"key": message.key}))


ACTS: dict[str, Does] = {"handled": handled, "reopen": opened_again}
