"""The API: as JSON what the pages show, as the one who asks may read it."""

from __future__ import annotations

from starlette.routing import BaseRoute

from web.api import (
    counts,
    described,
    digests,
    essence,
    files,
    groups,
    messages,
    people,
    questions,
    search,
    shelves,
    tags,
)

_PARTS = (
    search, groups, messages, essence, tags, shelves, questions, digests, files, people, counts,
    described,
)  # fmt: skip
routes: list[BaseRoute] = [route for part in _PARTS for route in part.routes.routes]
