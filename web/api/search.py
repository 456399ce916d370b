"""Search."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from archive.search import search as find
from web.api.asking import Asked, Limit
from web.api.described import endpoint
from web.api.shapes import Found

routes = APIRouter()


# async, though it reads the disk: a search is shorter than the way to a thread and back
@endpoint(routes, "/api/search", Found)
async def search(
    request: Request,
    q: Annotated[str, Query(description="e.g. `部署 from:小满 after:7d`")] = "",
    limit: Limit = 20,
    order: Literal["newest", "relevance"] = "newest",
    cursor: Annotated[str | None, Query(description="`next` of the answer before")] = None,
    apart: Annotated[
        bool, Query(description="every copy of what stands in several groups is a hit of its own")
    ] = False,
) -> Response:
    """Search messages."""
    asked = Asked(request)
    with asked.reading() as db:
        found = find(
            db, q, asked.reader, limit=limit, order=order, cursor=cursor,
            time_zone=asked.site.time_zone, once=not apart,
        )  # fmt: skip
    hits = tuple(map(asked.shape.hit, found.hits))
    return asked.answer(
        Found(found.query, found.count, found.exact, hits, found.older, found.older, found.notes)
    )
