"""Columns and threads."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from archive import columns, threads
from archive.errors import BadQuery
from web.addresses import Addresses
from web.api.asking import Asked, Cursor, InGroup, Limit, number_in, portion
from web.api.described import endpoint
from web.api.shaping import time_of, when
from web.api.shelf_shapes import (
    ColumnItems,
    Columns,
    Item,
    Speaker,
    Thread,
    ThreadLine,
    Threads,
)
from web.page import Number

routes = APIRouter()


@endpoint(routes, "/api/columns", Columns)
def list_columns(
    request: Request, group: InGroup = None, limit: Limit = 50, cursor: Cursor = None
) -> Response:
    """List the columns, the newest first."""
    asked = Asked(request)
    before = number_in(cursor, "columns")
    with asked.reading() as db:
        found = columns.list_columns(db, asked.reader, group)
    found = sorted(found, key=lambda one: -one.id)
    left = [one for one in found if before is None or one.id < before]
    shown, following = portion(left, limit, "columns", lambda one: one.id)
    return asked.answer(Columns(tuple(map(asked.shape.column, shown)), following))


@endpoint(routes, "/api/columns/{number}", ColumnItems)
def get_column(
    request: Request, number: Number, limit: Limit = 20, cursor: Cursor = None
) -> Response:
    """Return a column and what is in it, in its order."""
    asked = Asked(request)
    after = number_in(cursor, f"column {number}")
    with asked.reading() as db:
        view = columns.column_view(db, asked.reader, number)
        found = columns.items(db, asked.reader, number, after, limit + 1)
        if after is not None and not found:
            # the last one has nothing behind it, and one that was taken out no place
            there = columns.items(db, asked.reader, number)
            if after not in {one.essence.id for one in there}:
                raise BadQuery("the column was changed meanwhile.", "ask without a cursor")
    shown, following = portion(found, limit, f"column {number}", lambda one: one.essence.id)
    items = tuple(Item(asked.shape.essence_line(one.essence), one.note) for one in shown)
    return asked.answer(ColumnItems(asked.shape.column(view), items, following))


@endpoint(routes, "/api/threads", Threads)
def list_threads(
    request: Request, group: InGroup = None, limit: Limit = 20, cursor: Cursor = None
) -> Response:
    """List the threads, the newest first."""
    asked = Asked(request)
    before = number_in(cursor, "threads")
    with asked.reading() as db:
        found = threads.list_threads(db, asked.reader, group, before, limit + 1)
    shown, following = portion(found, limit, "threads", lambda one: one.id)
    to = Addresses()
    lines = tuple(
        ThreadLine(
            one.id, one.title, one.group_key, one.group_title, time_of(one.made_at), one.messages,
            asked.shape.message(one.first), asked.shape.url(to.thread(one.id)),
        )
        for one in shown
    )  # fmt: skip
    return asked.answer(Threads(lines, following))


@endpoint(routes, "/api/threads/{number}", Thread)
def get_thread(request: Request, number: Number) -> Response:
    """Return a thread with all of its messages."""
    asked = Asked(request)
    with asked.reading() as db:
        one = threads.get_thread(db, asked.reader, number)
    return asked.answer(
        Thread(
            one.id, one.title, one.group_key, one.group_title, time_of(one.made_at),
            time_of(one.since), time_of(one.until),
            tuple(Speaker(person.name, person.messages) for person in one.people),
            one.edited, when(one.edited_at), asked.shape.messages(one.messages),
            asked.shape.url(Addresses().thread(one.id)),
        )
    )  # fmt: skip
