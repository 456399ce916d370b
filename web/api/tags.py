"""Tags: all of them, and the messages that carry one."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from archive import tags
from archive.errors import NotFound
from web.addresses import Addresses
from web.api.asking import Asked, Cursor, InGroup, Limit, cursor_of, number_in, place_in
from web.api.described import endpoint
from web.api.shapes import Messages
from web.api.shelf_shapes import Tag, Tags

routes = APIRouter()


@endpoint(routes, "/api/tags", Tags)
def list_tags(
    request: Request, group: InGroup = None, limit: Limit = 100, cursor: Cursor = None
) -> Response:
    """List the tags, the most used first."""
    asked = Asked(request)
    place = place_in(cursor, "tags", tuple[int, str])
    with asked.reading() as db:
        found = tags.list_tags(db, asked.reader, group)
    left = [one for one in found if place is None or (-one.messages, one.name) > place]
    last = left[limit - 1] if len(left) > limit else None
    to = Addresses()
    return asked.answer(
        Tags(
            tuple(
                Tag(one.name, one.messages, one.essence, asked.shape.url(to.tag(one.name)))
                for one in left[:limit]
            ),
            cursor_of("tags", -last.messages, last.name) if last else None,
        )
    )


@endpoint(routes, "/api/tags/{name:path}", Messages)
def tagged(request: Request, name: str, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """List the messages that carry a tag, the newest first."""
    asked = Asked(request)
    before = number_in(cursor, "tagged")
    with asked.reading() as db:
        found, rest = tags.tagged_page(db, asked.reader, name, before, limit)
    if not found and rest is None and before is None:
        raise NotFound("nothing carries this tag.")
    return asked.answer(Messages(asked.shape.messages(found), cursor_of("tagged", rest)))
