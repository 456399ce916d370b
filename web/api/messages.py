"""Messages: the newest, a day's, one, and what was said around it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from archive import messages
from archive.errors import BadQuery
from archive.voices import voices as said_by_them
from web.api.asking import Asked, Cursor, InGroup, Limit, OfGroup, cursor_of, number_in, portion
from web.api.described import endpoint
from web.api.shapes import Context, Former, Message, Messages
from web.api.shaping import when
from web.dates import parse_day

routes = APIRouter()

OfDay = Annotated[
    str | None,
    Query(description="`2026-11-18` in the group's time zone, with `group`; oldest first"),
]
Around = Annotated[int, Query(ge=0, le=50)]


@endpoint(routes, "/api/messages", Messages)
def list_messages(
    request: Request,
    group: InGroup = None,
    day: OfDay = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """List messages, the newest first, or with `day` a day's, the oldest first."""
    asked = Asked(request)
    if day is None:
        before = number_in(cursor, "messages")
        with asked.reading() as db:
            found, rest = messages.page_of_messages(db, asked.reader, group, before, limit)
        following = cursor_of("messages", rest)
    elif group is None or parse_day(day) is None:
        raise BadQuery("a day is one of a group.", "e.g. group=telegram:-100123&day=2026-11-18")
    else:
        after = number_in(cursor, f"day {day}")
        with asked.reading() as db:
            part = messages.day(db, asked.reader, group, day, after, limit)
        found, following = list(part.messages), cursor_of(f"day {day}", part.next)
    return asked.answer(Messages(asked.shape.messages(found), following))


@endpoint(routes, "/api/messages/{key:path}", Message)
def message(request: Request, key: str) -> Response:
    """Return one message by its key or a former key."""
    asked = Asked(request)
    with asked.reading() as db:
        found = messages.get_message(db, asked.reader, key)
    return asked.answer(asked.shape.message(found))


@endpoint(routes, "/api/context/{key:path}", Context)
def context(request: Request, key: str, before: Around = 15, after: Around = 15) -> Response:
    """Return a message among its neighbours, the answers to it and its former texts."""
    asked = Asked(request)
    with asked.reading() as db:
        found = messages.around(db, asked.reader, key, before, after)
        former = messages.versions(db, asked.reader, found.message.key)
    listed = asked.shape.messages
    return asked.answer(
        Context(
            listed(found.before),
            asked.shape.message(found.message),
            listed(found.after),
            listed(found.replies),
            tuple(Former(one.text, when(one.edited_at)) for one in former),
        )
    )


@endpoint(routes, "/api/voices", Messages)
def voices(request: Request, group: OfGroup, limit: Limit = 40, cursor: Cursor = None) -> Response:
    """List what a group's owner, admins and guests said, the newest first; for readers inside."""
    asked = Asked(request)
    before = number_in(cursor, "voices")
    with asked.reading() as db:
        found = said_by_them(db, asked.reader, group, before, limit + 1)
    shown, following = portion(found, limit, "voices", lambda one: one.id)
    return asked.answer(Messages(asked.shape.messages(shown), following))
