"""Tags: all of them, and what carries one."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from archive import essence, tags
from archive.errors import NotFound
from web.page import Place, Visit

routes = APIRouter()

_PAGE = 30


@routes.api_route("/tags", methods=["GET", "HEAD"])
def all_tags(request: Request) -> Response:
    """Show every tag with how often it is used."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        named = tags.list_tags(db, visit.reader)
    return visit.page("tags.html", tags=named)


@routes.api_route("/tag/{name:path}", methods=["GET", "HEAD"])
def tag(request: Request, name: str, before: Place = None) -> Response:
    """Show the essence and the messages that carry a tag."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        kept = essence.feed(db, visit.reader, tag=name, limit=10) if before is None else []
        said = tags.tagged(db, visit.reader, name, before, limit=_PAGE + 1)
    if not kept and not said:
        raise NotFound("nothing carries this tag.")
    more = said[_PAGE - 1].id if len(said) > _PAGE else None
    lines = [visit.talk.line(message, whole=False) for message in said[:_PAGE]]
    return visit.page("tag.html", name=name, essence=kept, lines=lines, more=more)
