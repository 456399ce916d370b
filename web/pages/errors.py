"""What a reader sees when there is nothing to see."""

from __future__ import annotations

import logging

import msgspec
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from archive.errors import ArchiveError, BadQuery, NotFound
from web.page import Visit

log = logging.getLogger(__name__)


def install(app: FastAPI) -> None:
    """Let every refusal end in a page, or in JSON under /api."""
    app.add_exception_handler(ArchiveError, _archive_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _bad_request)


async def failed(request: Request) -> Response:
    """Answer a request that broke the program."""
    return answer(request, 500)


def answer(request: Request, status: int, what: str = "", hint: str = "") -> Response:
    """Return an error as the asked path speaks: a page, or JSON `{"error", "hint"}`."""
    if request.url.path.startswith(("/api/", "/healthz")):
        said = {"error": what or _PLAIN.get(status, "error"), "hint": hint}
        return Response(msgspec.json.encode(said), status, media_type="application/json")
    visit = Visit(request)
    known = status if visit.words.has(f"error.title_{status}") else 400
    return visit.page("error.html", status, code=known, what=what, hint=hint)


_PLAIN = {
    400: "bad request", 404: "not found", 405: "reading only", 500: "internal error",
    503: "the archive cannot be opened",
}  # fmt: skip


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
    assert isinstance(error, RequestValidationError)
    in_path = any(fault["loc"][0] == "path" for fault in error.errors())
    return answer(request, 404 if in_path else 400)
