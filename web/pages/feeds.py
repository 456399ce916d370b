"""Feeds: what was kept, solved and told, for readers that ask from time to time."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from archive import groups
from archive.errors import NotFound
from web import feed_sources
from web.feed_entries import Teller
from web.feed_sources import Source, read_feed
from web.feeds import TYPES, Form, feed_bytes
from web.page import Visit
from web.pages import tags
from web.routes import Routes
from web.sending import answer_with

routes = Routes()


def _answer(visit: Visit, source: Source, form: Form) -> Response:
    tell = Teller(visit.words, visit.to.plain, visit.origin, visit.site.secret)
    with visit.archive.reading() as db:
        feed = read_feed(db, visit.reader, tell, source, visit.site.title)
    # without what was asked beside it: a key stays with who has it
    itself = visit.origin + quote(visit.request.scope["path"], safe="/:@")
    body = feed_bytes(feed, form, itself)
    return answer_with(visit.request, body, TYPES[form], feed.updated, {"X-Robots-Tag": "noindex"})


@routes.page("/feed.{form}")
def all_of_it(request: Request, form: Form) -> Response:
    """Send the newest essence, solved questions and digests of all the reader may see."""
    visit = Visit(request)
    return _answer(visit, feed_sources.of_all(visit.to.plain), form)


@routes.page("/essence.{form}")
def all_essence(request: Request, form: Form) -> Response:
    """Send the newest essence."""
    visit = Visit(request)
    return _answer(visit, feed_sources.of_essence(visit.words, visit.to.plain), form)


@routes.page("/g/{key:path}/essence.{form}")
def of_group(request: Request, key: str, form: Form) -> Response:
    """Send the newest essence of a group."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        found = groups.get_group(db, visit.reader, key)
    return _answer(visit, feed_sources.of_group(found, visit.words, visit.to.plain), form)


@routes.page("/digests.{form}")
def all_digests(request: Request, form: Form) -> Response:
    """Send the digests of the reader's groups."""
    visit = Visit(request)
    return _answer(visit, feed_sources.of_digests(visit.words, visit.to.plain), form)


@routes.page("/tag/{name:path}.atom")
def tag_as_atom(request: Request, name: str) -> Response:
    """Send the essence that bears a tag, as Atom."""
    return _of_tag(request, name, "atom")


@routes.page("/tag/{name:path}.json")
def tag_as_json(request: Request, name: str) -> Response:
    """Send the essence that bears a tag, as JSON Feed."""
    return _of_tag(request, name, "json")


def _of_tag(request: Request, name: str, form: Form) -> Response:
    written: bytes = request.scope.get("raw_path") or b""
    if written and not written.partition(b"?")[0].endswith(f".{form}".encode()):
        # `v1%2Ejson` is the page of a tag that is called so
        return tags.tag(request, f"{name}.{form}")
    visit = Visit(request)
    with visit.archive.reading() as db:
        if not tags.is_borne(db, visit.reader, name):
            raise NotFound("nothing carries this tag.")
    return _answer(visit, feed_sources.of_tag(name, visit.to.plain), form)
