"""How much was said, when, on what and by whom: numbers for charts, at any size of the archive.

What would take too long is counted from whole weeks spread over the time that was asked for.
"""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from datetime import time as clock
from functools import cache
from zoneinfo import ZoneInfo

from archive.access import Reader
from archive.ids import SHIFT, first_id
from archive.loading import HIDDEN
from archive.questions import list_questions
from archive.views import View

COUNTED = 40_000
"""Messages that the hours are counted from, at most about so many."""
_DAYS = 1_500
"""Days of groups that the hours are counted from."""
_TAGGED = 50_000
"""Newest tags on messages that trends are counted from."""
_FIRST_WEEKDAY = date(2000, 1, 1).weekday()
_HOURS = 7 * 24


class Hours(View, frozen=True):
    """When a group talks."""

    counts: tuple[tuple[int, ...], ...]
    """Monday first, 24 numbers each, in local time."""
    weeks: int
    """Of how many weeks."""
    of: int
    """Weeks in which anything was said; more than `weeks` where only some were counted."""


class Trend(View, frozen=True):
    """How often a tag was set, month by month."""

    name: str
    counts: tuple[int, ...]


class Answered(View, frozen=True):
    """What was asked in a month, and how much of it is answered by now."""

    asked: int
    answered: int


class Contributor(View, frozen=True):
    """A person and how many essences rest on their words; for those inside the group only."""

    name: str
    essences: int


def said_by_day(db: sqlite3.Connection, groups: Sequence[int], since: date) -> dict[date, int]:
    """Return how many messages these groups (row ids) had on each local day."""
    rows = db.execute(
        "SELECT day, sum(messages) FROM days WHERE group_id IN (SELECT value FROM json_each(?))"
        " AND day >= ? GROUP BY day HAVING sum(messages) > 0",
        (json.dumps(list(groups)), since.isoformat()),
    )
    return {date.fromisoformat(day): number for day, number in rows}


