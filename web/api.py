"""The JSON API: search, messages and groups, as this reader sees them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from archive import groups, hits, messages, text
from archive.search import search as find
from archive.stats import stats
from web.access import visitor_of
from web.page import Site

routes = APIRouter()

MAX_LIMIT = 100

_HIT = {
    "type": "object",
    "required": ["key", "group", "group_title", "sender", "sender_key", "sent_at", "text", "url"],
    "properties": {
        "key": {"type": "string", "description": "the message's key and permalink, for ever"},
        "group": {"type": "string"},
        "group_title": {"type": "string"},
        "sender": {"type": "string", "description": "shown name"},
        "sender_key": {"type": ["string", "null"], "description": "null for the public"},
        "sent_at": {"type": "string", "format": "date-time", "description": "UTC"},
        "text": {"type": "string"},
        "url": {"type": "string"},
    },
}
_RESULTS = {
    "type": "object",
    "required": ["query", "count", "exact", "hits"],
    "properties": {
        "query": {"type": "string"},
        "count": {"type": "integer", "description": "a lower bound where `exact` is false"},
        "exact": {"type": "boolean"},
        "hits": {"type": "array", "items": _HIT},
        "older": {"type": ["string", "null"], "description": "`cursor` of the next page"},
        "notes": {"type": "array", "items": {"type": "string"}},
    },
}
_ERROR = {
    "type": "object",
    "properties": {"error": {"type": "string"}, "hint": {"type": "string"}},
}


def _answers(schema: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    """Document what a route answers; the body itself is encoded without pydantic, for speed."""
    said = {
        200: ("found", schema),
        400: ("not understood", _ERROR),
        404: ("none, or hidden", _ERROR),
    }
    return {
        status: {"description": words, "content": {"application/json": {"schema": shape}}}
        for status, (words, shape) in said.items()
    }


def _json(value: Any, status: int = 200) -> Response:
    try:
        body = msgspec.json.encode(value)
    except UnicodeEncodeError:
        body = msgspec.json.encode(_printable(value))
    return Response(body, status, media_type="application/json")


def _printable(value: Any) -> Any:
    """Replace lone surrogates, which neither UTF-8 nor JSON can hold."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_printable(key): _printable(part) for key, part in value.items()}
    return [_printable(part) for part in value] if isinstance(value, list | tuple) else value


def _site(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


# async, though it reads the disk: a search is shorter than the way to a thread and back
@routes.get("/api/search", response_class=Response, responses=_answers(_RESULTS))
async def search(
    request: Request,
    q: Annotated[str, Query(description="e.g. `部署 from:小满 after:7d`")] = "",
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 20,
    order: Literal["newest", "relevance"] = "newest",
    cursor: Annotated[str | None, Query(description="`older` of the page before")] = None,
) -> Response:
    """Search messages; the same object as `chendian search --json`."""
    site = _site(request)
    reader = visitor_of(request, site).reader
    with site.archive.reading() as db:
        results = find(
            db, q, reader, limit=limit, order=order, cursor=cursor, time_zone=site.time_zone
        )
    return _json(hits.results_json(results, site.base_url))


@routes.get("/api/messages/{key:path}", response_class=Response, responses=_answers(_HIT))
def message(request: Request, key: str) -> Response:
    """Return one message by its key or a former key."""
    site = _site(request)
    reader = visitor_of(request, site).reader
    with site.archive.reading() as db:
        found = messages.get_message(db, reader, key)
    return _json(hits.message_json(found, site.base_url))


_GROUP = {
    "type": "object",
    "properties": {
        "key": {"type": "string"},
        "title": {"type": "string"},
        "platform": {"type": "string"},
        "messages": {"type": "integer"},
        "members": {"type": "integer"},
        "essence": {"type": "integer"},
        "first": {"type": ["integer", "null"], "description": "Unix seconds"},
        "last": {"type": ["integer", "null"], "description": "Unix seconds"},
    },
}
_GROUPS = {"type": "array", "items": _GROUP}


@routes.get("/api/groups", response_class=Response, responses=_answers(_GROUPS))
def list_groups(request: Request) -> Response:
    """List the groups this reader may see."""
    site = _site(request)
    with site.archive.reading() as db:
        found = groups.list_groups(db, visitor_of(request, site).reader)
    return _json([{name: getattr(group, name) for name in _GROUP["properties"]} for group in found])


@routes.get("/healthz", response_class=Response, include_in_schema=False)
def health(request: Request) -> Response:
    """Say that the archive can be read, and what this reader finds in it."""
    site = _site(request)
    with site.archive.reading() as db:
        found = stats(db, visitor_of(request, site).reader)
    counts = {"groups": found.groups, "messages": found.messages}
    return _json({"ok": True, **counts, "tokeniser": text.VERSION})
