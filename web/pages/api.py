"""What the API offers, for people who write programs."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from web.api.described import PATH, description
from web.page import Visit
from web.routes import Routes

routes = Routes()


class Endpoint(msgspec.Struct, frozen=True):
    """An endpoint as the page lists it."""

    path: str
    parameters: list[str]
    says: str
    """The key of the words that say what it answers."""


@routes.page("/api")
def api(request: Request) -> Response:
    """Show how programs read the archive, and every endpoint."""
    visit = Visit(request)
    paths: dict[str, dict[str, Any]] = description(request.app)["paths"]
    listed = [
        Endpoint(
            path,
            [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"],
            f"api.{operation['operationId']}",
        )
        for path, operations in paths.items()
        for operation in operations.values()
    ]
    return visit.page("api.html", endpoints=listed, described=PATH)
