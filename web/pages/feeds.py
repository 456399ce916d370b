"""Feeds: what was kept, solved and told, for readers that ask from time to time."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter
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
from web.sending import answer_with

routes = APIRouter()


def _answer(visit: Visit, source: Source, form: Form) -> Response:
    tell = Teller(visit.words, visit.to.plain, visit.origin, visit.site.secret)
    with visit.archive.reading() as db:
        feed = read_feed(db, visit.reader, tell, source, visit.site.title)
    # without what was asked beside it: a key stays with who has it
    itself = visit.origin + quote(visit.request.scope["path"], safe="/:@")
    body = feed_bytes(feed, form, itself)
    return answer_with(visit.request, body, TYPES[form], feed.updated, {"X-Robots-Tag": "noindex"})


@routes.api_route("/feed.{form}", methods=["GET", "HEAD"])
def all_of_it(request: Request, form: Form) -> Response:
    """Send the newest essence, solved questions and digests of all the reader may see."""
    visit = Visit(request)
    return _answer(visit, feed_sources.of_all(visit.to.plain), form)


@routes.api_route("/essence.{form}", methods=["GET", "HEAD"])
def all_essence(request: Request, form: Form) -> Response:
    """Send the newest essence."""
    visit = Visit(request)
    return _answer(visit, feed_sources.of_essence(visit.words, visit.to.plain), form)


@routes.api_route("/g/{key:path}/essence.{form}", methods=["GET", "HEAD"])
def of_group(request: Request, key: str, form: Form) -> Response:
    """Send the newest essence of a group."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        found = groups.get_group(db, visit.reader, key)
    return _answer(visit, feed_sources.of_group(found, visit.words, visit.to.plain), form)


@routes.api_route("/digests.{form}", methods=["GET", "HEAD"])
def all_digests(request: Request, form: Form) -> Response:
    """Send the digests of the reader's groups."""
    visit = Visit(request)
    return _answer(visit, feed_sources.of_digests(visit.words, visit.to.plain), form)


@routes.api_route("/tag/{name:path}.atom", methods=["GET", "HEAD"])
def tag_as_atom(request: Request, name: str) -> Response:
    """Send the essence that bears a tag, as Atom."""
    return _of_tag(request, name, "atom")


@routes.api_route("/tag/{name:path}.json", methods=["GET", "HEAD"])
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
