"""Groups."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from archive import groups
from web.api.asking import Asked, Cursor, Limit, portion, word_in
from web.api.described import endpoint
from web.api.shapes import Group, Groups

routes = APIRouter()


@endpoint(routes, "/api/groups", Groups)
def list_groups(request: Request, limit: Limit = 100, cursor: Cursor = None) -> Response:
    """List the groups this reader may see, by key."""
    asked = Asked(request)
    after = word_in(cursor, "groups")
    with asked.reading() as db:
        found = sorted(groups.list_groups(db, asked.reader), key=lambda one: one.key)
    left = [one for one in found if after is None or one.key > after]
    shown, following = portion(left, limit, "groups", lambda one: one.key)
    return asked.answer(Groups(tuple(map(asked.shape.group, shown)), following))


@endpoint(routes, "/api/groups/{key:path}", Group)
def get_group(request: Request, key: str) -> Response:
    """Return one group by its key or a former key."""
    asked = Asked(request)
    with asked.reading() as db:
        found = groups.get_group(db, asked.reader, key)
    return asked.answer(asked.shape.group(found))
