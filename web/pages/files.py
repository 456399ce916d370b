"""Files and links: what was sent and shared in the groups, and why something is not there."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from archive import files as shelf
from archive import groups
from archive.errors import BadQuery
from archive.files import FilePage, FileType, FileView, Order
from archive.query import filter_text
from archive.records import Attachment
from archive.shared_links import LinkPage, SharedLink, shared_links
from archive.shelves import Shelf
from archive.views import GroupView, MessageView
from web.files import Shown, card_of
from web.links import host_of, safe_url
from web.page import Visit
from web.rest import Rest, rest_of
from web.routes import Routes

routes = Routes()

_FILES, _LINKS = 40, 30
Found = TypeVar("Found")


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


@routes.page("/files")
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


@routes.page("/g/{key:path}/files")
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
    with visit.archive.reading() as db:
        group = groups.get_group(db, visit.reader, key) if key is not None else None
        found, bad = _or_nothing(
            partial(
                shelf.list_files, db, visit.reader, group.key if group else None, q, only=only,
                missing=missing, order=order, cursor=cursor, limit=_FILES, time_zone=visit.zone,
            ),
            FilePage((), 0, True, None),
        )  # fmt: skip
        shown = _shown(db, visit, group, "files", q, cursor, found.next)
    rows = [file_row(visit, group, one) for one in found.files]
    return visit.page(
        "files.html",
        **shown,
        only=only,
        missing=missing,
        order_of=order,
        types=shelf.TYPES,
        found=found,
        bad=bad,
        rows=rows,
    )


def file_row(visit: Visit, group: GroupView | None, one: FileView) -> FileRow:
    m = one.message
    theirs = ""
    if m.sender_key and m.sender:
        theirs = _listed(visit, group, "files")(q=filter_text("from", m.sender))
    return FileRow(m, one.file, visit.talk.cabinet.shown(one.file), theirs)


@routes.page("/links")
def all_links(request: Request, q: str = "", cursor: str | None = None) -> Response:
    """Show the links of all groups the reader may see."""
    return _links(request, None, q, cursor)


@routes.page("/g/{key:path}/links")
def links_of_group(request: Request, key: str, q: str = "", cursor: str | None = None) -> Response:
    """Show the links of one group."""
    return _links(request, key, q, cursor)


def _links(request: Request, key: str | None, q: str, cursor: str | None) -> Response:
    visit = Visit(request)
    with visit.archive.reading() as db:
        group = groups.get_group(db, visit.reader, key) if key is not None else None
        found, bad = _or_nothing(
            partial(
                shared_links, db, visit.reader, group.key if group else None, q,
                cursor=cursor, limit=_LINKS, time_zone=visit.zone, counted=not visit.to.published,
            ),
            LinkPage((), 0, True, None),
        )  # fmt: skip
        shown = _shown(db, visit, group, "links", q, cursor, found.next)
    rows = [row for one in found.links if (row := link_row(one))]
    return visit.page("links.html", **shown, found=found, bad=bad, rows=rows)


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


def _or_nothing(read: Callable[[], Found], nothing: Found) -> tuple[Found, BadQuery | None]:
    try:
        return read(), None
    except BadQuery as error:
        return nothing, error


def _shown(
    db: sqlite3.Connection,
    visit: Visit,
    group: GroupView | None,
    part: Shelf,
    q: str,
    cursor: str | None,
    following: str | None,
) -> dict[str, Any]:
    """Return what the pages of both lists are told alike."""
    listed = _listed(visit, group, part)
    rest = rest_of(db, visit, group, part) if following else Rest()
    return {
        "group": group, "months": rest.months, "groups": rest.groups,
        "here": listed().partition("?")[0], "listed": listed, "asked": q[:500], "cursor": cursor,
    }  # fmt: skip


def _listed(visit: Visit, group: GroupView | None, part: str) -> Callable[..., str]:
    """Return what makes the addresses of a list, by its query."""
    if group is None:
        return partial(visit.to, f"/{part}")
    return partial(visit.to.part_of_group, group.key, part)
