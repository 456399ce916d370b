"""Coverage 覆盖: from when to when each group's record is complete, and what is missing."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from archive import coverage, groups
from archive.missing import missing_by_group
from archive.views import GapView, GroupView
from web.page import Visit
from web.routes import Routes

routes = Routes()

_SHOWN = 20
"""Complete spans and gaps of one group, the newest first."""


class GroupCoverage(msgspec.Struct, frozen=True):
    """What is known of one group."""

    group: GroupView
    complete: list[tuple[int, int]]
    gaps: list[GapView]
    missing: list[tuple[str, int]]
    """(reason, files) of what its messages name and the archive does not have."""


@routes.page("/coverage")
def show_coverage(request: Request) -> Response:
    """Show the coverage of every group this reader is in."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        missing = missing_by_group(db, visit.reader)
        found = [
            GroupCoverage(
                group,
                coverage.spans(db, visit.reader, group.key)[::-1][:_SHOWN],
                coverage.gaps(db, visit.reader, group.key)[::-1][:_SHOWN],
                list(missing.get(group.key, {}).items()),
            )
            for group in groups.list_groups(db, visit.reader)
            if visit.reader.inside(group.key)
        ]
    return visit.page("coverage.html", groups=found)
