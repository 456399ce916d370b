"""一年前的今天: what was said on the same day of former years and is worth another look."""

from __future__ import annotations

import json
import sqlite3
from datetime import date

from archive.access import Reader
from archive.groups import allowed_ids, group_id
from archive.ids import first_id
from archive.loading import load_views
from archive.messages import day_span
from archive.prepare import RECALLED
from archive.views import MessageView, View

PICKED = 3
"""Messages of a day of the one group that is asked for; of each of several groups one."""
_SHORTEST = 12
"""Characters; what is shorter says too little by itself."""
_GROUPS = 4
"""Groups of one day, those that said most."""
_MOST = 12
_WORTH = (
    "SELECT m.id FROM messages m WHERE m.group_id = ?1 AND m.id >= ?2 AND m.id < ?3"
    f" AND m.flags & {RECALLED} = 0 AND m.service IS NULL AND length(m.text) >= {_SHORTEST}"
    " ORDER BY EXISTS (SELECT 1 FROM essence_messages e WHERE e.message_id = m.id) DESC,"
    " (SELECT coalesce(sum(count), 0) FROM reactions r WHERE r.message_id = m.id) DESC,"
    " min(length(m.text), 120) DESC, m.id LIMIT ?4"
)


class FormerDay(View, frozen=True):
    """A group's day of a former year."""

    group_key: str
    group_title: str
    years: int
    """How many years ago."""
    day: str
    messages: int
    picked: tuple[MessageView, ...]
    """What was kept as essence or most reacted to, oldest first."""


def on_this_day(
    db: sqlite3.Connection,
    reader: Reader,
    today: date,
    group_key: str | None = None,
    years: int = 20,
) -> list[FormerDay]:
    """Return the same day of so many former years, the nearest year first, at most twelve groups'
    days; those on which nobody spoke are left out."""
    if group_key is not None:
        allowed: frozenset[int] | None = frozenset((group_id(db, reader, group_key),))
    else:
        allowed = allowed_ids(db, reader)
    listed = None if allowed is None else json.dumps(sorted(allowed))
    rows = db.execute(
        "SELECT g.id, g.key, g.title, g.time_zone, d.day, d.messages FROM groups g"
        " CROSS JOIN days d ON d.group_id = g.id AND d.messages > 0"
        " AND d.day IN (SELECT value FROM json_each(?2))"
        " WHERE ?1 IS NULL OR g.id IN (SELECT value FROM json_each(?1))"
        " ORDER BY d.day DESC, d.messages DESC",
        (listed, json.dumps(_former(today, years))),
    ).fetchall()
    found: list[FormerDay] = []
    for row_id, key, title, zone, day, number in rows:
        if len(found) == _MOST:
            break
        if sum(one.day == day for one in found) == _GROUPS:
            continue
        since, until = day_span(day, zone)
        most = PICKED if group_key is not None else 1
        ids = db.execute(_WORTH, (row_id, first_id(since), first_id(until), most)).fetchall()
        views = load_views(db, reader, sorted(i for (i,) in ids))
        picked = tuple(view for view in views if not view.recalled)
        found.append(FormerDay(key, title, today.year - int(day[:4]), day, number, picked))
    return found


def _former(today: date, years: int) -> list[str]:
    """Return the same day of former years; 29 February is the 28th where there is none."""
    days = []
    for year in range(today.year - 1, max(today.year - 1 - years, 0), -1):
        leap = today.month == 2 and today.day == 29 and not _has_leap_day(year)
        days.append(today.replace(year=year, day=28 if leap else today.day).isoformat())
    return days


def _has_leap_day(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
