"""A published folder with nothing in it but the search: what its page needs, and the index."""

from __future__ import annotations

import re
from pathlib import Path

from starlette.requests import Request

from archive.access import Reader
from archive.database import Archive
from web.app import create_app
from web.assets import STATIC
from web.page import Visit
from web.publish.search_index import Built, write_index

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " base-uri 'none'; form-action 'self'"
)


def publish_search(archive: Archive, reader: Reader, out: Path) -> Built:
    """Write the page, its files and the index."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "s").mkdir(exist_ok=True)
    for name, file in STATIC.items():
        (out / "s" / name).write_bytes(file.body)
    (out / "search.html").write_text(_page(archive), "utf-8")
    with archive.reading() as db:
        return write_index(db, reader, out)


def _page(archive: Archive) -> str:
    app = create_app(archive, loopback=False)
    scope = {
        "type": "http", "app": app, "method": "GET", "path": "/search.html", "query_string": b"",
        "headers": [], "client": ("203.0.113.1", 1), "server": ("localhost", 80), "scheme": "http",
    }  # fmt: skip
    html = bytes(Visit(Request(scope)).page("published_search.html").body).decode()
    html = re.sub(r'(["(])/static/([a-z_.]+)\?v=[0-9a-f]+', r"\1s/\2", html)
    return html.replace(
        '<meta charset="utf-8">',
        f'<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="{CSP}">',
    )
