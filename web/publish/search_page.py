"""The page of the search without a server."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from web.page import Visit

SCRIPTS = (
    "published_text.js", "published_index.js", "published_query.js", "published_once.js",
    "published_search.js",
)  # fmt: skip


def show(request: Request) -> Response:
    """Show the page; what it finds is in scripts of its own."""
    return Visit(request).page("published_search.html")
