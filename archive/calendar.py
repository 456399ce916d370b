"""The strata: how much was said in each year, month and day, and where essence lies."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from archive.access import Reader
from archive.groups import allowed_ids, group_id
from archive.views import LayerView


def months(db: sqlite3.Connection, reader: Reader, group_key: str | None = None) -> list[LayerView]:
    """Return a layer a month, newest first, in the groups' local time."""
    groups = _groups(db, reader, group_key)
    rows = db.execute(
        "SELECT substr(day, 1, 7), sum(messages) FROM days"
        " WHERE group_id IN (SELECT value FROM json_each(?))"
        " GROUP BY 1 HAVING sum(messages) > 0 ORDER BY 1 DESC",
        (groups,),
    ).fetchall()
    essence: dict[str, list[int]] = defaultdict(list)
    for day in essence_days(db, json.loads(groups)):
        essence[day[:7]].append(int(day[8:]))
    return [
        LayerView(month, count, len(essence[month]), tuple(sorted(set(essence[month]))))
        for month, count in rows
    ]


def days(db: sqlite3.Connection, reader: Reader, group_key: str, month: str) -> list[LayerView]:
    """Return a layer a day of a month (`2026-11`), newest first; silent days are left out."""
    groups = _groups(db, reader, group_key)
    rows = db.execute(
        "SELECT day, sum(messages) FROM days WHERE group_id IN (SELECT value FROM json_each(?))"
        " AND substr(day, 1, 7) = ? GROUP BY day HAVING sum(messages) > 0 ORDER BY day DESC",
        (groups, month),
    ).fetchall()
    essence = list(essence_days(db, json.loads(groups)))
    return [LayerView(day, count, essence.count(day)) for day, count in rows]


def year_days(
    db: sqlite3.Connection, reader: Reader, year: int, group_key: str | None = None
) -> list[LayerView]:
    """Return a layer a day of a year, oldest first, in the groups' local time; silent days are left
    out."""
    groups, name = _groups(db, reader, group_key), f"{year:04}-"
    rows = db.execute(
        "SELECT day, sum(messages) FROM days WHERE group_id IN (SELECT value FROM json_each(?))"
        " AND day >= ? AND day < ? GROUP BY day HAVING sum(messages) > 0 ORDER BY day",
        (groups, name, f"{year:04}-~"),
    ).fetchall()
    essence = Counter(essence_days(db, json.loads(groups)))
    return [LayerView(day, count, essence[day]) for day, count in rows]


def years(months: Iterable[LayerView]) -> list[LayerView]:
    """Return a layer a year (`2026`) of the layers of months, in their order."""
    found: dict[str, LayerView] = {}
    for month in months:
        year = month.name[:4]
        old = found.get(year, LayerView(year, 0, 0))
        found[year] = LayerView(year, old.messages + month.messages, old.essence + month.essence)
    return list(found.values())


def _groups(db: sqlite3.Connection, reader: Reader, group_key: str | None) -> str:
    if group_key is not None:
        return json.dumps([group_id(db, reader, group_key)])
    allowed = allowed_ids(db, reader)
    if allowed is None:
        return json.dumps([i for (i,) in db.execute("SELECT id FROM groups")])
    return json.dumps(sorted(allowed))


def essence_days(db: sqlite3.Connection, groups: list[int]) -> list[str]:
    """Return the local day of each essence's first message."""
    rows = db.execute(
        "SELECT min(m.sent_at), g.time_zone FROM essence e"
        " JOIN essence_messages ON essence_id = e.id JOIN messages m ON m.id = message_id"
        " JOIN groups g ON g.id = e.group_id"
        " WHERE e.group_id IN (SELECT value FROM json_each(?)) GROUP BY e.id",
        (json.dumps(groups),),
    )
    return [
        datetime.fromtimestamp(sent_at, ZoneInfo(zone)).date().isoformat() for sent_at, zone in rows
    ]
