"""Search: what was found, the filters that hold, and where and when the rest was said."""

from __future__ import annotations

import sqlite3
import time
from typing import Any, Literal

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from archive import groups, tags
from archive.errors import BadQuery
from archive.query import Chip, describe, parse, with_filter
from archive.search import count_by
from archive.search import search as find
from archive.views import Count, Results, TagView
from web import strata
from web.body import highlighted
from web.page import Visit
from web.strata import Strata

routes = APIRouter()

_PAGE = 20
_GROUPS = 12
_MONTH = "on:1999-01"
"""Stands for any month while a query's months are linked; one parse instead of one a month."""

Order = Literal["newest", "relevance"]
_OFFERS = {
    "is:精华": "search.only_essence", "has:链接": "search.has_link", "has:文件": "search.has_file",
    "has:图片": "search.has_photo", "after:今年": "search.this_year",
}  # fmt: skip


class Choice(msgspec.Struct, frozen=True):
    """A filter that holds (and can be taken off) or could be added, with what it would leave."""

    label: str
    href: str
    count: str = ""


class Sides(msgspec.Struct, frozen=True):
    """What stands beside the results."""

    chosen: list[Choice]
    offers: list[Choice]
    groups: list[Choice]
    when: Strata | None


@routes.api_route("/search", methods=["GET", "HEAD"])
def search(
    request: Request, q: str = "", order: Order = "newest", cursor: str | None = None
) -> Response:
    """Show what was found, or how to search where nothing was asked."""
    visit = Visit(request)
    if not q.strip():
        return visit.page("search_tips.html")
    try:
        with visit.archive.reading() as db:
            results = find(
                db, q, visit.reader, limit=_PAGE, order=order, cursor=cursor, time_zone=visit.zone
            )
            sides = _sides_or_none(visit, db, q, order)
            near = _near_tags(db, visit, q) if not results.hits else []
    except BadQuery as error:
        return visit.page("search_tips.html", query=q[:500], bad=error)
    return visit.page(
        "search.html",
        query=q,
        order=order,
        cursor=cursor,
        results=results,
        sides=sides,
        near=near,
        hits=_hits(visit, results),
    )


def _hits(visit: Visit, results: Results) -> list[tuple[Any, Any]]:
    return [
        (visit.talk.line(hit.message, whole=False), highlighted(hit.excerpt, hit.marks))
        for hit in results.hits
    ]


def _sides_or_none(visit: Visit, db: sqlite3.Connection, q: str, order: Order) -> Sides:
    try:
        return _sides(visit, db, q, order)
    except BadQuery:
        # a query of the greatest length cannot be narrowed
        return Sides([], [], [], None)


def _sides(visit: Visit, db: sqlite3.Connection, q: str, order: Order) -> Sides:
    """Count by filter, group and month; each leads to the narrower search."""
    reader, words = visit.reader, visit.words

    def narrower(text: str) -> str:
        return visit.to.search(text, order=order if order != "newest" else None)

    chips = describe(parse(q, now=int(time.time()), time_zone=visit.zone))
    titles = {group.key: group.title for group in groups.list_groups(db, reader)}
    offers = [
        Choice(words(_OFFERS[count.name]), narrower(count.key), _number(count))
        for count in count_by(db, q, reader, "filter", time_zone=visit.zone)
        if count.messages and count.key != q and count.name in _OFFERS
    ]
    found = count_by(db, q, reader, "group", time_zone=visit.zone)[:_GROUPS]
    within = [
        Choice(
            count.name, narrower(with_filter(q, visit.within(count.key, titles))), _number(count)
        )
        for count in found
    ]
    base = with_filter(q, _MONTH)
    months = count_by(db, q, reader, "month", time_zone=visit.zone)
    when = strata.of_counts(
        months, words, lambda month: narrower(base.replace(_MONTH, f"on:{month}"))
    )
    return Sides(
        [Choice(_label(visit, chip, titles), narrower(chip.text_without_it)) for chip in chips],
        offers,
        within if len(within) > 1 else [],
        when if len(months) > 1 else None,
    )


def _label(visit: Visit, chip: Chip, titles: dict[str, str]) -> str:
    field = chip.field.lstrip("-")
    value = titles.get(chip.value, chip.value) if field == "in" else chip.value
    label = visit.words(f"search.chip_{field}", value=value[:60])
    return visit.words("search.chip_not", label=label) if chip.field.startswith("-") else label


def _number(count: Count) -> str:
    return f"{count.messages:,}{'' if count.exact else '+'}"


def _near_tags(db: sqlite3.Connection, visit: Visit, q: str) -> list[TagView]:
    """Offer tags that share two characters with what was not found."""
    asked = parse(q, now=int(time.time()), time_zone=visit.zone).terms
    pairs = {term[i : i + 2] for term in asked for i in range(max(len(term) - 1, 0))}
    named = tags.list_tags(db, visit.reader)
    return [tag for tag in named if any(pair in tag.name for pair in pairs)][:8]
