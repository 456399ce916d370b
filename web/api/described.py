"""The description of the API in OpenAPI, made of its endpoints and the shapes they answer with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.requests import Request
from starlette.responses import Response

from web.api import shapes
from web.api.asking import Asked

F = TypeVar("F", bound=Callable[..., Any])

PATH = "/api/openapi.json"
_ABOUT = (
    "Reads a Chendian archive as JSON: what the site's pages show, as the one who asks may read it."
    " docs/api.md says more."
)
_REF = "#/components/schemas/"
_REFUSALS = {
    400: "not understood",
    401: "the token does not work",
    404: "none, or not for this reader",
    429: "too often; `Retry-After` says for how many seconds to wait",
}
_UNUSED = ("HTTPValidationError", "ValidationError")

routes = APIRouter()


def endpoint(routes: APIRouter, path: str, shape: type[shapes.Shape]) -> Callable[[F], F]:
    """Add an endpoint that answers with a shape; the body is encoded without pydantic, for
    speed."""

    def add(does: F) -> F:
        routes.add_api_route(
            path, does, methods=["GET"], response_class=Response, operation_id=does.__name__,
            responses=_answers(shape),
        )  # fmt: skip
        return does

    return add


def _answers(shape: type[shapes.Shape]) -> dict[int | str, dict[str, Any]]:
    said: dict[int | str, dict[str, Any]] = {
        200: _answer("found", shape),
        304: {"description": "as before, by `If-None-Match`"},
    }
    return said | {status: _answer(why, shapes.Error) for status, why in _REFUSALS.items()}


def _answer(words: str, shape: type[shapes.Shape]) -> dict[str, Any]:
    schema = {"$ref": _REF + shape.__name__}
    return {"description": words, "content": {"application/json": {"schema": schema}}}


def description(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document, which is the same for everybody."""
    if not hasattr(app.state, "described"):
        app.state.described = _described(app)
    made: dict[str, Any] = app.state.described
    return made


def _described(app: FastAPI) -> dict[str, Any]:
    routes = [route for route in app.routes if getattr(route, "path", "").startswith("/api/")]
    made: dict[str, Any] = get_openapi(
        title=app.title, version=app.version, description=_ABOUT, routes=routes
    )
    parts = made.setdefault("components", {})
    known = parts.setdefault("schemas", {})
    for name in _UNUSED:
        known.pop(name, None)
    # of every module the endpoints are made of
    _, found = msgspec.json.schema_components(
        shapes.Shape.__subclasses__(), ref_template=_REF + "{name}"
    )
    known.update(sorted(found.items()))
    parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    for path in made["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)
            # without a token the API answers as the site does
            operation["security"] = [{}, {"token": []}]
    return made


@routes.get(PATH, response_class=Response, include_in_schema=False)
def openapi(request: Request) -> Response:
    """Return the description of the API."""
    return Asked(request).answer(description(request.app))
