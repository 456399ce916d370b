"""Months, days, coverage and numbers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from archive import calendar, coverage, groups, text
from archive.errors import BadQuery
from archive.missing import missing_by_group
from archive.on_this_day import on_this_day
from archive.stats import stats as count
from archive.views import LayerView
from web.api.asking import Asked, Cursor, InGroup, Limit, portion, word_in
from web.api.described import endpoint
from web.api.list_shapes import (
    Coverage,
    Covered,
    FormerDay,
    FormerDays,
    Layer,
    Layers,
    Span,
    Stats,
)
from web.api.shaping import time_of, when
from web.dates import parse_day, zone

routes = APIRouter()

_SPANS = 200
"""Complete spans, and gaps, of one group: the newest."""


@endpoint(routes, "/api/months", Layers)
def months(request: Request, group: InGroup = None) -> Response:
    """List the months in which something was said, the newest first."""
    asked = Asked(request)
    with asked.reading() as db:
        return asked.answer(_layers(calendar.months(db, asked.reader, group)))


@endpoint(routes, "/api/days", Layers)
def days(
    request: Request,
    year: Annotated[int, Query(ge=1970, le=2999)],
    group: InGroup = None,
) -> Response:
    """List the days of a year on which something was said, the oldest first."""
    asked = Asked(request)
    with asked.reading() as db:
        return asked.answer(_layers(calendar.year_days(db, asked.reader, year, group)))


def _layers(found: Iterable[LayerView]) -> Layers:
    return Layers(tuple(Layer(one.name, one.messages, one.essence) for one in found))


@endpoint(routes, "/api/former-days", FormerDays)
def former_days(
    request: Request,
    group: InGroup = None,
    day: Annotated[str | None, Query(description="`2026-11-18`; today without it")] = None,
) -> Response:
    """Return what was said on the same day of former years (一年前的今天)."""
    asked = Asked(request)
    today = datetime.now(zone(asked.site.time_zone)).date() if day is None else parse_day(day)
    if today is None:
        raise BadQuery("there is no such day.", "e.g. day=2026-11-18")
    with asked.reading() as db:
        key = groups.get_group(db, asked.reader, group).key if group is not None else None
        found = on_this_day(db, asked.reader, today, key)
    listed = asked.shape.messages
    return asked.answer(
        FormerDays(
            tuple(
                FormerDay(
                    one.group_key, one.group_title, one.day, one.years, one.messages,
                    listed(one.picked),
                )
                for one in found
            )
        )
    )  # fmt: skip


@endpoint(routes, "/api/coverage", Coverage)
def show_coverage(
    request: Request, group: InGroup = None, limit: Limit = 20, cursor: Cursor = None
) -> Response:
    """List of the groups the reader is inside of, by key, what is complete and what is missing."""
    asked = Asked(request)
    after = word_in(cursor, "coverage")
    with asked.reading() as db:
        key = groups.get_group(db, asked.reader, group).key if group is not None else None
        keys = sorted(one.key for one in groups.list_groups(db, asked.reader)
                      if asked.reader.inside(one.key) and key in (None, one.key))  # fmt: skip
        left = [one for one in keys if after is None or one > after]
        shown, following = portion(left, limit, "coverage", str)
        missing = missing_by_group(db, asked.reader)
        items = tuple(
            Covered(
                one,
                tuple(
                    Span(time_of(since), time_of(until), "")
                    for since, until in coverage.spans(db, asked.reader, one)[: -_SPANS - 1 : -1]
                ),
                tuple(
                    Span(time_of(gap.since), time_of(gap.until), gap.why)
                    for gap in coverage.gaps(db, asked.reader, one)[: -_SPANS - 1 : -1]
                ),
                missing.get(one, {}),
            )
            for one in shown
        )
    return asked.answer(Coverage(items, following))


@endpoint(routes, "/api/stats", Stats)
def stats(request: Request) -> Response:
    """Count what this reader may see."""
    asked = Asked(request)
    with asked.reading() as db:
        found = count(db, asked.reader)
    return asked.answer(
        Stats(
            found.groups, found.messages, found.members, found.media, when(found.first),
            when(found.last),
        )
    )  # fmt: skip


@routes.get("/healthz", response_class=Response, include_in_schema=False)
def health(request: Request) -> Response:
    """Say that the archive can be read, and what this reader finds in it."""
    asked = Asked(request)
    with asked.reading() as db:
        found = count(db, asked.reader)
    counts = {"groups": found.groups, "messages": found.messages}
    return asked.answer({"ok": True, **counts, "tokeniser": text.VERSION})
