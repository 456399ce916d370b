"""Digests that were sent."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from archive.editions import EditionView
from archive.errors import NotFound
from archive.groups import get_group
from archive.messages import get_message
from archive.sent_editions import Quotation, groups_of, quotations, sent_edition, sent_editions
from archive.views import MessageView
from web.addresses import Addresses
from web.api.asking import Asked, Cursor, InGroup, Limit, number_in, portion
from web.api.described import endpoint
from web.api.shaping import when
from web.api.shelf_shapes import Digest, DigestLine, Digests, Quoted, Told
from web.page import Number

routes = APIRouter()

OfPeriod = Annotated[
    str | None, Query(max_length=20, description="only of `2026-W47` or `2026-11-18`")
]


@endpoint(routes, "/api/digests", Digests)
def list_digests(
    request: Request,
    group: InGroup = None,
    period: OfPeriod = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response:
    """List the digests that were sent to the reader's groups, the last sent first."""
    asked = Asked(request)
    below = number_in(cursor, "digests")
    with asked.reading() as db:
        key = get_group(db, asked.reader, group).key if group is not None else None
        found = sent_editions(db, asked.reader, key, period, below, limit + 1)
    shown, following = portion(found, limit, "digests", lambda one: one.id)
    return asked.answer(Digests(tuple(_line(asked, one) for one in shown), following))


@endpoint(routes, "/api/digests/{number}", Digest)
def get_digest(request: Request, number: Number) -> Response:
    """Return a digest that was sent, without what was forgotten since."""
    asked = Asked(request)
    with asked.reading() as db:
        edition = sent_edition(db, asked.reader, number)
        told = edition.digest
        items = [
            _told(one, quotations(db, asked.reader, one["keys"], str(one.get("text", ""))))
            for one in told.get("items") or ()
        ]
        waiting = [one.key for one in _readable(asked, db, told.get("open_questions") or ())]
        first = [one["keys"][0] for one in told.get("thanks") or ()]
        thanked = [one.sender for one in _readable(asked, db, first) if one.sender]
    return asked.answer(
        Digest(_line(asked, edition), tuple(items), tuple(waiting), tuple(dict.fromkeys(thanked)))
    )


def _readable(asked: Asked, db: sqlite3.Connection, keys: Iterable[str]) -> list[MessageView]:
    """Return those of these messages that can be read, and were not taken back."""
    found = []
    for key in keys:
        with suppress(NotFound):
            found.append(get_message(db, asked.reader, key))
    return [one for one in found if not one.recalled]


def _line(asked: Asked, edition: EditionView) -> DigestLine:
    kind: Any = edition.kind
    return DigestLine(
        edition.id, kind, edition.period, tuple(groups_of(edition, asked.reader)),
        when(edition.sent_at), asked.shape.url(Addresses().digest(edition.id)),
    )  # fmt: skip


def _told(item: dict[str, Any], lines: list[Quotation]) -> Told:
    return Told(
        str(item.get("kind", "")),
        str(item.get("title", "")),
        str(item.get("why", "")),
        str(item.get("group_key", "")),
        str(item["keys"][0]),
        tuple(
            Quoted(
                one.text,
                one.message.key if one.message else None,
                one.message.sender if one.message else "",
            )
            for one in lines
        ),
    )
