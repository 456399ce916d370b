"""What a reader sees when there is nothing to see."""

from __future__ import annotations

import logging

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from archive.errors import ArchiveError, BadQuery, NotFound
from web.bearer import is_shown
from web.page import Visit

log = logging.getLogger(__name__)


def install(app: Starlette) -> None:
    """Let every refusal end in a page, or in JSON under /api."""
    # a published site has the pages without it
    from fastapi.exceptions import RequestValidationError

    app.add_exception_handler(ArchiveError, _archive_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _bad_request)


async def failed(request: Request) -> Response:
    """Answer a request that broke the program."""
    return answer(request, 500)


def answer(request: Request, status: int, what: str = "", hint: str = "") -> Response:
    """Return an error as the asked path speaks: a page, or JSON `{"error", "hint"}`."""
    if request.url.path.startswith(("/api/", "/healthz")) or is_shown(request):
        plain, next_step = _PLAIN.get(status, ("error", ""))
        said = {"error": what or plain, "hint": hint or next_step}
        return Response(msgspec.json.encode(said), status, media_type="application/json")
    visit = Visit(request)
    known = status if visit.words.has(f"error.title_{status}") else 400
    return visit.page("error.html", status, code=known, what=what, hint=hint)


_PLAIN = {
    400: ("bad request", "see /api/openapi.json for what is understood"),
    401: ("this token does not work", "it may have ended; ask the operator for another one"),
    404: ("not found", "what does not exist and what you may not read are answered alike"),
    405: ("reading only", "ask with GET"),
    429: ("too many requests", "wait as many seconds as Retry-After says"),
    500: ("internal error", "the operator finds more in the log"),
    503: ("the archive cannot be opened", "the operator runs: chendian verify"),
}
"""What is said where nothing more is known, and what to do."""


async def _archive_error(request: Request, error: Exception) -> Response:
    if isinstance(error, NotFound):
        return answer(request, 404)
    if isinstance(error, BadQuery):
        return answer(request, 400, error.what, error.hint)
    log.error("archive error %s", type(error).__name__)
    return answer(request, 503)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    response = answer(request, error.status_code)
    response.headers.update(error.headers or {})
    return response


async def _bad_request(request: Request, error: Exception) -> Response:
    """Answer a parameter that is none, without repeating it; in a path it names nothing."""
    from fastapi.exceptions import RequestValidationError

    assert isinstance(error, RequestValidationError)
    places = [fault["loc"] for fault in error.errors()]
    if any(place[0] == "path" for place in places):
        return answer(request, 404)
    if not request.url.path.startswith("/api/"):
        return answer(request, 400)
    # the names are ours, whatever was asked
    names = ", ".join(sorted({str(place[1]) for place in places if len(place) > 1}))
    return answer(request, 400, f"{names}: not understood" if names else "")
