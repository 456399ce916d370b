"""What search engines ask for: robots.txt and the sitemaps. Everybody gets the public's."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from itertools import chain

from starlette.requests import Request
from starlette.responses import Response

from archive.access import public
from archive.errors import NotFound
from archive.groups import list_groups
from web.addresses import Addresses
from web.page import Visit
from web.routes import Routes
from web.sending import answer_with
from web.sitemap import KINDS, Place, parts, robots, sitemap, sitemap_index

routes = Routes()

_XML = "application/xml"


@routes.page("/robots.txt")
def robots_txt(request: Request) -> Response:
    """Tell robots where they may look: nowhere, unless something is public."""
    visit = Visit(request)
    body = robots(Addresses(), visit.site.base_url, _is_open(visit))
    return answer_with(request, body, "text/plain")


@routes.page("/sitemap.xml")
def index(request: Request) -> Response:
    """List the sitemaps."""
    visit = _open(request)
    with visit.archive.reading() as db:
        files = dict(chain.from_iterable(files_of(db, kind).items() for kind in KINDS))
    body = sitemap_index(files, Addresses(), visit.site.base_url)
    return answer_with(request, body, _XML)


@routes.page("/sitemap/{name}")
def one(request: Request, name: str) -> Response:
    """Send one of them."""
    visit = _open(request)
    kind = name.partition("-")[0]
    if kind not in KINDS:
        raise NotFound("there is no such sitemap.")
    with visit.archive.reading() as db:
        places = files_of(db, kind).get(name)
    if not places:
        raise NotFound("there is no such sitemap.")
    return answer_with(request, sitemap(places, visit.site.base_url), _XML)


def files_of(db: sqlite3.Connection, kind: str) -> dict[str, Sequence[Place]]:
    """Return the sitemaps of one kind of page by name."""
    return parts(kind, KINDS[kind](db, public(), Addresses()))


def _is_open(visit: Visit) -> bool:
    if not visit.is_published:
        return False
    with visit.archive.reading() as db:
        return bool(list_groups(db, public()))


def _open(request: Request) -> Visit:
    """Return the visit of who asks a site of which something is public; 404 for any other."""
    visit = Visit(request)
    if not _is_open(visit):
        raise NotFound("there is no sitemap.")
    return visit
