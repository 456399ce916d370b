"""What every page of the desk is made from: its list of places, and the notice of what was done."""

from __future__ import annotations

import sqlite3
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response

from archive.acts import Act, get_act
from archive.errors import NotFound
from archive.groups import list_groups
from archive.views import GroupView
from web.page import Visit


class DeskPlace(msgspec.Struct, frozen=True):
    """A page of the desk in its list."""

    name: str
    """Its words are `desk.place_NAME`."""
    path: str
    operator: bool = False
    """Only for the operator."""


PLACES = (
    DeskPlace("start", "/desk"),
    DeskPlace("candidates", "/desk/candidates"),
    DeskPlace("essence", "/desk/essence"),
    DeskPlace("tags", "/desk/tags"),
    DeskPlace("columns", "/desk/columns"),
    DeskPlace("questions", "/desk/questions"),
    DeskPlace("digests", "/desk/digests"),
    DeskPlace("roster", "/desk/roster"),
    DeskPlace("reports", "/desk/reports"),
    DeskPlace("review", "/desk/review"),
    DeskPlace("access", "/desk/access"),
    DeskPlace("tokens", "/desk/tokens", operator=True),
    DeskPlace("health", "/desk/health"),
    DeskPlace("missing", "/desk/missing"),
    DeskPlace("imports", "/desk/imports", operator=True),
    DeskPlace("charts", "/desk/charts"),
    DeskPlace("settings", "/desk/settings"),
    DeskPlace("history", "/desk/history"),
    DeskPlace("audit", "/desk/audit", operator=True),
)
"""In the order of the list; a new page is one row here and one module in web/desk."""


def desk_page(visit: Visit, template: str, *, place: str, **values: Any) -> Response:
    """Render a page of the desk; 404 for who decides for no group, as if there were none."""
    if not visit.visitor.has_desk:
        raise HTTPException(404)
    shown = [one for one in PLACES if visit.reader.everything or not one.operator]
    if place not in {one.name for one in shown}:
        raise HTTPException(404)
    return visit.page(template, desk_place=place, places=shown, done=_done(visit), **values)


def ruled_groups(db: sqlite3.Connection, visit: Visit) -> list[GroupView]:
    """Return the groups the visitor decides for, the most recently active first."""
    return [group for group in list_groups(db, visit.reader) if visit.reader.rules(group.key)]


def _done(visit: Visit) -> Act | None:
    """Return the act this page was led back from."""
    did = visit.request.query_params.get("did", "")
    if not (did.isascii() and did.isdigit() and len(did) < 16):
        return None
    with visit.archive.reading() as db:
        try:
            return get_act(db, visit.visitor.by, int(did))
        except NotFound:
            return None
