"""What was done at the desk, and the audit behind it."""

from __future__ import annotations

import sqlite3

from starlette.requests import Request
from starlette.responses import Response

from archive.acts import recent_acts
from archive.audit import lines
from archive.errors import NotFound
from archive.groups import list_groups
from archive.messages import get_message
from web.desk.pages import desk_page
from web.page import Place, Visit
from web.routes import Routes

routes = Routes()

_PAGE = 50
_GIST = 40


@routes.page("/desk/history")
def history(request: Request, before: Place = None) -> Response:
    """Show one's own acts, each with its undo; the operator sees everybody's."""
    visit = Visit(request)
    everybody = visit.reader.everything
    with visit.archive.reading() as db:
        acts = recent_acts(db, None if everybody else visit.visitor.by, before, _PAGE + 1)
        about = _about(db, visit, {act.target for act in acts[:_PAGE]})
    more = acts[_PAGE - 1].id if len(acts) > _PAGE else None
    return desk_page(
        visit, "desk/history.html", place="history", acts=acts[:_PAGE], about=about, more=more
    )


def _about(db: sqlite3.Connection, visit: Visit, targets: set[str]) -> dict[str, tuple[str, str]]:
    """Return (address, words) of groups and messages that were acted on, where they can be read."""
    titles = {group.key: group.title for group in list_groups(db, visit.reader)}
    found = {key: (visit.to.group(key), title) for key, title in titles.items()}
    for target in targets - titles.keys():
        if ":" not in target:
            continue
        try:
            message = get_message(db, visit.reader, target)
        except NotFound:
            continue
        if message.key == target:
            found[target] = (visit.to.message(target), visit.talk.gist(message)[:_GIST])
    return found


@routes.page("/desk/audit")
def audit(request: Request, before: Place = None) -> Response:
    """Show every change anybody asked for, wherever: for the operator."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        found = lines(db, before, _PAGE + 1) if visit.reader.everything else []
        named = {key for line in found[:_PAGE] for key in (line.target, line.detail)}
        about = _about(db, visit, named)
    more = found[_PAGE - 1].id if len(found) > _PAGE else None
    return desk_page(
        visit, "desk/audit.html", place="audit", lines=found[:_PAGE], about=about, more=more
    )
