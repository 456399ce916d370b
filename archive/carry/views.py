"""What a reader may see of groups, as a stream: messages oldest first, and who is in them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

from archive.access import Reader
from archive.groups import group_id
from archive.ids import HIGHEST, LOWEST
from archive.loading import Loader
from archive.records import Member
from archive.senders import HIDDEN
from archive.views import GroupView, MessageView

_AT_ONCE = 1_000


def seen_messages(
    db: sqlite3.Connection,
    reader: Reader,
    group: GroupView,
    first: int = LOWEST,
    end: int = HIGHEST,
) -> Iterator[MessageView]:
    """Return a group's messages with ids from `first` to before `end`. Raises NotFound."""
    row_id = group_id(db, reader, group.key)
    loader = Loader(db, reader)
    last: int | None = first - 1
    while last is not None:
        last, views = loader.between(row_id, last + 1, end, _AT_ONCE)
        yield from views


def people_in(db: sqlite3.Connection, reader: Reader, group: GroupView) -> Iterator[Member]:
    """Return who is in a group, for those inside: everybody else learns nobody's id."""
    if not reader.inside(group.key):
        return
    rows = db.execute(
        "SELECT p.key, coalesce(a.name, nullif(p.name, '')), p.username,"
        " coalesce(a.name, s.name), s.role, a.name IS NOT NULL,"
        " (SELECT json_group_array(n.name) FROM member_names n"
        " WHERE n.group_id = s.group_id AND n.member_id = p.id)"
        " FROM memberships s JOIN members p ON p.id = s.member_id"
        " LEFT JOIN shown_names a ON a.group_id = s.group_id AND a.member_key = p.key"
        f" WHERE s.group_id = ? AND NOT {HIDDEN} ORDER BY p.id",
        (group_id(db, reader, group.key),),
    )
    for key, name, username, shown, role, aliased, listed in rows:
        # who is shown under another name is not given away by those they had
        others = () if aliased else tuple(n for n in json.loads(listed) if n not in (name, shown))
        yield Member(key, name, username, group.key, shown, role, others)
