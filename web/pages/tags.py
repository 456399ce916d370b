"""Tags: all of them, and what carries one."""

from __future__ import annotations

import sqlite3

from starlette.requests import Request
from starlette.responses import Response

from archive import essence, tags
from archive.access import Reader
from archive.errors import NotFound
from web.described import Described
from web.page import Place, Visit
from web.routes import Routes

routes = Routes()

_PAGE = 30
_ESSENCE = 10
"""Essences before the messages; the feed has all of a tag's."""
_TAGS = 300
"""Tags on one page."""


@routes.page("/tags")
def all_tags(request: Request, after: str | None = None) -> Response:
    """Show every tag with how often it is used, the most used first; go on after one of them."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        named, more = tags.tags_after(db, visit.reader, after, _TAGS)
    about = Described(visit.to.plain("/tags"), visit.words("tags.title")) if named else None
    return visit.page("tags.html", listing=about, tags=named, after=after, more=more)


@routes.page("/tag/{name:path}")
def tag(request: Request, name: str, before: Place = None) -> Response:
    """Show the essence and the messages that carry a tag."""
    visit = Visit(request)
    most = visit.to.rows(_PAGE)
    with visit.archive.reading() as db:
        kept = (
            essence.feed(db, visit.reader, tag=name, limit=_ESSENCE + 1) if before is None else []
        )
        said = tags.tagged(db, visit.reader, name, before, limit=most + 1)
    if not kept and not said:
        raise NotFound("nothing carries this tag.")
    more = said[most - 1].id if len(said) > most else None
    lines = [visit.talk.line(message, whole=False) for message in said[:most]]
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
