"""Feeds: what was kept, answered and told, for readers that ask from time to time."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from archive import essence, groups
from archive.errors import NotFound
from archive.messages import get_message
from archive.questions.listing import page_of_questions
from archive.sent_editions import sent_editions
from web.feed_entries import Teller
from web.feeds import TYPES, Entry, Feed, Form, feed_bytes, lasting_id, newest
from web.page import Visit
from web.pages import tags as tag_pages
from web.pages.digests import heading_of, told_of
from web.sending import answer_with

routes = APIRouter()

_MOST = 40
"""Entries of a feed."""
_SCANNED = 100

Finds = Callable[[sqlite3.Connection, Visit, Teller], list[Entry]]


class Source(msgspec.Struct, frozen=True):
    """A feed before it is read: its name for ever, its words, its page, and what is in it."""

    name: str
    title: str
    page: str
    finds: Finds


def essence_in(group: str | None = None, tag: str | None = None) -> Finds:
    """Return what reads the newest essence, of one group or with one tag."""

    def finds(db: sqlite3.Connection, visit: Visit, tell: Teller) -> list[Entry]:
        posts = essence.feed(db, visit.reader, group, tag, limit=_MOST)
        return [tell.essence(p) for p in posts if not all(m.recalled for m in p.messages)]

    return finds


def answered(db: sqlite3.Connection, visit: Visit, tell: Teller) -> list[Entry]:
    """Return the questions that were solved last."""
    found = page_of_questions(db, visit.reader, None, "accepted", limit=_SCANNED)
    entries = []
    for one in found.questions:
        with suppress(NotFound):
            answer = get_message(db, visit.reader, one.view.answers[0])
            if not answer.recalled:
                entries.append(tell.question(one.view, answer))
    return entries


def digests(db: sqlite3.Connection, visit: Visit, tell: Teller) -> list[Entry]:
    """Return the digests that were sent to groups the reader is inside of."""
    titles = {one.key: one.title for one in groups.list_groups(db, visit.reader)}
    entries = []
    for edition in sent_editions(db, visit.reader, limit=_MOST):
        head = heading_of(visit, edition, titles)
        rows: list[dict[str, Any]] = edition.digest.get("items") or []
        items = [told_of(visit, db, row, titles, head) for row in rows]
        where = visit.words("comma").join(head.groups)
        title = f"{where} · {head.span or edition.period}"
        entries.append(tell.digest(edition, title, [(one.title, one.lines) for one in items]))
    return entries


def everything(db: sqlite3.Connection, visit: Visit, tell: Teller) -> list[Entry]:
    """Return the newest of all of it."""
    finds = (essence_in(), answered, digests)
    return [entry for find in finds for entry in find(db, visit, tell)]


def feed_of(visit: Visit, source: Source, base_url: str) -> Feed:
    """Read a feed as this visitor may; its addresses begin with `base_url`."""
    tell = Teller(visit.words, visit.to.plain, base_url, visit.site.secret)
    with visit.archive.reading() as db:
        entries = source.finds(db, visit, tell)
    return Feed(
        lasting_id(visit.site.secret, f"feed {source.name}"),
        f"{source.title} · {visit.site.title}" if source.title else visit.site.title,
        tell.address(source.page),
        visit.site.title,
        visit.words.lang,
        newest(entries, _MOST),
    )


def _answer(visit: Visit, source: Source, form: Form) -> Response:
    feed = feed_of(visit, source, visit.origin)
    itself = visit.origin + quote(visit.request.scope["path"], safe="/:@")
    return answer_with(
        visit.request,
        feed_bytes(feed, form, itself),
        TYPES[form],
        feed.updated,
        {"X-Robots-Tag": "noindex"},
    )


@routes.api_route("/feed.{form}", methods=["GET", "HEAD"])
def all_of_it(request: Request, form: Form) -> Response:
    """Send the newest essence, solved questions and digests of all the reader may see."""
    visit = Visit(request)
    return _answer(visit, Source("all", "", "/", everything), form)


@routes.api_route("/essence.{form}", methods=["GET", "HEAD"])
def all_essence(request: Request, form: Form) -> Response:
    """Send the newest essence."""
    visit = Visit(request)
    source = Source("essence", visit.words("site.essence"), "/essence", essence_in())
    return _answer(visit, source, form)


@routes.api_route("/g/{key:path}/essence.{form}", methods=["GET", "HEAD"])
def of_group(request: Request, key: str, form: Form) -> Response:
    """Send the newest essence of a group."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        found = groups.get_group(db, visit.reader, key)
    title = f"{visit.words('site.essence')} · {found.title}"
    page = visit.to.plain.part_of_group(found.key, "essence")
    source = Source(f"group {found.key}", title, page, essence_in(found.key))
    return _answer(visit, source, form)


@routes.api_route("/digests.{form}", methods=["GET", "HEAD"])
def all_digests(request: Request, form: Form) -> Response:
    """Send the digests of the reader's groups."""
    visit = Visit(request)
    source = Source("digests", visit.words("edition.title"), "/digests", digests)
    return _answer(visit, source, form)


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
        return tag_pages.tag(request, f"{name}.{form}")
    visit = Visit(request)
    with visit.archive.reading() as db:
        if not tag_pages.is_borne(db, visit.reader, name):
            raise NotFound("nothing carries this tag.")
    source = Source(f"tag {name}", f"#{name}", visit.to.plain.tag(name), essence_in(tag=name))
    return _answer(visit, source, form)
