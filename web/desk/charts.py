"""Charts of the groups somebody decides for: how much, when, about what, answered how, by whom."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime, timedelta
from datetime import time as clock

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from archive import charts as counted
from archive.charts import Answered, Contributor, Hours, Trend
from archive.groups import ruled_ids
from archive.misses import Miss, misses
from archive.views import GroupView
from web.charts import Bar, Columns, Square, bars, columns, squares
from web.dates import local, zone
from web.desk.pages import desk_page, ruled_groups
from web.page import Visit
from web.routes import Routes

routes = Routes()

_MISSED = 20
"""Searches in vain that are shown."""

SPANS = {"quarter": 13, "year": 52, "all": None}
"""Weeks of each span that can be asked for."""
_WEEKLY = 106
"""Weeks up to which each has its column; beyond, each month."""
_MONTHS = 36
"""Months looked at for questions and tags."""


class Span(msgspec.Struct, frozen=True):
    """The time that is looked at."""

    since: date
    """A Monday."""
    until: date
    months: tuple[date, ...]
    """The first days of its last months, at most 36."""

    @property
    def weeks(self) -> int:
        """Return how many weeks it begins in."""
        return (self.until - self.since).days // 7 + 1


class Charts(msgspec.Struct, frozen=True):
    """All charts of a page."""

    said: Columns
    weekly: bool
    hours: Hours
    squares: tuple[Square, ...]
    loudest: Square | None
    answered: tuple[tuple[Bar, Answered], ...]
    trends: tuple[tuple[Trend, Columns], ...]
    contributors: tuple[Bar, ...]
    missed: tuple[Miss, ...]
    months: tuple[str, ...]


@routes.page("/desk/charts")
def show_charts(request: Request, group: str | None = None, span: str = "year") -> Response:
    """Show charts of one group the visitor rules, or of all of them."""
    visit = Visit(request)
    if span not in SPANS:
        raise HTTPException(404)
    with visit.archive.reading() as db:
        groups = ruled_groups(db, visit)
        wanted = [one for one in groups if group in (None, one.key)]
        if group is not None and not wanted:
            raise HTTPException(404)
        found = _charts(db, visit, wanted, span) if wanted else None
    return desk_page(
        visit, "desk/charts.html", place="charts", groups=groups, group=group, span=span,
        spans=tuple(SPANS), charts=found,
    )  # fmt: skip


def _charts(db: sqlite3.Connection, visit: Visit, groups: list[GroupView], name: str) -> Charts:
    time_zone = groups[0].time_zone if len(groups) == 1 else visit.zone
    span = _span(groups, time_zone, SPANS[name])
    keys = [one.key for one in groups]
    ids = [row_id for key in keys for row_id in ruled_ids(db, visit.reader, key)]
    starts = [_at(day, time_zone) for day in span.months]
    hours = counted.said_by_hour(db, ids, span.since)
    drawn = squares(hours.counts)
    asked = counted.answered(db, visit.reader, keys, starts)
    months = tuple(visit.words.month(f"{day:%Y-%m}") for day in span.months)
    shown = bars([(m, one.asked, one.answered) for m, one in zip(months, asked, strict=True)])
    people = counted.contributors(db, ids, _at(span.since, time_zone))
    trends = counted.tag_trends(db, ids, starts)
    return Charts(
        said=_said(visit, counted.said_by_day(db, ids, span.since), span),
        weekly=span.weeks <= _WEEKLY,
        hours=hours,
        squares=drawn,
        loudest=max(drawn, key=lambda one: one.value, default=None),
        answered=tuple(both for both in zip(shown, asked, strict=True) if both[1].asked),
        trends=tuple((one, columns(list(zip(months, one.counts, strict=True)))) for one in trends),
        contributors=_people(people),
        missed=tuple(misses(db, visit.reader, since=span.since.isoformat(), limit=_MISSED)),
        months=months,
    )


def _span(groups: list[GroupView], time_zone: str, weeks: int | None) -> Span:
    today = datetime.now(zone(time_zone)).date()
    since = today - timedelta(7 * ((weeks or 1) - 1))
    if weeks is None:
        since = min((local(one.first, time_zone).date() for one in groups if one.first is not None),
                    default=today)  # fmt: skip
    since -= timedelta(since.weekday())
    months, month = list[date](), since.replace(day=1)
    while month <= today:
        months.append(month)
        month = (month + timedelta(31)).replace(day=1)
    return Span(since, today, tuple(months[-_MONTHS:]))


def _said(visit: Visit, days: dict[date, int], span: Span) -> Columns:
    """Draw a column a week, or a month where they would be too many."""
    if span.weeks > _WEEKLY:
        totals: dict[str, int] = {}
        for day in (span.since + timedelta(n) for n in range((span.until - span.since).days + 1)):
            name = f"{day:%Y-%m}"
            totals[name] = totals.get(name, 0) + days.get(day, 0)
        return columns([(visit.words.month(name), number) for name, number in totals.items()])
    mondays = [span.since + timedelta(7 * n) for n in range(span.weeks)]
    return columns(
        [
            (visit.words.day(day), sum(days.get(day + timedelta(n), 0) for n in range(7)))
            for day in mondays
        ]
    )


def _people(found: list[Contributor]) -> tuple[Bar, ...]:
    return bars([(one.name, one.essences, one.essences) for one in found])


def _at(day: date, time_zone: str) -> int:
    return int(datetime.combine(day, clock(), zone(time_zone)).timestamp())