def said_by_hour(db: sqlite3.Connection, groups: Sequence[int], since: date) -> Hours:
    """Count these groups' messages by weekday and hour of their local time."""
    ids = json.dumps(list(groups))
    days = db.execute(
        "SELECT day, sum(messages), count(*) FROM days WHERE messages > 0"
        " AND group_id IN (SELECT value FROM json_each(?)) AND day >= ? GROUP BY day",
        (ids, since.isoformat()),
    ).fetchall()
    weeks = sorted({_week(day) for day, _, _ in days})
    messages, places = (sum(row[at] for row in days) for at in (1, 2))
    step = max(-(-messages // COUNTED), -(-places // _DAYS), 1)
    counted = frozenset(weeks[::-1][::step])
    rows = db.execute(
        "SELECT group_id, day, time_zone FROM days JOIN groups ON id = group_id"
        " WHERE group_id IN (SELECT value FROM json_each(?)) AND days.messages > 0"
        " AND day IN (SELECT value FROM json_each(?))",
        (ids, json.dumps([day for day, _, _ in days if _week(day) in counted])),
    )
    spans = [[group, *_span(day, zone)] for group, day, zone in rows]
    found = Counter(dict(_slots(db, spans)))
    counts = tuple(
        tuple(found[((weekday - _FIRST_WEEKDAY) % 7) * 24 + hour] for hour in range(24))
        for weekday in range(7)
    )
    return Hours(counts, len(counted), len(weeks))


def tag_trends(
    db: sqlite3.Connection, groups: Sequence[int], starts: Sequence[int], limit: int = 8
) -> list[Trend]:
    """Return the tags set most often in these groups from the first of these Unix times on, counted
    between each time and the next."""
    rows = db.execute(
        "SELECT coalesce(t.synonym_of, t.id), m.message_id FROM message_tags m"
        " JOIN tags t ON t.id = m.tag_id WHERE m.message_id >= ?"
        " AND m.group_id IN (SELECT value FROM json_each(?)) ORDER BY m.message_id DESC LIMIT ?",
        (first_id(starts[0]), json.dumps(list(groups)), _TAGGED),
    )
    bounds, found = [first_id(at) for at in starts[1:]], dict[int, list[int]]()
    place = len(bounds)
    for tag, message in rows:
        while place and message < bounds[place - 1]:
            place -= 1
        found.setdefault(tag, [0] * len(starts))[place] += 1
    best = sorted(found, key=lambda tag: (-sum(found[tag]), tag))[:limit]
    names = dict(
        db.execute(
            "SELECT id, name FROM tags WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(best),),
        )
    )
    return [Trend(names[tag], tuple(found[tag])) for tag in best]


def answered(
    db: sqlite3.Connection, reader: Reader, keys: Sequence[str], starts: Sequence[int]
) -> list[Answered]:
    """Return what was asked in groups (keys) between each of these Unix times and the next."""
    asked, done = [0] * len(starts), [0] * len(starts)
    for view in list_questions(db, reader, keys):
        place = bisect_right(starts, view.asked_at) - 1
        if place >= 0:
            asked[place] += 1
            done[place] += view.status != "open"
    return [Answered(*both) for both in zip(asked, done, strict=True)]


def contributors(
    db: sqlite3.Connection, groups: Sequence[int], since: int, limit: int = 10
) -> list[Contributor]:
    """Return whose words became essence in these groups since a Unix time, most first; nobody who
    opted out."""
    rows = db.execute(
        "WITH said(who, place, number) AS (SELECT m.sender_id, min(m.group_id),"
        " count(DISTINCT e.id) FROM essence e JOIN essence_messages x ON x.essence_id = e.id"
        " JOIN messages m ON m.id = x.message_id"
        " WHERE e.group_id IN (SELECT value FROM json_each(?1)) AND e.marked_at >= ?2"
        " AND m.flags & 2 = 0 AND m.sender_id IS NOT NULL GROUP BY 1)"
        " SELECT coalesce(a.name, s.name, nullif(p.name, ''), p.key), number FROM said"
        " JOIN members p ON p.id = who"
        " LEFT JOIN memberships s ON s.member_id = who AND s.group_id = place"
        " LEFT JOIN shown_names a ON a.member_key = p.key AND a.group_id = place"
        f" WHERE NOT {HIDDEN} ORDER BY 2 DESC, 1 LIMIT ?3",
        (json.dumps(list(groups)), since, limit),
    )
    return [Contributor(*row) for row in rows]


def _slots(db: sqlite3.Connection, spans: list[list[int]]) -> list[tuple[int, int]]:
    """Count by local hour since a Saturday's midnight: (slot, messages)."""
    return db.execute(
        "SELECT ((m.id >> ?1) + json_extract(value, '$[3]')) / 3600 % ?2, count(*)"
        " FROM json_each(?3) CROSS JOIN messages m INDEXED BY messages_in_group"
        " ON m.group_id = json_extract(value, '$[0]') AND m.id >= json_extract(value, '$[1]')"
        " AND m.id < json_extract(value, '$[2]') GROUP BY 1",
        (SHIFT, _HOURS, json.dumps(spans)),
    ).fetchall()


def _span(day: str, time_zone: str) -> tuple[int, int, int]:
    """Return (first id, first id of the next day, seconds that local time is ahead)."""
    zone = ZoneInfo(time_zone)
    begins = datetime.combine(date.fromisoformat(day), clock(), zone)
    ends = begins + timedelta(1)
    noon = begins + timedelta(hours=12)
    ahead = int((noon.utcoffset() or timedelta()).total_seconds())
    return first_id(int(begins.timestamp())), first_id(int(ends.timestamp())), ahead


@cache
def _week(day: str) -> int:
    """Return which week a day is in, counted from Mondays."""
    return (date.fromisoformat(day).toordinal() - 1) // 7
