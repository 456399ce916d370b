"""What a group calls people, by their keys."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from archive.access import Reader
from archive.loading import HIDDEN

Place = tuple[str, str]
"""Keys of a group and a member."""


def names_of(db: sqlite3.Connection, reader: Reader, places: Iterable[Place]) -> dict[Place, str]:
    """Return what people are called in groups this reader is inside of; who is not known there,
    has no name or opted out is left out."""
    wanted = [place for place in dict.fromkeys(places) if reader.inside(place[0])]
    rows = db.execute(
        "SELECT g.key, p.key, coalesce(a.name, s.name, nullif(p.name, ''), p.username, '')"
        " FROM json_each(?) j JOIN groups g ON g.key = json_extract(j.value, '$[0]')"
        " JOIN members p ON p.key = json_extract(j.value, '$[1]')"
        " LEFT JOIN memberships s ON s.group_id = g.id AND s.member_id = p.id"
        " LEFT JOIN shown_names a ON a.group_id = g.id AND a.member_key = p.key"
        f" WHERE NOT {HIDDEN}",
        (json.dumps(wanted),),
    )
    return {(group, member): name for group, member, name in rows if name}
