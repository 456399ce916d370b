"""Stands before the pages: an address that ends in `.md` asks for the same page as Markdown."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

TWIN = "chendian.markdown"
"""In the scope of a request for a page's twin."""
BESIDE = "chendian.beside"
"""In the scope of a page that is made for a file: what takes its twin."""
_AS_THEY_ARE = ("/media/", "/static/", "/api/")
"""Where an ending belongs to the name of a file or key."""


class Twins:
    """Middleware that takes the ending away and leaves a note of it: reader, page and values stay
    the same, whatever they are."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(_asked(scope), receive, send)


def _asked(scope: Scope) -> Scope:
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
        return scope
    path: str = scope["path"]
    # a name that ends so is written with %2E (web/addresses.py)
    written: bytes = (scope.get("raw_path") or path.encode("utf-8", "replace")).partition(b"?")[0]
    if not written.endswith(b".md") or path.startswith(_AS_THEY_ARE):
        return scope
    bare = path.removesuffix(".md")
    page = "/" if bare == "/index" else bare
    return {**scope, "path": page, "raw_path": written.removesuffix(b".md"), TWIN: True}


def is_twin(scope: Scope) -> bool:
    """Tell whether a request asks for Markdown."""
    return TWIN in scope
