"""People: what they say of themselves and whose words a group kept, for readers inside only."""

from __future__ import annotations

import sqlite3
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from archive.errors import NotFound
from archive.groups import get_group, list_groups
from archive.profiles import introductions_page, who_knows
from web.api.asking import Asked, Cursor, InGroup, Limit, OfGroup, cursor_of, number_in
from web.api.described import endpoint
from web.api.list_shapes import Introduction, Introductions, Thanked, Thanks
from web.api.shaping import time_of

routes = APIRouter()


@endpoint(routes, "/api/people", Introductions)
def people(
    request: Request,
    group: InGroup = None,
    q: Annotated[str, Query(max_length=100, description="a word that is in it")] = "",
    limit: Limit = 40,
    cursor: Cursor = None,
) -> Response:
    """List what people say of themselves to their groups, the newest first."""
    asked = Asked(request)
    until = number_in(cursor, "people")
    with asked.reading() as db:
        key = _inside(asked, db, group)
        found, following = introductions_page(db, asked.reader, key, q, until, limit)
    items = tuple(Introduction(one.group_key, one.name, one.text, time_of(one.at)) for one in found)
    return asked.answer(Introductions(items, cursor_of("people", following)))


@endpoint(routes, "/api/thanks", Thanks)
def thanks(request: Request, group: OfGroup, limit: Limit = 20) -> Response:
    """List whose words a group kept most often, and on what."""
    asked = Asked(request)
    with asked.reading() as db:
        key = _inside(asked, db, group)
        assert key is not None
        found = who_knows(db, asked.reader, key, limit)
    items = tuple(
        Thanked(
            one.person.name,
            asked.shape.sender_id(key, one.person.member_key),
            one.person.number,
            one.topics,
            tuple(message.key for message in one.person.messages),
        )
        for one in found
    )
    return asked.answer(Thanks(items))


def _inside(asked: Asked, db: sqlite3.Connection, group: str | None) -> str | None:
    """Return the key of the group that is meant. Raises NotFound for who is not inside."""
    if group is not None:
        key = get_group(db, asked.reader, group).key
        if not asked.reader.inside(key):
            raise NotFound("there is no such page.")
        return key
    if not any(asked.reader.inside(one.key) for one in list_groups(db, asked.reader)):
        raise NotFound("there is no such page.")
    return None
