"""The API: as JSON what the pages show, as the one who asks may read it."""

from __future__ import annotations

from fastapi import APIRouter

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

routes = APIRouter()
for part in (
    search, groups, messages, essence, tags, shelves, questions, digests, files, people, counts,
    described,
):  # fmt: skip
    routes.include_router(part.routes)
