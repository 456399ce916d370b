"""The calendar: a year's days, and what was said a year ago today."""

from __future__ import annotations

import re
import sqlite3
from datetime import date, datetime

from starlette.requests import Request
from starlette.responses import Response

from archive import calendar, groups
from archive.errors import NotFound
from archive.on_this_day import on_this_day
from archive.views import GroupView, LayerView
from web import strata
from web.dates import zone
from web.page import Visit
from web.routes import Routes
from web.year import sheets

routes = Routes()

_FORMER = 3
"""Days of former years that are open; the year itself is what one came for."""


@routes.page("/calendar")
def whole(request: Request, year: str | None = None) -> Response:
    """Show a year of everything this reader may see; a day leads to a search of it."""
    return _shown(Visit(request), None, year)


@routes.page("/g/{key:path}/calendar")
def of_group(request: Request, key: str, year: str | None = None) -> Response:
    """Show a year of one group."""
    return _shown(Visit(request), key, year)


def _shown(visit: Visit, key: str | None, asked: str | None) -> Response:
    with visit.archive.reading() as db:
        group = groups.get_group(db, visit.reader, key) if key is not None else None
        today = datetime.now(zone(group.time_zone if group else visit.zone)).date()
        within = group.key if group else None
        layers = calendar.months(db, visit.reader, within)
        years = calendar.years(layers)
        year = _year(asked, years, today.year)
        days = calendar.year_days(db, visit.reader, year, within)
        former = on_this_day(db, visit.reader, today, within)
        # a published site has no page of a day in all groups
        places = _places(db, visit) if visit.to.published and group is None else {}
    return visit.page(
        "calendar.html",
        group=group,
        year=year,
        years=years,
        months=sheets(days, year, visit.words, lambda day: _to(visit, group, day), f"{today}"),
        places=places,
        strata=strata.months(layers, visit.words, lambda month: _sheet(visit, group, month)),
        today=today,
        shown_first=_FORMER,
        former=[
            (day, date.fromisoformat(day.day), [visit.talk.line(m) for m in day.picked])
            for day in former
        ],
    )


def _places(db: sqlite3.Connection, visit: Visit) -> dict[str, list[GroupView]]:
    """Return the groups in which something was said, by month."""
    found: dict[str, list[GroupView]] = {}
    for group in groups.list_groups(db, visit.reader):
        for layer in calendar.months(db, visit.reader, group.key):
            found.setdefault(layer.name, []).append(group)
    return found


def _to(visit: Visit, group: GroupView | None, day: str) -> str:
    return visit.to.day(group.key, day) if group else visit.to.search(f"on:{day}")


def _sheet(visit: Visit, group: GroupView | None, month: str) -> str:
    to, year = visit.to, month[:4]
    page = (
        to.part_of_group(group.key, "calendar", year=year) if group else to("/calendar", year=year)
    )
    return f"{page}#m{month}"


def _year(asked: str | None, years: list[LayerView], this: int) -> int:
    """Return the year to show: the asked one, else the newest in which something was said."""
    if asked is None:
        return int(years[0].name) if years else this
    if re.fullmatch(r"[12][0-9]{3}", asked) is None:
        raise NotFound("there is no such year.")
    return int(asked)
