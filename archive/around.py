"""What stands beside a search's hits: where, when and by whom they were said."""

from __future__ import annotations

import json
import sqlite3
import time
from collections import Counter
from itertools import islice

from archive.access import Reader
from archive.compile import compile_query
from archive.groups import inside_ids
from archive.index import check_readable
from archive.loading import HIDDEN
from archive.people import DEFAULT_ZONE
from archive.query import parse
from archive.search import COUNTED, by_month, newest_ids
from archive.views import Count, View

SENDERS = 8
"""People named beside a search: those with most of the hits."""


class Around(View, frozen=True):
    """Counts of the newest 10,000 hits."""

    groups: tuple[Count, ...]
    months: tuple[Count, ...]
    senders: tuple[Count, ...]
    """By the name shown, in groups the reader is in; nobody has a name elsewhere."""


def around(
    db: sqlite3.Connection,
    query: str,
    reader: Reader,
    *,
    now: int | None = None,
    time_zone: str = DEFAULT_ZONE,
) -> Around:
    """Count a search's hits by group, month and sender. Raises as `search.search`."""
    check_readable(db)
    moment = int(time.time()) if now is None else now
    compiled = compile_query(db, parse(query, now=moment, time_zone=time_zone), reader)
    ids = list(islice(newest_ids(db, compiled), COUNTED + 1))
    exact = len(ids) <= COUNTED
    groups, senders = _places(db, ids, inside_ids(db, reader))
    return Around(
        tuple(Count(key, title, n, exact) for (key, title), n in groups.most_common()),
        tuple(Count(name, name, n, exact) for name, n in by_month(ids, time_zone)),
        tuple(Count(name, name, n, exact) for name, n in senders.most_common(SENDERS)),
    )


def _places(
    db: sqlite3.Connection, ids: list[int], inside: frozenset[int] | None
) -> tuple[Counter[tuple[str, str]], Counter[str]]:
    """Count ids by group and by who is shown as having said them."""
    rows = db.execute(
        "SELECT m.group_id, m.sender_id, count(*) FROM json_each(?) JOIN messages m ON m.id = value"
        " GROUP BY 1, 2",
        (str(ids),),
    ).fetchall()
    by_group: Counter[int] = Counter()
    for group, _, number in rows:
        by_group[group] += number
    titles = db.execute(
        "SELECT id, key, title FROM groups WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(by_group)),),
    )
    named: Counter[tuple[str, str]] = Counter()
    for group, key, title in sorted(titles):
        named[key, title] = by_group[group]
    people = [row for row in rows if row[1] and (inside is None or row[0] in inside)]
    # nobody beyond these can be among the few that are named
    most = sorted(people, key=lambda row: -row[2])[: 40 * SENDERS]
    return named, _named(db, most)


def _named(db: sqlite3.Connection, most: list[tuple[int, int, int]]) -> Counter[str]:
    """Sum counts of (group, member) by the name shown; who opted out has none."""
    rows = db.execute(
        "SELECT coalesce(a.name, s.name, nullif(p.name, ''), ''), value ->> 2"
        " FROM json_each(?) JOIN members p ON p.id = value ->> 1"
        " LEFT JOIN memberships s ON s.group_id = value ->> 0 AND s.member_id = p.id"
        " LEFT JOIN shown_names a ON a.group_id = value ->> 0 AND a.member_key = p.key"
        f" WHERE NOT {HIDDEN}",
        (json.dumps(most),),
    )
    found: Counter[str] = Counter()
    for name, number in rows:
        if name.strip():
            found[name] += number
    return found
