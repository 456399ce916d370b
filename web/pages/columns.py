"""Columns 专栏: one column in its order, and the contents of the whole archive."""

from __future__ import annotations

from collections import defaultdict

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from archive import columns, essence, groups, tags, threads
from archive.columns import ColumnItem, ColumnView
from archive.views import EssenceView, TagView
from web.described import Described
from web.page import Number, Place, Visit
from web.routes import Routes

routes = Routes()

_PAGE = 30
_COLUMNS = 12
"""Columns that are opened in the contents; the others are named."""
_IN_COLUMN = 8
_NEWEST = 120
"""Essences looked through for the chapters that tags make."""
_TAGS = 24
_UNDER_TAG = 6


class Chapter(msgspec.Struct, frozen=True):
    """A tag as a chapter of the contents."""

    tag: TagView
    posts: list[EssenceView]
    """The newest of them; the tag's own page has all."""


@routes.page("/column/{number}")
def column(request: Request, number: Number, after: Place = None) -> Response:
    """Show what is in a column, in the order somebody chose."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        found = columns.column_view(db, visit.reader, number)
        items = columns.items(db, visit.reader, number, after, _PAGE + 1)
    more = items[_PAGE - 1].essence.id if len(items) > _PAGE else None
    path = visit.to.plain.column(number)
    text = " · ".join(item.essence.title for item in items[:5])
    return visit.page(
        "column.html",
        listing=Described(path, found.title, text) if items else None,
        column=found,
        items=items[:_PAGE],
        after=after,
        more=more,
    )


@routes.page("/contents")
def contents(request: Request, group: str | None = None) -> Response:
    """Show everything that was kept, as columns and tags order it."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        within = groups.get_group(db, visit.reader, group) if group else None
        key = within.key if within else None
        series = columns.list_columns(db, visit.reader, key)
        opened: list[tuple[ColumnView, list[ColumnItem]]] = [
            (one, columns.items(db, visit.reader, one.id, None, _IN_COLUMN))
            for one in series[:_COLUMNS]
        ]
        kept = essence.feed(db, visit.reader, key, limit=_NEWEST)
        named = [tag for tag in tags.list_tags(db, visit.reader, key) if tag.essence]
        gathered = threads.list_threads(db, visit.reader, key, limit=_IN_COLUMN)
    chapters = _chapters(named, kept)
    placed = {item.essence.id for _, items in opened for item in items}
    return visit.page(
        "contents.html",
        listing=Described(visit.to.plain("/contents"), visit.words("site.contents"))
        if kept or gathered
        else None,
        group=within,
        columns=opened,
        other_columns=series[_COLUMNS:],
        chapters=chapters,
        other_tags=[tag for tag in named if tag not in {one.tag for one in chapters}],
        loose=[post for post in kept if not post.tags and post.id not in placed][:_PAGE],
        threads=gathered,
    )


def _chapters(named: list[TagView], kept: list[EssenceView]) -> list[Chapter]:
    """Make a chapter of each tag that several essences bear, the most borne first."""
    under: dict[str, list[EssenceView]] = defaultdict(list)
    for post in kept:
        for tag in post.tags:
            under[tag].append(post)
    several = [tag for tag in named if tag.essence > 1 and under[tag.name]]
    chosen = sorted(several, key=lambda tag: -tag.essence)[:_TAGS]
    return [Chapter(tag, under[tag.name][:_UNDER_TAG]) for tag in chosen]
