"""The newcomer's page: what a group is, its rules, what it kept, and whom to ask."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from archive import groups, tags
from archive.consent import standing
from archive.errors import NotFound
from archive.questions.listing import page_of_questions
from archive.welcome import pack, rules
from web.page import Visit
from web.routes import Routes

routes = Routes()

_TAGS = 10
_OPEN = 3


@routes.page("/start")
def start(request: Request, group: str | None = None) -> Response:
    """Show a group to a newcomer, or ask which one where there are several."""
    visit = Visit(request)
    if group is not None:
        return _show(visit, group)
    with visit.archive.reading() as db:
        found = groups.list_groups(db, visit.reader)
    mine = [one for one in found if visit.reader.inside(one.key)] or found
    if not mine:
        raise NotFound("there is no such page.")
    if len(mine) == 1:
        return _show(visit, mine[0].key)
    return visit.page("start_groups.html", groups=mine)


@routes.page("/g/{key:path}/start")
def start_of_group(request: Request, key: str) -> Response:
    """Show a group to a newcomer."""
    return _show(Visit(request), key)


def _show(visit: Visit, key: str) -> Response:
    with visit.archive.reading() as db:
        found = pack(db, visit.reader, key)
        inside = visit.reader.inside(found.group.key)
        told = rules(db, visit.reader, found.group.key, visit.site.welcome)
        named = tags.list_tags(db, visit.reader, found.group.key)[:_TAGS]
        waiting = page_of_questions(db, visit.reader, found.group.key, "open", limit=_OPEN)
        kept = standing(db).keeps(found.group.key)
    return visit.page(
        "start.html",
        pack=found,
        group=found.group,
        inside=inside,
        rules=[visit.talk.paint(text) for text in told],
        told=told,
        tags=named,
        waiting=[(one.view, visit.to.question(one.view.key)) for one in waiting.questions],
        kept=kept,
    )
