"""Essence: the list of what was kept, and one of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from archive import essence
from archive.essence_texts import edited_text
from archive.gathered import columns_of
from archive.groups import get_group
from web.addresses import Addresses
from web.api.asking import Asked, Cursor, InGroup, Limit, cursor_of, place_in
from web.api.described import endpoint
from web.api.shaping import time_of
from web.api.shelf_shapes import Essence, Essences, Named
from web.page import Number

routes = APIRouter()


@endpoint(routes, "/api/essence", Essences)
def list_essence(
    request: Request,
    group: InGroup = None,
    tag: Annotated[str | None, Query(description="only what has this tag")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response:
    """List what was kept, the newest mark first."""
    asked = Asked(request)
    beyond = place_in(cursor, "essence", tuple[int, int])
    with asked.reading() as db:
        key = get_group(db, asked.reader, group).key if group is not None else None
        found = essence.feed(db, asked.reader, key, tag, limit=limit + 1, beyond=beyond)
    last = found[limit - 1] if len(found) > limit else None
    following = cursor_of("essence", last.marked_at, last.id) if last else None
    lines = tuple(map(asked.shape.essence_line, found[:limit]))
    return asked.answer(Essences(lines, following))


@endpoint(routes, "/api/essence/{number}", Essence)
def get_essence(request: Request, number: Number) -> Response:
    """Return one essence with all of its messages."""
    asked = Asked(request)
    with asked.reading() as db:
        post = essence.post(db, asked.reader, number)
        written = edited_text(db, asked.reader, post)
        series = columns_of(db, asked.reader, post)
    to, line = Addresses(), asked.shape.essence_line(post)
    return asked.answer(
        Essence(
            line.id, line.title, line.reason, line.marked_by, line.marked_at, line.source,
            line.tags, line.group, line.url, written.text if written else None,
            time_of(written.at) if written else None,
            tuple(Named(one.id, one.title, asked.shape.url(to.column(one.id))) for one in series),
            asked.shape.messages(post.messages),
        )
    )  # fmt: skip
