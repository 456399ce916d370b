"""The rows of the access matrix for pages as Markdown: each as its page's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import msgspec

Row = TypeVar("Row", bound=msgspec.Struct)

TWINS = (
    "/", "/calendar", "/column/{number}", "/contents", "/digest/{name}", "/digests", "/essence",
    "/essence/{number}", "/files", "/g/{key:path}", "/g/{key:path}/calendar",
    "/g/{key:path}/d/{date}", "/g/{key:path}/essence", "/g/{key:path}/files",
    "/g/{key:path}/links", "/g/{key:path}/start", "/g/{key:path}/voices", "/links",
    "/m/{key:path}", "/people", "/q/{key:path}", "/questions", "/start", "/t/{number}",
    "/tag/{name:path}", "/tags", "/threads",
)  # fmt: skip
"""Pages that are there as Markdown too."""


def twin(path: str) -> str:
    """Return where a page is as Markdown; empty where there is no page."""
    bare, asks, query = path.partition("?")
    return f"{'/index' if bare == '/' else bare}.md{asks}{query}" if path else ""


def twin_rows(rows: Mapping[str, Row]) -> dict[str, Row]:
    """Return a row for each twin."""
    return {
        f"{path} as Markdown": msgspec.structs.replace(
            row, path=twin(row.path), none=twin(row.none)
        )
        for path in TWINS
        for row in [rows[f"GET {path}"]]
    }
