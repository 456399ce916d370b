"""The desk's first page: what waits, and the groups somebody decides for."""

from __future__ import annotations

import sqlite3

from starlette.requests import Request
from starlette.responses import Response

from archive.dismissals import waiting as waiting_for
from archive.edition_editing import list_editions
from archive.questions import open_questions
from archive.reports import open_reports
from web.desk.pages import desk_page, ruled_groups
from web.page import Visit
from web.routes import Routes

routes = Routes()


@routes.page("/desk")
def start(request: Request) -> Response:
    """Show what waits to be decided, on the whole and group by group."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        groups = ruled_groups(db, visit)
        waiting = waiting_for(db, visit.reader)
        keys = [group.key for group in groups]
        todo = {"candidates": sum(waiting.values()), **_others(db, visit, keys)}
    return desk_page(
        visit, "desk/start.html", place="start", groups=groups, waiting=waiting,
        todo={name: number for name, number in todo.items() if number},
    )  # fmt: skip


def _others(db: sqlite3.Connection, visit: Visit, keys: list[str]) -> dict[str, int]:
    """Count what waits beside candidates, by the name of the desk's page."""
    reported = {one.message.id for one in open_reports(db, visit.reader)
                if one.message.group_key in keys}  # fmt: skip
    drafts = [one for one in list_editions(db, visit.reader, None) if one.state == "draft"]
    asked = open_questions(db, visit.reader, keys)
    return {"reports": len(reported), "digests": len(drafts), "questions": len(asked)}
