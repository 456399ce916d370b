"""The page about the API lists every endpoint there is."""

from __future__ import annotations

from docs_reading import spans, table, text_of

from archive.database import Archive
from web.api.described import description
from web.app import create_app

PAGE = text_of("docs/api.md")


def test_the_page_lists_every_endpoint_with_its_parameters(archive: Archive) -> None:
    listed = {}
    for row in table(PAGE, "Endpoints"):
        (path,) = spans(row[0])
        listed[path] = spans(row[2])
    made = {
        path: [
            one["name"] for one in operations["get"].get("parameters", ()) if one["in"] == "query"
        ]
        for path, operations in description(create_app(archive, loopback=True))["paths"].items()
    }
    assert {path: set(names) for path, names in listed.items()} == {
        path: set(names) for path, names in made.items()
    }
