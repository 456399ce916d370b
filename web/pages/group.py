"""A group: its latest days, and the strata of its months."""

from __future__ import annotations

from datetime import date
from itertools import groupby

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from archive import calendar, columns, groups, messages, tags, threads
from archive.errors import NotFound
from archive.views import GroupView, LayerView, MessageView
from web import strata
from web.dates import local, parse_day
from web.described import Described
from web.page import Visit
from web.routes import Routes
from web.talk import Fold, Line, Parting

routes = Routes()

_NEWEST = 60
"""Messages shown of the latest days."""

_DAYS = 12
_GATHERED = 5
"""Threads, and columns, named beside them."""


class LatestDay(msgspec.Struct, frozen=True):
    """The end of one day, with its lines oldest first."""

    date: date
    name: str
    lines: list[Line | Fold | Parting]
    total: int | None
    cut: bool
    """There is more of this day than is shown."""


@routes.page("/g/{key:path}")
def group(request: Request, key: str, month: str | None = None) -> Response:
    """Show a group; `month` opens the days of one month."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        found = groups.get_group(db, visit.reader, key)
        said = messages.newest(db, visit.reader, found.key, limit=_NEWEST)
        layers = calendar.months(db, visit.reader, found.key)
        opened = _opened(month, layers)
        days = calendar.days(db, visit.reader, found.key, opened) if opened else []
        titles = {one.key: one.title for one in groups.list_groups(db, visit.reader)}
        named = tags.list_tags(db, visit.reader, found.key)[:12]
        gathered = threads.list_threads(db, visit.reader, found.key, limit=_GATHERED)
        series = columns.list_columns(db, visit.reader, found.key)[:_GATHERED]
    return visit.page(
        "group.html",
        listing=None if month else Described(visit.to.plain.group(found.key), found.title),
        group=found,
        latest=_latest(visit, found, said, days),
        strata=strata.months(
            layers, visit.words, lambda name: visit.to.group(found.key, month=name), opened or ""
        ),
        days=strata.days(days, visit.words, lambda name: visit.to.day(found.key, name)),
        opened=opened,
        within=visit.within(found.key, titles),
        tags=named,
        threads=gathered,
        columns=series,
    )


def _opened(month: str | None, layers: list[LayerView]) -> str | None:
    """Return the month to open: the asked one, else the newest."""
    if month is None:
        return layers[0].name if layers else None
    if parse_day(f"{month}-01") is None:
        raise NotFound("there is no such month.")
    return month


def _latest(
    visit: Visit, found: GroupView, said: list[MessageView], days: list[LayerView]
) -> list[LatestDay]:
    totals = {layer.name: layer.messages for layer in days}
    latest = []
    for day, run in groupby(said, lambda m: local(m.sent_at, found.time_zone).date()):
        shown = list(run)[::-1]
        total = totals.get(day.isoformat())
        cut = shown[0] is said[-1] if total is None else total > len(shown)
        lines = visit.talk.lines(shown)
        latest.append(LatestDay(day, day.isoformat(), lines, total, cut))
    return latest[:_DAYS]
