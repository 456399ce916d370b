"""People: what they say of themselves, and whose words a group kept; for those inside only."""

from __future__ import annotations

import sqlite3

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from archive import groups
from archive.errors import NotFound
from archive.profiles import Known, introductions_page, who_knows
from archive.query import filter_text, with_filter
from archive.views import GroupView
from web.page import Place, Visit
from web.routes import Routes

routes = Routes()

_PAGE = 40
_THANKED, _THANKED_EACH = 20, 5
_GROUPS = 6
"""Groups whose thanks are shown side by side."""


class Thanks(msgspec.Struct, frozen=True):
    """Who is thanked in one group, and the search for what they said that was kept."""

    group: GroupView
    people: list[tuple[Known, str]]


@routes.page("/people")
def people(
    request: Request, group: str | None = None, q: str = "", until: Place = None
) -> Response:
    """Show introductions and thanks of the reader's groups, or of one."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        mine = [one for one in groups.list_groups(db, visit.reader)
                if visit.reader.inside(one.key)]  # fmt: skip
        within = groups.get_group(db, visit.reader, group) if group else None
        if not mine or (within is not None and within.key not in {one.key for one in mine}):
            raise NotFound("there is no such page.")
        told, following = introductions_page(
            db, visit.reader, within.key if within else None, q[:100], until, _PAGE
        )
        first = until is None and not q
        shown = [within] if within else mine[:_GROUPS]
        thanks = [_thanks(db, visit, one, within is not None) for one in shown] if first else []
        titles = {one.key: one.title for one in mine}
    return visit.page(
        "people.html",
        group=within,
        groups=mine,
        titles=titles,
        asked=q[:100],
        told=told,
        until=until,
        following=following,
        thanks=[one for one in thanks if one.people],
    )


def _thanks(db: sqlite3.Connection, visit: Visit, group: GroupView, alone: bool) -> Thanks:
    known = who_knows(db, visit.reader, group.key, _THANKED if alone else _THANKED_EACH)
    base = with_filter(filter_text("in", group.key), "is:精华")
    return Thanks(
        group,
        [
            (one, visit.to.search(with_filter(base, filter_text("from", one.person.name))))
            for one in known
        ],
    )
