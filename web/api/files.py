"""Files and links."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from archive.files import FileType, Order, list_files
from archive.groups import get_group
from archive.shared_links import shared_links
from web.api.asking import Asked, Cursor, InGroup, Limit, cursor_of, word_in
from web.api.described import endpoint
from web.api.list_shapes import Files, Link, Links, SentFile
from web.links import safe_url

routes = APIRouter()

Words = Annotated[str, Query(max_length=500, description="a query as in search")]


@endpoint(routes, "/api/files", Files)
def files(
    request: Request,
    group: InGroup = None,
    q: Words = "",
    only: FileType | None = None,
    missing: Annotated[bool, Query(description="only those that are not there")] = False,
    order: Order = "newest",
    limit: Limit = 40,
    cursor: Cursor = None,
) -> Response:
    """List files, music and videos."""
    asked = Asked(request)
    place = word_in(cursor, f"files {order}")
    with asked.reading() as db:
        key = get_group(db, asked.reader, group).key if group is not None else None
        found = list_files(
            db, asked.reader, key, q, only=only, missing=missing, order=order, cursor=place,
            limit=limit, time_zone=asked.site.time_zone,
        )  # fmt: skip
    shape = asked.shape
    items = tuple(SentFile(shape.file(one.file), shape.message(one.message)) for one in found.files)
    following = cursor_of(f"files {order}", found.next)
    return asked.answer(Files(items, found.count, found.exact, following))


@endpoint(routes, "/api/links", Links)
def links(
    request: Request,
    group: InGroup = None,
    q: Words = "",
    limit: Limit = 30,
    cursor: Cursor = None,
) -> Response:
    """List shared addresses, each where it was shared last."""
    asked = Asked(request)
    place = word_in(cursor, "links")
    with asked.reading() as db:
        key = get_group(db, asked.reader, group).key if group is not None else None
        found = shared_links(
            db, asked.reader, key, q, cursor=place, limit=limit, time_zone=asked.site.time_zone
        )
    items = tuple(
        Link(url, one.times, one.exact, asked.shape.message(one.message))
        for one in found.links
        if (url := safe_url(one.url))
    )
    following = cursor_of("links", found.next)
    return asked.answer(Links(items, found.messages, found.exact, following))
