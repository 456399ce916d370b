"""Tags: all of them, and what carries one."""

from __future__ import annotations

import sqlite3

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from archive import essence, tags
from archive.access import Reader
from archive.errors import NotFound
from web.described import Described
from web.page import Place, Visit

routes = APIRouter()

MESSAGES = 30
"""On one page."""
_ESSENCE = 10
"""Essences before the messages; the feed has all of a tag's."""
_TAGS = 300
"""Tags on one page."""


@routes.api_route("/tags", methods=["GET", "HEAD"])
def all_tags(request: Request, after: str | None = None) -> Response:
    """Show every tag with how often it is used, the most used first; go on after one of them."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        named, more = tags.tags_after(db, visit.reader, after, _TAGS)
    about = Described(visit.to.plain("/tags"), visit.words("tags.title")) if named else None
    return visit.page("tags.html", listing=about, tags=named, after=after, more=more)


@routes.api_route("/tag/{name:path}", methods=["GET", "HEAD"])
def tag(request: Request, name: str, before: Place = None) -> Response:
    """Show the essence and the messages that carry a tag."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        kept = (
            essence.feed(db, visit.reader, tag=name, limit=_ESSENCE + 1) if before is None else []
        )
        said = tags.tagged(db, visit.reader, name, before, limit=MESSAGES + 1)
    if not kept and not said:
        raise NotFound("nothing carries this tag.")
    more = said[MESSAGES - 1].id if len(said) > MESSAGES else None
    lines = [visit.talk.line(message, whole=False) for message in said[:MESSAGES]]
    return visit.page(
        "tag.html",
        listing=Described(
            visit.to.plain.tag(name), f"#{name}", " · ".join(one.title for one in kept[:5])
        ),
        name=name,
        essence=kept[:_ESSENCE],
        rest=len(kept) > _ESSENCE,
        lines=lines,
        more=more,
    )


def is_borne(db: sqlite3.Connection, reader: Reader, name: str) -> bool:
    """Tell whether something a reader may see carries a tag."""
    return bool(
        tags.tagged(db, reader, name, limit=1) or essence.feed(db, reader, tag=name, limit=1)
    )
