"""Files and links: what was sent and shared in the groups, and why something is not there."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from archive import files as shelf
from archive import groups
from archive.errors import BadQuery
from archive.files import FilePage, FileType, FileView, Order
from archive.query import filter_text
from archive.records import Attachment
from archive.shared_links import LinkPage, SharedLink, shared_links
from archive.views import GroupView, MessageView
from web.files import Shown, card_of
from web.links import host_of, safe_url
from web.page import Visit
from web.rest import Rest, rest_of

routes = APIRouter()

_FILES, _LINKS = 40, 30


class FileRow(msgspec.Struct, frozen=True):
    """A file as a list shows it."""

    m: MessageView
    file: Attachment
    shown: Shown
    theirs: str
    """The files of who sent it; empty for who may not know."""


class LinkRow(msgspec.Struct, frozen=True):
    """A link as a list shows it."""

    m: MessageView
    url: str
    host: str
    title: str
    path: str
    """What of the address stands behind the host."""
    times: int
    exact: bool


@routes.api_route("/files", methods=["GET", "HEAD"])
def all_files(
    request: Request,
    q: str = "",
    only: FileType | None = None,
    missing: bool = False,
    order: Order = "newest",
    cursor: str | None = None,
) -> Response:
    """Show the files of all groups the reader may see."""
    return _files(request, None, q, only, missing, order, cursor)


@routes.api_route("/g/{key:path}/files", methods=["GET", "HEAD"])
def files_of_group(
    request: Request,
    key: str,
    q: str = "",
    only: FileType | None = None,
    missing: bool = False,
    order: Order = "newest",
    cursor: str | None = None,
) -> Response:
    """Show the files of one group."""
    return _files(request, key, q, only, missing, order, cursor)


def _files(
    request: Request,
    key: str | None,
    q: str,
    only: FileType | None,
    missing: bool,
    order: Order,
    cursor: str | None,
) -> Response:
    visit = Visit(request)
    bad = None
    with visit.archive.reading() as db:
        group = groups.get_group(db, visit.reader, key) if key is not None else None
        try:
            found = shelf.list_files(
                db, visit.reader, group.key if group else None, q, only=only, missing=missing,
                order=order, cursor=cursor, limit=_FILES, time_zone=visit.zone,
            )  # fmt: skip
        except BadQuery as error:
            found, bad = FilePage((), 0, True, None), error
        rest = rest_of(db, visit, group, "files") if found.next else Rest()
    return visit.page(
        "files.html",
        group=group,
        months=rest.months,
        groups=rest.groups,
        here=_here(visit, group, "files"),
        listed=_listed(visit, group, "files"),
        asked=q[:500],
        only=only,
        missing=missing,
        order_of=order,
        cursor=cursor,
        types=shelf.TYPES,
        found=found,
        bad=bad,
        rows=[file_row(visit, group, one) for one in found.files],
    )


def file_row(visit: Visit, group: GroupView | None, one: FileView) -> FileRow:
    m = one.message
    theirs = ""
    if m.sender_key and m.sender:
        theirs = _listed(visit, group, "files")(q=filter_text("from", m.sender))
    return FileRow(m, one.file, visit.talk.cabinet.shown(one.file), theirs)


@routes.api_route("/links", methods=["GET", "HEAD"])
def all_links(request: Request, q: str = "", cursor: str | None = None) -> Response:
    """Show the links of all groups the reader may see."""
    return _links(request, None, q, cursor)


@routes.api_route("/g/{key:path}/links", methods=["GET", "HEAD"])
def links_of_group(request: Request, key: str, q: str = "", cursor: str | None = None) -> Response:
    """Show the links of one group."""
    return _links(request, key, q, cursor)


def _links(request: Request, key: str | None, q: str, cursor: str | None) -> Response:
    visit = Visit(request)
    bad = None
    with visit.archive.reading() as db:
        group = groups.get_group(db, visit.reader, key) if key is not None else None
        try:
            found = shared_links(
                db, visit.reader, group.key if group else None, q,
                cursor=cursor, limit=_LINKS, time_zone=visit.zone,
                counted=not visit.to.published,
            )  # fmt: skip
        except BadQuery as error:
            found, bad = LinkPage((), 0, True, None), error
        rest = rest_of(db, visit, group, "links") if found.next else Rest()
    return visit.page(
        "links.html",
        group=group,
        months=rest.months,
        groups=rest.groups,
        here=_here(visit, group, "links"),
        listed=_listed(visit, group, "links"),
        asked=q[:500],
        cursor=cursor,
        found=found,
        bad=bad,
        rows=[row for one in found.links if (row := link_row(one))],
    )


def link_row(one: SharedLink) -> LinkRow | None:
    url = safe_url(one.url)
    if url is None:
        return None
    card = card_of(one.message.detail)
    title = card.title if card and card.href == url and card.title != card.host else ""
    host = host_of(url)
    path = url.partition("://")[2].partition("/")[2]
    return LinkRow(
        one.message, url, host, title, f"/{path[:200]}" if path else "", one.times, one.exact
    )


def _listed(visit: Visit, group: GroupView | None, part: str) -> Callable[..., str]:
    """Return what makes the addresses of a list, by its query."""
    if group is None:
        return partial(visit.to, f"/{part}")
    return partial(visit.to.part_of_group, group.key, part)


def _here(visit: Visit, group: GroupView | None, part: str) -> str:
    """Return the path of a list, without its query."""
    return _listed(visit, group, part)().partition("?")[0]
