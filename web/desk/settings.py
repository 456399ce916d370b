"""A group's settings: who reads it, and what the bot does there by itself."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from archive import columns
from archive.access import VISIBILITIES
from archive.group_state import group_state
from archive.group_texts import MAX_TEXT
from web.desk.pages import desk_page, ruled_groups
from web.page import Visit
from web.routes import Routes

routes = Routes()


@routes.page("/desk/settings")
def settings(request: Request, group: str | None = None) -> Response:
    """Show how a group stands, and what can be decided for it."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        groups = ruled_groups(db, visit)
        chosen = next((one for one in groups if group in (None, one.key)), None)
        if chosen is None and group is not None:
            raise HTTPException(404)
        state = group_state(db, visit.reader, chosen.key) if chosen else None
        series = columns.list_columns(db, visit.reader, chosen.key) if chosen else []
    return desk_page(
        visit, "desk/settings.html", place="settings", groups=groups, chosen=chosen,
        group=chosen.key if chosen else None, state=state, series=series,
        visibilities=VISIBILITIES, longest=MAX_TEXT,
    )  # fmt: skip
