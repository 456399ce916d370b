"""Where the rest of a list lies that does not go on: in pages of its months, or of the groups."""

from __future__ import annotations

import sqlite3

import msgspec

from archive.groups import list_groups
from archive.shelves import Shelf, by_month, layers, on_shelf
from archive.views import GroupView
from web import strata
from web.page import Visit
from web.strata import Strata


class Rest(msgspec.Struct, frozen=True):
    """The months of a group's list, or the groups, where there is more than the newest page."""

    months: Strata | None = None
    groups: tuple[GroupView, ...] = ()


def rest_of(db: sqlite3.Connection, visit: Visit, group: GroupView | None, shelf: Shelf) -> Rest:
    """Return where a list's rest lies; nothing where the list goes on by itself."""
    if visit.to.follows:
        return Rest()
    if group is None:
        return Rest(groups=tuple(list_groups(db, visit.reader)))
    held = by_month(on_shelf(db, visit.reader, group.key, shelf), group.time_zone)
    return Rest(
        strata.months(
            layers(held), visit.words, lambda month: visit.to.shelf(group.key, shelf, month)
        )
    )
