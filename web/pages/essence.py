"""Essence: the feed of what was kept, and one post."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from archive import calendar, essence, groups, tags
from web import strata
from web.dates import local
from web.page import Number, Place, Visit

routes = APIRouter()

_PAGE = 20


@routes.api_route("/essence", methods=["GET", "HEAD"])
def feed(
    request: Request, group: str | None = None, tag: str | None = None, before: Place = None
) -> Response:
    """Show what was kept, the newest first; `group` and `tag` narrow it."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        within = groups.get_group(db, visit.reader, group) if group else None
        key = within.key if within else None
        posts = essence.feed(db, visit.reader, key, tag, before, limit=_PAGE + 1)
        layers = calendar.months(db, visit.reader, key)
        titles = {one.key: one.title for one in groups.list_groups(db, visit.reader)}
        named = [t for t in tags.list_tags(db, visit.reader, key) if t.essence][:16]
    more = posts[_PAGE - 1].id if len(posts) > _PAGE else None
    asked = f"{visit.within(key, titles)} is:essence" if key else "is:essence"
    return visit.page(
        "essence.html",
        group=within,
        tag=tag,
        posts=posts[:_PAGE],
        tags=named,
        more=more,
        strata=strata.months(
            layers, visit.words, lambda month: visit.to.search(f"{asked} on:{month}")
        ),
    )


@routes.api_route("/essence/{number}", methods=["GET", "HEAD"])
def post(request: Request, number: Number) -> Response:
    """Show one essence: the original words, who kept them and why."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        found = essence.post(db, visit.reader, number)
    first = found.messages[0] if found.messages else None
    return visit.page(
        "post.html",
        post=found,
        first=first,
        moment=local(first.sent_at, first.time_zone) if first else None,
        lines=visit.talk.words_of(found.messages),
    )
